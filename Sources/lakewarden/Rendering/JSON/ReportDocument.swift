import Configuration
import PartitionLifecycle
import UTCTime
import Warden

/// The one JSON document that a command writes; the names are described in `config/output.schema.json` and stay.
enum ReportDocument {
    /// The version of the documents' shape: names may be added within one, and never change.
    static let format: Int64 = 1

    static func apply(_ report: RunReport, exitCode: ExitCode) -> JSONValue {
        .members(
            ("format", .integer(format)), ("command", .string("apply")), ("exit_code", .number(exitCode.rawValue)),
            ("conclusion", .string(conclusion(report.conclusion))),
            ("lake", lake(report.lake)),
            ("guard_rails", guardRails(report.guardRails)),
            ("stops", .array(stops(report.conclusion))),
            ("plan", PlanDocument.value(report.plan, id: report.planID)),
            ("rebuilds", .array(report.rebuilds.map(rebuild))),
            ("retirements", .array(report.retirements.map(retirement))),
            ("old_partitions_left", .array(report.oldLeft.map(left))),
            ("audit_head", report.audit.map(head) ?? .null))
    }

    static func failure(_ failure: RunFailure, command: String, exitCode: ExitCode) -> JSONValue {
        .members(
            ("format", .integer(format)), ("command", .string(command)), ("exit_code", .number(exitCode.rawValue)),
            (
                "error",
                .members(
                    ("what", .string(failure.what)), ("who", .text(failure.who)), ("why", .string(failure.why)),
                    ("cure", .string(failure.cure)), ("state", .string(failure.state)))
            ))
    }

    static func validation(_ files: [ValidatedFile], command: String = "validate", exitCode: ExitCode) -> JSONValue {
        .members(
            ("format", .integer(format)), ("command", .string(command)), ("exit_code", .number(exitCode.rawValue)),
            (
                "files",
                .array(
                    files.map { file in
                        .members(
                            ("file", .string(file.path)), ("is_valid", .bool(file.policies != nil)),
                            ("problems", .array(file.diagnostics.map(problem))))
                    })
            ))
    }

    static func audit(_ result: AuditReport, exitCode: ExitCode) -> JSONValue {
        let bad: JSONValue? = result.firstBad.map {
            .members(
                ("segment", .string($0.segment)), ("line", .number($0.line)), ("finding", .string($0.finding)))
        }
        return .members(
            ("format", .integer(format)), ("command", .string("audit verify")),
            ("exit_code", .number(exitCode.rawValue)), ("folder", .string(result.folder)),
            ("segments", .number(result.segments)), ("records", .number(result.records)),
            ("audit_head", result.head.map(head) ?? .null), ("first_bad", bad ?? .null),
            ("open_intents", .number(result.openIntents)))
    }

    private static func conclusion(_ conclusion: RunReport.Conclusion) -> String {
        switch conclusion {
        case .planned: "planned"
        case .declined: "declined"
        case .refused: "refused"
        case .applied: "applied"
        case .interrupted: "interrupted"
        }
    }

    private static func stops(_ conclusion: RunReport.Conclusion) -> [JSONValue] {
        guard case .refused(let stops) = conclusion else { return [] }
        return stops.map {
            .members(
                ("kind", .string($0.kind)), ("what", .string($0.title)), ("who", .string($0.who)),
                ("why", .string($0.why)), ("cure", .string($0.cure)))
        }
    }

    private static func lake(_ lake: LakeSummary) -> JSONValue {
        .members(
            ("uri", .string(lake.uri)), ("server_kind", .string(lake.serverKind)),
            ("partitions", .number(lake.partitions)), ("view_sets", .number(lake.viewSets)),
            ("listing_milliseconds", .integer(lake.listingTime.wholeNanoseconds / 1_000_000)),
            ("now", PlanDocument.time(lake.now)))
    }

    private static func guardRails(_ rails: GuardRailSettings) -> JSONValue {
        .members(
            ("lost_partitions", .number(rails.lostPartitions)), ("lost_bytes", .integer(rails.lostBytes)),
            ("minimum_age_seconds", .integer(rails.minimumAge.wholeSeconds)))
    }

    private static func rebuild(_ outcome: RebuildOutcome) -> JSONValue {
        .members(
            ("day", .string(outcome.day.description)), ("view_set", .string(outcome.viewSet)),
            ("state", .string(outcome.state.name)), ("finding", .text(outcome.state.finding)),
            ("buckets_done", .number(outcome.bucketsDone)), ("buckets_total", .number(outcome.bucketsTotal)),
            ("rows_before", count(outcome.rows?.before)), ("rows_after", count(outcome.rows?.after)),
            ("sources_before", count(outcome.sources?.before)), ("sources_after", count(outcome.sources?.after)),
            ("query_answers", count(outcome.queryAnswers)))
    }

    private static func retirement(_ outcome: RetirementOutcome) -> JSONValue {
        .members(
            ("view_set", .string(outcome.viewSet)), ("policy", .string(outcome.policy)),
            ("asked", .number(outcome.asked)), ("gone", .number(outcome.gone)),
            ("still_there", .number(outcome.stillThere)), ("unknown", .number(outcome.unknown)),
            ("held", .number(outcome.held)), ("bytes_gone", .integer(outcome.bytesGone)),
            ("finding", .text(outcome.finding)))
    }

    private static func left(_ left: OldPartitionsLeft) -> JSONValue {
        .members(
            ("view_set", .string(left.viewSet)), ("partitions", .number(left.partitions)), ("held", .number(left.held)))
    }

    private static func head(_ head: AuditHead) -> JSONValue {
        .members(("sequence", .number(head.sequence)), ("hash", .string(head.hash)))
    }

    private static func problem(_ diagnostic: Diagnostic) -> JSONValue {
        .members(
            ("line", count(diagnostic.place.map { Int64($0.line) })),
            ("column", count(diagnostic.place.map { Int64($0.column) })),
            ("severity", .string(diagnostic.severity.rawValue)), ("message", .string(diagnostic.message)))
    }

    private static func count(_ number: Int64?) -> JSONValue { number.map(JSONValue.integer) ?? .null }
}
