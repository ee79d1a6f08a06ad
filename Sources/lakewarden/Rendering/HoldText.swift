import Configuration
import PartitionLifecycle
import UTCTime

extension Hold.Reason {
    /// The reason for people.
    var text: String {
        switch self {
        case .lastCopy(let input, let found, let recorded):
            "last copy: its telemetry is gone (current \(input): \(figure(found)) of \(figure(recorded)) recorded)"
        case .misaligned(let row): "its ranges do not fit into hours: \(row.range.text)"
        case .earlierProofFailed(let finding): "an earlier proof failed, unchanged since: \(finding)"
        case .soaking(let soak, let age?): "new schema is \(age.policyText) old, the policy waits \(soak.policyText)"
        case .soaking(let soak, nil):
            "no row of the new schema yet, the policy waits \(soak.policyText) after the first"
        case .tooRecent(let until): "too recent: left alone until \(clock(until))"
        case .expiring(let time): "the lakehouse deletes it at \(clock(time))"
        case .inputMissing(let view): "\(view), which it reads, is not whole at the current schema"
        case .inputHeld(let view): "\(view), which it reads, is held that day"
        case .currentRowsInTheWay(let row): "rows of the current schema stand in its range: \(row.range.text)"
        case .notExactlyRemovable: "no call of this server names such a row exactly"
        case .unknownViewSet: "the server no longer lists the view set"
        case .leftOver(let row): "a row of the current schema covers its whole range: \(row.range.text)"
        case .inputDamaged(let row):
            "\(row.viewSet), which it reads, is damaged: no rows of a source (\(row.range.text))"
        case .notProvable: "there is no rule to compare its new rows with the old ones"
        case .neededByRebuild(let rebuild): "the rebuild of \(rebuild) needs it; a later run retires it"
        case .neverRetired: "blocks are never retired by age"
        }
    }

    /// The reason's name in JSON.
    var kind: String {
        switch self {
        case .lastCopy: "last_copy"
        case .misaligned: "misaligned"
        case .earlierProofFailed: "earlier_proof_failed"
        case .soaking: "soaking"
        case .tooRecent: "too_recent"
        case .expiring: "expiring"
        case .inputMissing: "input_missing"
        case .inputHeld: "input_held"
        case .currentRowsInTheWay: "current_rows_in_the_way"
        case .notExactlyRemovable: "not_exactly_removable"
        case .unknownViewSet: "unknown_view_set"
        case .leftOver: "left_over"
        case .inputDamaged: "input_damaged"
        case .notProvable: "not_provable"
        case .neededByRebuild: "needed_by_rebuild"
        case .neverRetired: "never_retired"
        }
    }
}

extension InsertRange {
    /// `2026-11-18 00:00:00Z…01:00:00Z`, the day once where both ends share it.
    var text: String {
        let last = clock(end)
        return "\(clock(begin))…\(begin.startOfDay == end.startOfDay ? String(last.suffix(9)) : last)"
    }
}
