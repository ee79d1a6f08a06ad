import UTCTime

/// Why a rebuild goes no further: the lake is not, or no longer, what the plan was made from.
public enum RebuildStop: Sendable, Hashable {
    /// The server's hash for the view is another one now.
    case hashChanged(viewSet: String, from: SchemaHash, to: SchemaHash?)
    /// A row that the plan would replace is not listed any more, or has changed.
    case oldRowChanged(PartitionIdentity)
    /// A row that the plan does not name would be removed.
    case unplannedRow(PartitionIdentity)
    /// What the view reads is not whole at its current hash.
    case inputNotWhole(viewSet: String, range: InsertRange)
    /// A row of the current hash lies across the ranges that would be made.
    case inTheWay(PartitionIdentity)
    /// The new rows do not tile a range.
    case notTiled(viewSet: String, range: InsertRange)
    /// The call itself is never to be sent.
    case illegalCall(String)
}

extension RebuildStop: CustomStringConvertible {
    /// What happened and to which partition.
    public var description: String {
        switch self {
        case .hashChanged(let viewSet, let from, let to):
            "the server's schema hash of \(viewSet) was \(from) and is now \(to.map(\.description) ?? "not listed")"
        case .oldRowChanged(let identity): "\(identity) is gone or was changed since the plan was made"
        case .unplannedRow(let identity): "\(identity) would be removed and is not in the plan"
        case .inputNotWhole(let viewSet, let range): "\(viewSet) is not whole at its current hash over \(range)"
        case .inTheWay(let identity): "\(identity) lies across the ranges to be made"
        case .notTiled(let viewSet, let range):
            "the new rows of \(viewSet) do not cover \(range) without gap or overlap"
        case .illegalCall(let why): "the call is not sent: \(why)"
        }
    }
}

extension InsertRange: CustomStringConvertible {
    /// `2026-11-18T00:00:00Z…2026-11-18T01:00:00Z`.
    public var description: String { "\(begin.rfc3339)…\(end.rfc3339)" }
}
