import PartitionLifecycle
import UTCTime
import Warden

@testable import lakewarden

/// The lake of the morning after an upgrade, as values: what screens and documents are made of.
enum MorningAfter {
    static let now = Timestamp(seconds: 1_795_241_643)  // 2026-11-21T06:14:03Z
    static let today = CalendarDay(containing: now)
    static let oldHash = SchemaHash([5])
    static let hash = SchemaHash([6])

    static let lake = LakeSummary(
        uri: "grpc://127.0.0.1:50051", serverKind: "0.33-like", partitions: 1486, viewSets: 6,
        listingTime: .milliseconds(23), now: now)

    static func row(
        _ view: String, _ day: CalendarDay, hour: Int64 = 0, instance: String = "global", rows: Int64 = 10,
        bytes: Int64 = 40_000
    ) -> Partition {
        let begin = day.start + .hours(hour)
        return Partition(
            identity: PartitionIdentity(
                viewSet: view, instance: instance, range: InsertRange(begin, begin + .hours(1)), schemaHash: oldHash,
                filePath: "views/\(view)/\(instance)/\(day)/\(hour).parquet"),
            updated: begin + .hours(2), fileSize: bytes, sourceCount: rows, rows: rows)
    }

    static func rebuild(_ view: String, _ day: CalendarDay, reads: [String]) -> ViewRebuild {
        let whole = InsertRange(day.start, day.end)
        return ViewRebuild(
            viewSet: view, day: day, policy: "evolution", currentHash: hash, reads: reads,
            old: (0..<24).map { row(view, day, hour: $0) }, shadowLength: .minutes(30), finalLength: .hours(1),
            buckets: (0..<24).map { InsertRange(day.start + .hours($0), day.start + .hours($0 + 1)) },
            shadowRanges: [whole])
    }

    static let days: [DayRebuild] = (3...8).map { (ago: Int64) in
        let day = today.advanced(by: -ago)
        return DayRebuild(
            day: day, views: [rebuild("blocks", day, reads: []), rebuild("log_entries", day, reads: ["blocks"])])
    }

    static let lost = today.advanced(by: -9)

    static let plan = Plan(
        now: now, days: days,
        retirements: [
            Retirement(
                policy: "evolution", viewSet: "thread_spans",
                partitions: [row("thread_spans", today.advanced(by: -4), instance: "s1")],
                reason: .rebuiltWhenQueried(oldHash: oldHash)),
            Retirement(
                policy: "spans-two-weeks", viewSet: "async_events",
                partitions: (46...50).map { (ago: Int64) in
                    row("async_events", today.advanced(by: -ago), instance: "p1")
                },
                reason: .age(keepNewerThan: .days(14))),
        ],
        holds: [
            Hold(
                policy: "evolution", viewSet: "log_entries", day: lost,
                partitions: (0..<24).map { row("log_entries", lost, hour: $0) },
                reason: .lastCopy(input: "blocks", found: 0, recorded: 240))
        ],
        unseen: [
            UnseenView(
                viewSet: "log_entries", days: lost...today.advanced(by: -3), partitions: 168, rows: 1680, rowsSeen: 0,
                since: now - .hours(31)),
            UnseenView(
                viewSet: "measures", days: lost...today.advanced(by: -3), partitions: 168, rows: 20402, rowsSeen: 7,
                since: now - .hours(30)),
        ],
        kept: 1031)

    static func report(_ conclusion: RunReport.Conclusion, plan: Plan = plan) -> RunReport {
        RunReport(
            lake: lake, plan: plan, planID: "3f9a1c", guardRails: GuardRailSettings(), conclusion: conclusion)
    }

    static let head = AuditHead(
        sequence: 318, hash: "9b1d4c6e8f0a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d0e2f4a6b8c0d1e3f5a7b42")

    static func proved(_ view: String, _ day: CalendarDay) -> RebuildOutcome {
        RebuildOutcome(
            day: day, viewSet: view, state: .proved, bucketsDone: 24, bucketsTotal: 24,
            rows: .init(before: 240, after: 240), sources: .init(before: 240, after: 240), queryAnswers: 240)
    }

    /// Everything went well.
    static let done: RunReport = {
        var report = Self.report(.applied)
        report.rebuilds = days.flatMap { day in day.views.map { proved($0.viewSet, day.day) } }
        report.retirements = [
            RetirementOutcome(policy: "evolution", viewSet: "thread_spans", asked: 1, gone: 1, bytesGone: 40_000),
            RetirementOutcome(
                policy: "spans-two-weeks", viewSet: "async_events", asked: 5, gone: 5, bytesGone: 200_000),
        ]
        report.oldLeft = [OldPartitionsLeft(viewSet: "log_entries", partitions: 0, held: 24)]
        report.audit = head
        return report
    }()

    /// One proof failed, one call's end is unknown, what reads them was skipped, and a payload was gone.
    static let inPart: RunReport = {
        var report = done
        report.rebuilds[2].state = .unknown(finding: "the connection was lost after 11 of 24 hours were merged")
        report.rebuilds[3].state = .skipped(finding: "blocks, which it reads, is unknown")
        for (place, count) in [(5, 238), (7, 238)] {
            report.rebuilds[place].state = .failed(finding: "\(count) rows in the shadows, 240 in the old partitions")
        }
        report.retirements[0] = RetirementOutcome(
            policy: "evolution", viewSet: "thread_spans", asked: 0, gone: 0, held: 1,
            finding: "1 of 1 sampled payloads is gone")
        report.oldLeft = [
            OldPartitionsLeft(viewSet: "blocks", partitions: 13, held: 0),
            OldPartitionsLeft(viewSet: "log_entries", partitions: 24, held: 72),
        ]
        return report
    }()
}
