import UTCTime

/// Rows gathered under keys, in the order in which the keys first came.
struct OrderedGroups<Key: Hashable> {
    private(set) var groups: [(Key, [Partition])] = []
    private var places: [Key: Int] = [:]

    mutating func add(_ row: Partition, to key: Key) {
        if let place = places[key] {
            groups[place].1.append(row)
        } else {
            places[key] = groups.count
            groups.append((key, [row]))
        }
    }
}

/// Rows that stay, gathered by policy, view set, day and reason.
struct HeldRows {
    private struct Key: Hashable {
        var policy: String
        var viewSet: String
        var day: CalendarDay
        var reason: Hold.Reason
    }

    private var rows = OrderedGroups<Key>()

    mutating func add(_ row: Partition, policy: String, reason: Hold.Reason) {
        rows.add(row, to: Key(policy: policy, viewSet: row.identity.viewSet, day: row.day, reason: reason))
    }

    var holds: [Hold] {
        rows.groups.map {
            Hold(policy: $0.policy, viewSet: $0.viewSet, day: $0.day, partitions: $1, reason: $0.reason)
        }
    }
}
