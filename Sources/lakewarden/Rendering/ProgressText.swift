import Configuration
import PartitionLifecycle
import UTCTime
import Warden

/// Makes progress of a run's events: one rewritten line on a terminal, a line a finished step elsewhere.
struct ProgressText: Sendable {
    /// What is to be written.
    enum Output: Sendable, Hashable {
        /// A line that stays.
        case line(String)
        /// The line that is rewritten; empty to take it away.
        case rewritten(String)
    }

    private let look: Look
    private let isTerminal: Bool
    private var days: (done: Int, all: Int) = (0, 0)
    private var began: Duration?

    /// - Parameter isTerminal: Whether a line can be rewritten.
    init(_ look: Look, isTerminal: Bool) {
        self.look = look
        self.isTerminal = isTerminal
    }

    /// What an event gives.
    ///
    /// - Parameter elapsed: Time since the run began, from which the rest is reckoned.
    mutating func outputs(for event: RunProgress, elapsed: Duration) -> [Output] {
        switch event {
        case .reading(let what): return passing("reading \(what)")
        case .listed: return passing("planning")
        case .began(let count, _):
            days = (0, count)
            began = elapsed
            return []
        case .day(_, let number, let all):
            days = (number - 1, all)
            return []
        case .stage(let day, let view, let stage, let done, let all):
            let figures = all > 0 ? " \(done)/\(all)" : ""
            return passing("\(day)  \(view)  \(stage.text)\(figures)\(rest(elapsed))")
        case .rebuilt(let outcome): return finished(text(of: outcome), outcome.state == .proved ? .good : .bad)
        case .retiring(let view, let done, let all): return passing("retiring \(view) \(figure(done))/\(figure(all))")
        case .retired(let outcome): return finished(text(of: outcome), isWhole(outcome) ? .good : .bad)
        case .waiting(let reason, let duration): return finished("waiting \(duration.policyText): \(reason)", .body)
        case .warning(let text): return finished("warning: \(text)", .body)
        case .stopping: return finished("stopping after the call that is under way", .bad)
        }
    }

    /// A line that only a terminal shows, cut to its width so that it can be rewritten.
    private func passing(_ text: String) -> [Output] {
        guard isTerminal else { return [] }
        let plain = look.plain(text)
        return [.rewritten(plain.count < look.width ? plain : String(plain.prefix(max(0, look.width - 1))))]
    }

    private func finished(_ text: String, _ role: Look.Role) -> [Output] {
        let line = Output.line(look.painted(look.plain(text), role))
        return isTerminal ? [.rewritten(""), line] : [line]
    }

    private func text(of outcome: RebuildOutcome) -> String {
        var text = "\(outcome.day)  \(outcome.viewSet)  "
        switch outcome.state {
        case .proved:
            text += "✓ \(outcome.bucketsDone)/\(outcome.bucketsTotal)"
            if let rows = outcome.rows {
                let sign = rows.before == rows.after ? "=" : "→"
                text += "  \(figure(rows.before)) \(sign) \(figure(rows.after)) rows"
            }
        case .failed(let finding), .unknown(let finding), .skipped(let finding):
            text += "\(outcome.state.name): \(finding)"
        }
        return text
    }

    private func text(of outcome: RetirementOutcome) -> String {
        var text = "retired  \(outcome.viewSet)  \(isWhole(outcome) ? "✓ " : "")"
        text += "\(figure(outcome.gone)) of \(figure(outcome.asked + outcome.held))"
        if let finding = outcome.finding { text += "  \(finding)" }
        return text
    }

    private func isWhole(_ outcome: RetirementOutcome) -> Bool {
        outcome.stillThere + outcome.unknown + outcome.held == 0
    }

    /// Where the run stands, and how long it will take at the pace so far; nothing in the first day.
    private func rest(_ elapsed: Duration) -> String {
        guard days.all > 0 else { return "" }
        let place = "  day \(days.done + 1) of \(days.all)"
        guard let began, days.done > 0 else { return place }
        let left = (elapsed - began) / days.done * (days.all - days.done)
        return place + ", about \(left.policyText) left"
    }
}

extension RunProgress.Stage {
    var text: String {
        switch self {
        case .shadow: "making shadows"
        case .compare: "comparing"
        case .merge: "merging"
        case .verify: "listing"
        }
    }
}
