/// Which member of a union holds the value of each row, and where ("Union Layout").
struct UnionRows: Sendable {
    private let members: [Column]
    /// The member of each of the 128 numbers that there can be, -1 where it has none.
    private let memberOfID: [Int]
    private let ids: Buffer
    /// In a dense union, the row of the member.
    private let rows: Buffer?

    init(_ type: UnionType, members: [Column], ids: Buffer, rows: Buffer?) {
        var memberOfID = [Int](repeating: -1, count: 128)
        for (index, id) in type.ids.enumerated() { memberOfID[id] = index }
        self.members = members
        self.memberOfID = memberOfID
        self.ids = ids
        self.rows = rows
    }

    /// The member that holds the value of a row, and its row there.
    subscript(row: Int) -> (Column, Int) {
        let member = members[memberOfID[Int(ids.load(atByte: row, as: Int8.self))]]
        return (member, rows.map { Int($0.load(atByte: row * 4, as: Int32.self)) } ?? row)
    }

    /// Checks that the rows that are not null lead to values of a member.
    func check(count: Int, validity: Buffer?) throws(ArrowError) {
        for row in 0..<count where validity?.bit(row) ?? true {
            let id = ids.load(atByte: row, as: Int8.self)
            guard id >= 0, memberOfID[Int(id)] >= 0 else { throw .malformed("row \(row) has no member \(id)") }
            let (member, place) = self[row]
            guard member.count > place, place >= 0 else {
                throw .malformed("row \(row) is at \(place) of the \(member.count) values of its member \(id)")
            }
        }
    }
}
