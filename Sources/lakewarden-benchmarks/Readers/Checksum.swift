internal import ArrowIPC

/// Sees every value of a column: proof that it could be read, and something to compare with the server's own sum.
///
/// An integer counts itself, a text or byte string 31 times its length and its first and last byte, a list its length and
/// its elements, a null 1; sums wrap at 64 bits.
struct Checksum {
    private(set) var value: UInt64 = 0

    mutating func add(_ column: Column) throws {
        switch column.type {
        case .integer(.int64), .timestamp: add(try column.values(as: Int64.self))
        case .integer(.int32): add(try column.values(as: Int32.self))
        case .utf8, .binary: add(try column.binaries())
        case .list: try add(column.lists())
        default: throw BenchmarkError("a listing has no column of type \(column.type)")
        }
    }

    private mutating func add<Number: FixedWidthInteger>(_ numbers: FixedWidthValues<Number>) {
        var sum: UInt64 = 0
        numbers.forEach { number in sum &+= number.map { UInt64(truncatingIfNeeded: $0) } ?? 1 }
        value &+= sum
    }

    private mutating func add(_ strings: BinaryValues) {
        var sum: UInt64 = 0
        strings.forEach { bytes in sum &+= Self.checksum(bytes) }
        value &+= sum
    }

    private mutating func add(_ lists: ListValues) throws {
        var sum: UInt64 = 0
        let elements = try lists.elements.binaries()
        for row in 0..<lists.count {
            guard let list = lists[row] else {
                sum &+= 1
                continue
            }
            sum &+= UInt64(list.count)
            elements.forEach(in: list) { sum &+= Self.checksum($0) }
        }
        value &+= sum
    }

    private static func checksum(_ bytes: Span<UInt8>?) -> UInt64 {
        guard let bytes else { return 1 }
        if bytes.isEmpty { return 0 }
        return 31 &* UInt64(bytes.count) &+ UInt64(bytes[0]) &+ UInt64(bytes[bytes.count - 1])
    }
}
