import Configuration
import PartitionLifecycle
import UTCTime

/// Holds of a view that have the same kind of reason, told as one line.
struct HoldGroup: Sendable {
    var holds: [Hold]

    /// The groups in the holds' order.
    static func groups(_ holds: [Hold]) -> [HoldGroup] {
        struct Key: Hashable {
            var policy, viewSet, kind: String
        }
        var places: [Key: Int] = [:]
        var groups: [HoldGroup] = []
        for hold in holds {
            let key = Key(policy: hold.policy, viewSet: hold.viewSet, kind: hold.reason.group)
            if let place = places[key] {
                groups[place].holds.append(hold)
            } else {
                places[key] = groups.count
                groups.append(HoldGroup(holds: [hold]))
            }
        }
        return groups
    }

    /// The line of the plan.
    var row: PlanRow {
        let partitions = holds.flatMap(\.partitions)
        let days = Set(holds.compactMap(\.day)).union(holds.contains { $0.day == nil } ? partitions.map(\.day) : [])
        return PlanRow(
            action: .hold, viewSet: holds[0].viewSet, days: days.sorted(), partitions: partitions.count,
            bytes: partitions.reduce(0) { $0 + $1.fileSize }, policy: holds[0].policy, note: reason)
    }

    /// What to do about held rows where waiting is not all, each cure once, in the holds' order.
    static func cures(_ holds: [Hold]) -> [String] {
        holds.compactMap(\.reason.cure).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Counts of last copies are added up; of other details the first is told.
    private var reason: String {
        if case .lastCopy(let input, _, _) = holds[0].reason {
            var found: Int64 = 0
            var recorded: Int64 = 0
            for case .lastCopy(_, let some, let all) in holds.map(\.reason) {
                found += some
                recorded += all
            }
            return Hold.Reason.lastCopy(input: input, found: found, recorded: recorded).explanation
        }
        let texts = holds.map(\.reason.explanation)
        let others = Set(texts).count - 1
        return others > 0 ? "\(texts[0]) (and \(counted(others, "other")) like it)" : texts[0]
    }
}

extension Hold.Reason {
    /// What holds of one line have in common.
    var group: String {
        switch self {
        case .lastCopy(let input, _, _): "\(kind) \(input)"
        case .inputMissing(let view), .inputHeld(let view): "\(kind) \(view)"
        default: kind
        }
    }
}
