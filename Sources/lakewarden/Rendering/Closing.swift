import PartitionLifecycle
import UTCTime
import Warden

/// Commands to type next, with the options that name the same lake and files.
struct NextCommands: Sendable, Hashable {
    var apply: String
    var auditVerify: String

    /// The commands that go on from one with these options.
    init(_ options: OptionValues) {
        let words = { (ids: [Option.ID]) in
            ids.map { id in
                guard options.has(id), let value = options.value(id) else { return "" }
                return " \(Option.row(id).spelling) \(shellWord(value))"
            }.joined()
        }
        apply = "lakewarden apply" + words([.config, .audit, .lake])
        auditVerify = "lakewarden audit verify" + words([.audit])
    }
}

/// A text as one word of a POSIX shell.
func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "-_./:=@%+,".utf8.contains(byte)
    }
    return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}

/// The last lines of a run: what happened in one sentence, then the next command.
enum Closing {
    static func page(_ report: RunReport, _ next: NextCommands, _ look: Look) -> Page {
        var page = Page(look)
        switch report.conclusion {
        case .refused(let stops):
            for stop in stops {
                page.space()
                let parts = [
                    ("who", stop.who), ("why", stop.why), ("cure", stop.cure), ("state", "nothing was changed"),
                ]
                for line in ErrorBlock.block("refused: ", stop.title, parts, look).lines { page.painted(line) }
            }
        case .planned where report.plan.isEmpty, .applied where report.plan.isEmpty:
            page.add(nothing(report.plan), .good)
        case .planned:
            page.add("Nothing was changed. To do this:")
            page.verbatim("  \(next.apply) --yes")
        case .declined:
            page.add("Nothing was changed: nobody agreed to the plan.")
        case .applied, .interrupted:
            let tally = Tally(report)
            page.add(sentence(report, tally), tally.isWhole ? .good : .bad)
            if let cure = cure(report, tally) { page.add(cure) }
            page.add("What is left to do, and what was done:")
            page.verbatim("  \(next.apply) --dry-run")
            page.verbatim("  \(next.auditVerify)")
        }
        return page
    }

    private static func nothing(_ plan: Plan) -> String {
        let held = PlanTotals(plan).held
        if held == 0 { return "Nothing to do: the lake is what its policies ask for." }
        return "Nothing to do: the lake is what its policies ask for, but for \(counted(held, "partition")) held above."
    }

    private static func sentence(_ report: RunReport, _ tally: Tally) -> String {
        let stopped = report.conclusion == .interrupted
        var text = stopped ? "Interrupted: " : tally.isWhole ? "Done: " : "Done in part: "
        text += "\(counted(tally.days, "day")) rebuilt and equal, \(counted(tally.gone, "partition")) retired"
        let rest = [
            (tally.failed, "failed"), (tally.unknown, "unknown"), (tally.skipped, "skipped"),
            (tally.stillThere, "still there"),
        ]
        for (count, name) in rest where count > 0 { text += ", \(figure(count)) \(name)" }
        if tally.held > 0 { text += "; \(figure(tally.held)) held" }
        text += "."
        if let audit = report.audit {
            text += " Audit head \(audit.hash.prefix(4))…\(audit.hash.suffix(2)) (record \(figure(audit.sequence)))."
        }
        return text
    }

    private static func cure(_ report: RunReport, _ tally: Tally) -> String? {
        if tally.unknown > 0 {
            return "What is unknown may have been carried out; the next run lists the lake again and decides by that."
        }
        if tally.failed > 0 {
            return "A failed proof holds its view and day until schemas or old rows change; its old rows are all there."
        }
        if report.conclusion == .interrupted { return "The next run goes on where this one stopped." }
        return nil
    }
}

/// Outcomes in figures.
struct Tally: Sendable, Hashable {
    /// Days of which every view was proved.
    var days: Int
    /// Views and days of each end, and retired rows of which nothing is known.
    var failed, unknown, skipped: Int
    var gone, stillThere, held: Int
    /// Whether all that the plan asked for was done.
    var isWhole: Bool

    init(_ report: RunReport) {
        var failed = 0
        var unknown = report.retirements.reduce(0) { $0 + $1.unknown }
        var skipped = 0
        var whole = Set(report.rebuilds.map(\.day))
        for outcome in report.rebuilds {
            switch outcome.state {
            case .proved: continue
            case .failed: failed += 1
            case .unknown: unknown += 1
            case .skipped: skipped += 1
            }
            whole.remove(outcome.day)
        }
        days = whole.count
        (self.failed, self.unknown, self.skipped) = (failed, unknown, skipped)
        gone = report.retirements.reduce(0) { $0 + $1.gone }
        stillThere = report.retirements.reduce(0) { $0 + $1.stillThere }
        let heldBefore = report.retirements.reduce(0) { $0 + $1.held }
        held = heldBefore + PlanTotals(report.plan).held
        isWhole = failed + unknown + skipped + stillThere + heldBefore == 0 && report.conclusion != .interrupted
    }
}
