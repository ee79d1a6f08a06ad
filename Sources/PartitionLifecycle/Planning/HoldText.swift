import UTCTime

extension Hold.Reason {
    /// Why, in a few words for a table.
    public var explanation: String {
        switch self {
        case .lastCopy(let input, let found, let recorded):
            "last copy: its telemetry is gone (current \(input): \(found) of \(recorded))"
        case .misaligned(let row): "misaligned: \(row.range) fits no hour or day that can be rebuilt beside it"
        case .earlierProofFailed(let finding): "an earlier proof failed: \(finding)"
        case .soaking(let soak, let age):
            age.map { "soaking: the current schema is \(AgeText.of($0)) old, of \(AgeText.of(soak))" }
                ?? "soaking: no row of the current schema yet, \(AgeText.of(soak)) to wait after the first"
        case .tooRecent(let until): "too recent: left alone until \(until)"
        case .expiring(let at): "expiring: the lakehouse deletes it at \(at)"
        case .inputMissing(let input): "needs \(input), which is not whole at its current schema"
        case .inputHeld(let input): "needs \(input), which is held on the same day"
        case .currentRowsInTheWay(let row): "rows of the current schema are in the way: \(row.range)"
        case .notExactlyRemovable: "no call of this server names the row exactly"
        case .unknownViewSet: "the server does not list the view set"
        case .leftOver(let row): "left over: \(row.range) is rebuilt already, and no merge would take the old row"
        case .inputDamaged(let row): "needs \(row.viewSet), whose row \(row.range) records a source and holds nothing"
        case .notProvable: "no rule is known by which its new rows could be compared with the old"
        case .neededByRebuild(let viewSet): "the rebuild of \(viewSet) reads it; a later run retires it"
        case .neverRetired: "blocks are never retired: every other view is made from them"
        }
    }

    /// What to do about it; nil where waiting is all.
    public var cure: String? {
        switch self {
        case .lastCopy: "keep it, or retire it by a retention policy once it is not worth keeping"
        case .misaligned: "read it with a server of its schema, or let retention take it"
        case .earlierProofFailed: "find what is missing; the proof is tried again when a schema or an old row changes"
        case .inputMissing(let input): "let a policy match \(input) too, or materialize \(input) over the day"
        case .inputHeld(let input): "see why \(input) is held"
        case .currentRowsInTheWay: "check what the view reads, then regenerate the hour"
        case .notExactlyRemovable: "upgrade the server: the call with the schema hash names such rows"
        case .unknownViewSet: "create the view set again, or name it in a retention policy"
        case .leftOver: "compare the two; if the new row lacks something, check what the view reads and regenerate it"
        case .inputDamaged(let row): "check what \(row.viewSet) reads, then regenerate \(row.range)"
        case .notProvable: "let retention take it, or wait for a version that knows the view"
        case .neverRetired: "take blocks out of match.view_sets; the lakehouse's own retention deletes them"
        case .soaking, .tooRecent, .expiring, .neededByRebuild: nil
        }
    }
}
