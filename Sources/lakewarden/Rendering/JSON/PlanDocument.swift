import PartitionLifecycle
import UTCTime

/// A plan in JSON; the names are described in `config/output.schema.json` and stay.
enum PlanDocument {
    static func value(_ plan: Plan, id: String) -> JSONValue {
        let totals = PlanTotals(plan)
        return .members(
            ("id", .string(id)),
            ("now", time(plan.now)),
            ("is_empty", .bool(plan.isEmpty)),
            ("days", .array(plan.days.map(day))),
            ("retirements", .array(plan.retirements.map(retirement))),
            ("holds", .array(plan.holds.map(hold))),
            ("unseen", .array(plan.unseen.map(unseen))),
            (
                "totals",
                .members(
                    ("days", .number(totals.days)), ("views", .number(totals.views)),
                    ("rebuilt_partitions", .number(totals.rebuilt)), ("retired_partitions", .number(totals.retired)),
                    ("retired_bytes", .number(totals.retiredBytes)), ("held_partitions", .number(totals.held)),
                    ("kept_partitions", .number(plan.kept)))
            ))
    }

    private static func day(_ day: DayRebuild) -> JSONValue {
        .members(("day", .string(day.day.description)), ("views", .array(day.views.map(view))))
    }

    private static func view(_ view: ViewRebuild) -> JSONValue {
        .members(
            ("view_set", .string(view.viewSet)), ("policy", .string(view.policy)),
            ("schema_hash", .string(view.currentHash.description)),
            ("reads", .array(view.reads.map(JSONValue.string))),
            ("shadow_seconds", .integer(view.shadowLength.wholeSeconds)),
            ("final_seconds", .integer(view.finalLength.wholeSeconds)),
            ("shadow_ranges", .array(view.shadowRanges.map(range))), ("buckets", .array(view.buckets.map(range))),
            ("old_partitions", .array(view.old.map(partition))))
    }

    private static func retirement(_ retirement: Retirement) -> JSONValue {
        let reason: JSONValue =
            switch retirement.reason {
            case .rebuiltWhenQueried(let hash):
                .members(("kind", .string("rebuilt_when_queried")), ("old_schema_hash", .string(hash.description)))
            case .doubled: .members(("kind", .string("doubled")))
            case .age(let limit):
                .members(("kind", .string("age")), ("newer_than_seconds", .integer(limit.wholeSeconds)))
            }
        return .members(
            ("view_set", .string(retirement.viewSet)), ("policy", .string(retirement.policy)), ("reason", reason),
            ("partitions", .array(retirement.partitions.map(partition))))
    }

    private static func hold(_ hold: Hold) -> JSONValue {
        .members(
            ("view_set", .string(hold.viewSet)), ("policy", .string(hold.policy)),
            ("day", .text(hold.day?.description)),
            (
                "reason",
                .members(
                    ("kind", .string(hold.reason.kind)), ("text", .string(hold.reason.explanation)),
                    ("cure", .text(hold.reason.cure)))
            ),
            ("partitions", .array(hold.partitions.map(partition))))
    }

    private static func unseen(_ view: UnseenView) -> JSONValue {
        .members(
            ("view_set", .string(view.viewSet)), ("first_day", .string(view.days.lowerBound.description)),
            ("last_day", .string(view.days.upperBound.description)), ("partitions", .number(view.partitions)),
            ("rows", .integer(view.rows)), ("rows_seen", .integer(view.rowsSeen)),
            ("since", view.since.map(time) ?? .null))
    }

    private static func partition(_ partition: Partition) -> JSONValue {
        .members(
            ("view_set", .string(partition.identity.viewSet)), ("instance", .string(partition.identity.instance)),
            ("begin", time(partition.range.begin)), ("end", time(partition.range.end)),
            ("schema_hash", .string(partition.identity.schemaHash.description)),
            ("file_path", .text(partition.identity.filePath)), ("bytes", .integer(partition.fileSize)),
            ("rows", .integer(partition.rows)), ("sources", .integer(partition.sourceCount)))
    }

    private static func range(_ range: InsertRange) -> JSONValue {
        .members(("begin", time(range.begin)), ("end", time(range.end)))
    }

    static func time(_ time: Timestamp) -> JSONValue { .string(time.rfc3339) }
}
