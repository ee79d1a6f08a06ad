import Configuration
import PartitionLifecycle
import UTCTime
import Warden

/// What a run did, held against what the lake showed before and shows now.
enum ProofScreen {
    static func page(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        page.add(proof(report.rebuilds, look))
        page.add(findings(report, look))
        page.add(retired(report.retirements, look))
        page.add(left(report, look))
        return page
    }

    private static func proof(_ rebuilds: [RebuildOutcome], _ look: Look) -> Page {
        var page = Page(look)
        let proved = rebuilds.filter { $0.state == .proved }
        if proved.isEmpty { return page }
        page.add("Proof: old partitions against the new ones in their place", .heading)
        var table = Table(columns: [
            .init(title: ""), .init(title: "view"), .init(title: "days"), .init(title: "rows before", isFigure: true),
            .init(title: "after", isFigure: true), .init(title: "sources before", isFigure: true),
            .init(title: "after", isFigure: true), .init(title: "a query answers", isFigure: true),
        ])
        for view in proved.map(\.viewSet).reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
            let own = proved.filter { $0.viewSet == view }
            let runs = DayRun.runs(own.map(\.day))
            let rows = sum(own.map(\.rows))
            let sources = sum(own.map(\.sources))
            table.rows.append([
                .init("✓", .good), .init(view), .init(runs.count == 1 ? runs[0].text : counted(own.count, "day")),
                .init(rows.map { figure($0.before) } ?? ""), .init(rows.map { figure($0.after) } ?? ""),
                .init(sources.map { figure($0.before) } ?? ""), .init(sources.map { figure($0.after) } ?? ""),
                .init(answers(own)),
            ])
        }
        page.add(table)
        return page
    }

    private static func answers(_ outcomes: [RebuildOutcome]) -> String {
        let counts = outcomes.compactMap(\.queryAnswers)
        return counts.count == outcomes.count ? figure(counts.reduce(0, +)) : ""
    }

    /// The sum of figures; nil where one of them is not known.
    private static func sum(_ figures: [RebuildOutcome.BeforeAfter?]) -> RebuildOutcome.BeforeAfter? {
        let known = figures.compactMap(\.self)
        guard known.count == figures.count else { return nil }
        return known.reduce(RebuildOutcome.BeforeAfter(before: 0, after: 0)) {
            .init(before: $0.before + $1.before, after: $0.after + $1.after)
        }
    }

    private static func findings(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        var table = Table(columns: [
            .init(title: "view"), .init(title: "days"), .init(title: ""), .init(title: "finding"),
        ])
        for group in FindingGroup.groups(report.rebuilds) {
            table.rows.append([
                .init(group.viewSet), .init(DayRun.runs(group.days).map(\.text).joined(separator: ", ")),
                .init(group.label, group.role), .init(group.finding),
            ])
        }
        if table.rows.isEmpty { return page }
        page.add("Not proved", .heading)
        page.add(table)
        return page
    }

    private static func retired(_ outcomes: [RetirementOutcome], _ look: Look) -> Page {
        var page = Page(look)
        if outcomes.isEmpty { return page }
        page.add("Retired, by the listing afterwards", .heading)
        var table = Table(columns: [
            .init(title: "view"), .init(title: "policy"), .init(title: "asked", isFigure: true),
            .init(title: "gone", isFigure: true), .init(title: "size", isFigure: true),
            .init(title: "still there", isFigure: true), .init(title: "unknown", isFigure: true),
            .init(title: "held", isFigure: true), .init(title: "finding"),
        ])
        for outcome in outcomes {
            table.rows.append([
                .init(outcome.viewSet), .init(outcome.policy), .init(figure(outcome.asked)),
                .init(figure(outcome.gone)), .init(SizeText.text(outcome.bytesGone)),
                .init(outcome.stillThere == 0 ? "" : figure(outcome.stillThere), .bad),
                .init(outcome.unknown == 0 ? "" : figure(outcome.unknown), .bad),
                .init(outcome.held == 0 ? "" : figure(outcome.held), .hold), .init(outcome.finding ?? ""),
            ])
        }
        page.add(table)
        return page
    }

    private static func left(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        let partitions = report.oldLeft.reduce(0) { $0 + $1.partitions }
        let held = report.oldLeft.reduce(0) { $0 + $1.held }
        let names = { (views: [OldPartitionsLeft], count: (OldPartitionsLeft) -> Int) in
            views.filter { count($0) > 0 }.map { "\($0.viewSet) \(figure(count($0)))" }.joined(separator: ", ")
        }
        var text = "Old-schema partitions left: \(figure(partitions))"
        if partitions > 0 { text += " (\(names(report.oldLeft) { $0.partitions }))" }
        if held > 0 { text += "; held: \(figure(held)) (\(names(report.oldLeft) { $0.held }))" }
        page.add(text + ".", partitions == 0 ? .body : .bad)
        return page
    }
}

/// Days of a view that ended alike and not as they should.
struct FindingGroup: Sendable, Hashable {
    var viewSet: String
    var days: [CalendarDay]
    var label: String
    var finding: String

    var role: Look.Role { label == "skipped" ? .quiet : .bad }

    static func groups(_ outcomes: [RebuildOutcome]) -> [FindingGroup] {
        var groups: [FindingGroup] = []
        for outcome in outcomes {
            let finding: String
            switch outcome.state {
            case .proved: continue
            case .failed(let text), .unknown(let text), .skipped(let text): finding = text
            }
            let label = outcome.state.name
            let known = groups.firstIndex {
                $0.viewSet == outcome.viewSet && $0.label == label && $0.finding == finding
            }
            if let known {
                groups[known].days.append(outcome.day)
            } else {
                groups.append(
                    FindingGroup(viewSet: outcome.viewSet, days: [outcome.day], label: label, finding: finding))
            }
        }
        return groups
    }
}

extension RebuildOutcome.State {
    /// The state's name on screens and in JSON.
    var name: String {
        switch self {
        case .proved: "proved"
        case .failed: "failed"
        case .unknown: "unknown"
        case .skipped: "skipped"
        }
    }

    /// What was found; nil where all is well.
    var finding: String? {
        switch self {
        case .proved: nil
        case .failed(let text), .unknown(let text), .skipped(let text): text
        }
    }
}
