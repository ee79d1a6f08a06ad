import Configuration
import PartitionLifecycle
import UTCTime
import Warden

/// The first screen: how the lake is, what would be done and why. What to type next follows it.
enum PlanScreen {
    static func page(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        page.add(lake(report.lake), .heading)
        page.add(unseen(report.plan, look))
        page.add(plan(report, look))
        page.add(totals(report, look))
        return page
    }

    static func lake(_ lake: LakeSummary) -> String {
        let rows = counted(lake.partitions, "partition")
        let views = counted(lake.viewSets, "view")
        return "lake \(lake.uri) (\(lake.serverKind)), \(clock(lake.now)): \(rows), \(views) "
            + "(\(seconds(lake.listingTime)))"
    }

    private static func unseen(_ plan: Plan, _ look: Look) -> Page {
        var page = Page(look)
        if plan.unseen.isEmpty { return page }
        let partitions = plan.unseen.reduce(0) { $0 + $1.partitions }
        let since = plan.unseen.compactMap(\.since).min().map { " since \(clock($0))" } ?? ""
        let answer = partitions == 1 ? "answers" : "answer"
        page.add(
            "Old schemas: \(counted(partitions, "partition")) in \(counted(plan.unseen.count, "view")) \(answer) no query"
                + since, .heading)
        var table = Table(columns: [
            .init(title: "view"), .init(title: "days"), .init(title: "old partitions", isFigure: true),
            .init(title: "rows in them", isFigure: true), .init(title: "rows a query sees", isFigure: true),
        ])
        for view in plan.unseen {
            table.rows.append([
                .init(view.viewSet), .init(dayRange(view.days.lowerBound, view.days.upperBound)),
                .init(figure(view.partitions)), .init(figure(view.rows)), .init(figure(view.rowsSeen)),
            ])
        }
        page.add(table)
        return page
    }

    private static func plan(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        let rows = PlanRow.rows(of: report.plan)
        if rows.isEmpty { return page }
        page.add("Plan \(report.planID)", .heading)
        var table = Table(columns: [
            .init(title: ""), .init(title: "view"), .init(title: "days"), .init(title: "partitions", isFigure: true),
            .init(title: "size", isFigure: true), .init(title: "policy"),
            .init(title: "note"),
        ])
        for row in rows {
            table.rows.append([
                .init(row.action.rawValue, row.action.role), .init(row.viewSet), .init(row.dayText),
                .init(figure(row.partitions)),
                .init(SizeText.text(row.bytes)), .init(row.policy), .init(row.note, .quiet),
            ])
        }
        page.add(table)
        for cure in HoldGroup.cures(report.plan.holds) { page.add("held: \(cure)", .quiet) }
        return page
    }

    private static func totals(_ report: RunReport, _ look: Look) -> Page {
        var page = Page(look)
        let totals = PlanTotals(report.plan)
        var parts: [String] = []
        if totals.days > 0 {
            parts.append("\(counted(totals.days, "day")) of \(counted(totals.views, "view")) to rebuild")
        }
        if totals.retired > 0 { parts.append("\(counted(totals.retired, "partition")) to retire") }
        if totals.held > 0 { parts.append("\(figure(totals.held)) held") }
        if parts.isEmpty { return page }
        page.add((parts + ["\(figure(report.plan.kept)) kept"]).joined(separator: ", ") + ".")
        if totals.retired > 0 {
            let rails = report.guardRails
            page.add(
                "Without proved replacement go \(figure(totals.retired)) of at most \(figure(rails.lostPartitions)) "
                    + "partitions, \(SizeText.text(totals.retiredBytes)) of at most \(SizeText.text(rails.lostBytes)).")
        }
        return page
    }
}

/// A plan in figures.
struct PlanTotals: Sendable, Hashable {
    var days, views, rebuilt, retired, held: Int
    var retiredBytes: Int64

    init(_ plan: Plan) {
        days = plan.days.count
        views = Set(plan.days.flatMap(\.views).map(\.viewSet)).count
        rebuilt = plan.days.flatMap(\.views).reduce(0) { $0 + $1.old.count }
        retired = plan.retirements.reduce(0) { $0 + $1.partitions.count }
        retiredBytes = plan.retirements.flatMap(\.partitions).reduce(0) { $0 + $1.fileSize }
        // A row that two policies speak of is held once.
        held = Set(plan.holds.flatMap(\.partitions).map(\.identity)).count
    }
}
