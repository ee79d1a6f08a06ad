/// A table of FlatBuffers that is to be written: the fields it has, by their numbers.
struct FlatContent {
    private(set) var fields: [(number: Int, value: FlatValue)] = []

    /// Adds a field. Each number is set once.
    mutating func set(_ number: Int, _ value: FlatValue) { fields.append((number, value)) }

    /// Adds a number as its bytes.
    mutating func set<T: FixedWidthInteger>(_ number: Int, _ value: T) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: value)
        set(number, .scalar(bytes))
    }

    /// Adds a flag, which is left out where it has its default, false.
    mutating func set(_ number: Int, flag: Bool) {
        if flag { set(number, UInt8(1)) }
    }
}

/// What a field of a table holds.
indirect enum FlatValue {
    /// A number of 1, 2, 4 or 8 bytes, which lies in the table itself.
    case scalar([UInt8])
    case text(String)
    case table(FlatContent)
    case tables([FlatContent])
    /// A vector of structs of two numbers of 64 bits, as its bytes.
    case pairs([UInt8])

    /// Bytes in the table; what does not lie there has an offset to it.
    fileprivate var inlineSize: Int { if case .scalar(let bytes) = self { bytes.count } else { 4 } }
}

/// Writes FlatBuffers bytes from the front to the back: a table, then what its fields point to, so that every offset is
/// known when what it leads to is written.
///
/// Layout: https://flatbuffers.dev/internals/. All is aligned to its size, counted from the first byte.
struct FlatBufferBuilder {
    private var bytes: [UInt8] = []

    /// The bytes of a table and all beneath it, padded to a multiple of 8.
    static func bytes(root: FlatContent) -> [UInt8] {
        var builder = FlatBufferBuilder()
        builder.bytes.append(littleEndian: UInt32(0))
        builder.point(0, to: builder.append(root))
        builder.bytes.pad(to: 8)
        return builder.bytes
    }

    /// Writes a table behind its vtable; gives the table's position.
    private mutating func append(_ content: FlatContent) -> Int {
        // The widest first, behind the four bytes of the offset to the vtable: then each is aligned where the first is.
        let order = content.fields.sorted { $0.value.inlineSize > $1.value.inlineSize }
        let slots = (content.fields.map(\.number).max() ?? -1) + 1
        let vtableLength = 4 + 2 * slots
        while (bytes.count + vtableLength) % 8 != 4 { bytes.append(0) }

        var offsets = [UInt16](repeating: 0, count: slots)
        var length = 4
        for field in order {
            offsets[field.number] = UInt16(length)
            length += field.value.inlineSize
        }
        bytes.append(littleEndian: UInt16(vtableLength))
        bytes.append(littleEndian: UInt16(length))
        for offset in offsets { bytes.append(littleEndian: offset) }

        let table = bytes.count
        bytes.append(littleEndian: Int32(vtableLength))
        for field in order {
            if case .scalar(let number) = field.value {
                bytes += number
            } else {
                bytes.append(littleEndian: UInt32(0))
            }
        }
        for field in content.fields { append(field.value, for: table + Int(offsets[field.number])) }
        return table
    }

    /// Writes what a field points to, and the offset in the field.
    private mutating func append(_ value: FlatValue, for field: Int) {
        switch value {
        case .scalar: break
        case .table(let content): point(field, to: append(content))
        case .text(let text):
            bytes.pad(to: 4)
            point(field, to: bytes.count)
            bytes.append(littleEndian: UInt32(text.utf8.count))
            bytes += text.utf8
            bytes.append(0)
        case .tables(let tables):
            bytes.pad(to: 4)
            point(field, to: bytes.count)
            bytes.append(littleEndian: UInt32(tables.count))
            let first = bytes.count
            bytes += repeatElement(0, count: 4 * tables.count)
            for (index, table) in tables.enumerated() { point(first + 4 * index, to: append(table)) }
        case .pairs(let pairs):
            // The first pair is aligned, not the count before it.
            while bytes.count % 8 != 4 { bytes.append(0) }
            point(field, to: bytes.count)
            bytes.append(littleEndian: UInt32(pairs.count / 16))
            bytes += pairs
        }
    }

    /// Writes the offset at a position that leads to a later one.
    private mutating func point(_ position: Int, to target: Int) {
        let offset = UInt32(target - position)
        for index in 0..<4 { bytes[position + index] = UInt8(truncatingIfNeeded: offset >> UInt32(8 * index)) }
    }
}

extension [UInt8] {
    /// Appends the bytes of a number, the lowest first.
    mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> T(shift))) }
    }

    /// Appends zeros up to a multiple of a length.
    mutating func pad(to alignment: Int) {
        while count % alignment != 0 { append(0) }
    }
}
