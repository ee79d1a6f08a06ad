/// What became of one partition of a retirement.
public struct RetiredPartition: Sendable, Hashable {
    /// What a listing after the call shows.
    public enum Outcome: Sendable, Hashable {
        /// It is not listed any more.
        case gone
        /// It is still listed, and the call that named it has ended.
        case stillListed
        /// It was still listed, or nothing could be listed, after an answer that was lost: the server may yet remove it.
        case unknown
        /// No call named it.
        case held
    }

    /// The partition, as it was previewed.
    public var partition: ListedPartition
    /// What became of it.
    public var outcome: Outcome
    /// What the server said of it, as it came, or why nothing was asked of the server. A success that is said here is
    /// none by itself: where one row of a call fails, the server takes the others back and says success of them.
    public var messages: [String]
}

/// What a retirement did.
public struct RetireReport: Sendable, Hashable {
    /// Every partition of the preview, in the order in which they were settled: held ones first, then batch by batch.
    public let partitions: [RetiredPartition]

    init(_ partitions: [RetiredPartition]) { self.partitions = partitions }

    /// Count of partitions that became so.
    ///
    ///     let report = try await client.retire(preview)
    ///     print(report.count(.gone), "of", report.partitions.count)
    public func count(_ outcome: RetiredPartition.Outcome) -> Int { partitions.count { $0.outcome == outcome } }

    /// Whether every partition of the preview is gone.
    public var isComplete: Bool { partitions.allSatisfy { $0.outcome == .gone } }

    /// The results by view set and instance, in the partitions' order.
    public var groups: [Group] {
        var groups: [Group] = []
        var places: [[String]: Int] = [:]
        for retired in partitions {
            let key = [retired.partition.viewSetName, retired.partition.viewInstanceID]
            let place = places[key, default: groups.count]
            if place == groups.count {
                places[key] = place
                groups.append(Group(viewSetName: key[0], viewInstanceID: key[1]))
            }
            groups[place].add(retired)
        }
        return groups
    }

    /// What became of an instance's partitions.
    public struct Group: Sendable, Hashable {
        /// The view set.
        public var viewSetName: String
        /// `global`, a process id or a stream id.
        public var viewInstanceID: String
        /// Count of partitions that are gone.
        public var partitionsRetired = 0
        /// Count of partitions that were still listed after their call.
        public var partitionsStillListed = 0
        /// Count of partitions whose call's answer was lost.
        public var partitionsUnknown = 0
        /// Count of partitions that no call named.
        public var partitionsHeld = 0
        /// Bytes of the files of those that are gone. The server deletes files an hour later or more.
        public var storageFreedBytes: Int64 = 0
        /// Every message, in the partitions' order.
        public var messages: [String] = []

        /// Count of partitions that are not known to be gone: the Python client's `partitions_failed`.
        public var partitionsFailed: Int { partitionsStillListed + partitionsUnknown + partitionsHeld }

        fileprivate mutating func add(_ retired: RetiredPartition) {
            switch retired.outcome {
            case .gone:
                partitionsRetired += 1
                let (sum, overflow) = storageFreedBytes.addingReportingOverflow(retired.partition.fileSize)
                storageFreedBytes = overflow ? .max : sum
            case .stillListed: partitionsStillListed += 1
            case .unknown: partitionsUnknown += 1
            case .held: partitionsHeld += 1
            }
            messages += retired.messages
        }
    }
}
