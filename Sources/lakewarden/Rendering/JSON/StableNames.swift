import PartitionLifecycle

/// Names of reasons in JSON: they stay when a case is renamed or its text is bettered.
extension Hold.Reason {
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

extension Stop {
    /// The stop's name in JSON.
    var kind: String {
        switch self {
        case .hiddenListing: "hidden_listing"
        case .newerRows: "newer_rows"
        case .mixedVersions: "mixed_versions"
        case .replicasDisagree: "replicas_disagree"
        case .unknownViewSet: "unknown_view_set"
        case .tooManyPartitions: "too_many_partitions"
        case .tooManyBytes: "too_many_bytes"
        case .removesEverything: "removes_everything"
        case .tooYoung: "too_young"
        case .hiddenRows: "hidden_rows"
        case .functionsMissing: "functions_missing"
        case .unsoundPlan: "unsound_plan"
        }
    }
}
