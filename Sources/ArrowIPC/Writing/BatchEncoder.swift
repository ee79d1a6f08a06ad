/// Lays columns out as nodes and buffers in the order of a walk through the schema, parents first: what ``BatchDecoder``
/// takes apart. Offsets begin at 0 and bitmaps at their first bit, whatever part of the columns is written.
struct BatchEncoder {
    /// FieldNodes: length and null count, 64 bits each.
    private var nodes: [UInt8] = []
    /// Buffers: offset and length, 64 bits each.
    private var buffers: [UInt8] = []
    private(set) var body: [UInt8] = []

    /// RecordBatch (Message.fbs): length, nodes, buffers; of some rows of columns.
    ///
    /// - Throws: ``ArrowError`` of code `unsupported` for a column whose layout is not written.
    static func content(
        _ columns: [(name: String, column: Column)], rows: Range<Int>
    ) throws(ArrowError) -> (content: FlatContent, body: [UInt8]) {
        var encoder = BatchEncoder()
        for (name, column) in columns {
            do throws(ArrowError) {
                try encoder.add(column, rows)
            } catch {
                throw error.inside("column “\(name)”")
            }
        }
        var content = FlatContent()
        content.set(0, Int64(rows.count))
        content.set(1, .pairs(encoder.nodes))
        content.set(2, .pairs(encoder.buffers))
        return (content, encoder.body)
    }

    private mutating func add(_ column: Column, _ rows: Range<Int>) throws(ArrowError) {
        if case .null = column.storage { return addNode(rows.count, nulls: rows.count) }
        let validity = column.validity?.bits(rows) ?? []
        let nulls = validity.isEmpty ? 0 : rows.count - validity.reduce(0) { $0 + $1.nonzeroBitCount }
        addNode(rows.count, nulls: nulls)
        addBuffer(nulls == 0 ? [] : validity[...])
        switch column.storage {
        case .null: break
        case .bits(let values): addBuffer(values.bits(rows)[...])
        case .fixedWidth(let values): addFixed(values, width: column.type.fixedWidth ?? 0, rows)
        case .dictionary(let indices, _): addFixed(indices.buffer, width: indices.type.width, rows)
        case .variableWidth(let offsets, let bytes):
            let place = addOffsets(offsets, rows)
            addBuffer(bytes.part(place).bytes)
        case .list(let offsets, let elements):
            let place = addOffsets(offsets, rows)
            try add(elements, place)
        case .structure(let members):
            for member in members { try add(member, rows) }
        case .views, .placedList, .union, .runs, .parts:
            throw .unsupported("the layout of the type \(column.type) is not written")
        }
    }

    private mutating func addNode(_ count: Int, nulls: Int) {
        nodes.append(littleEndian: Int64(count))
        nodes.append(littleEndian: Int64(nulls))
    }

    /// Adds a buffer to the body. The format asks for buffers that begin at multiples of 8.
    private mutating func addBuffer(_ bytes: ArraySlice<UInt8>) {
        buffers.append(littleEndian: Int64(body.count))
        buffers.append(littleEndian: Int64(bytes.count))
        body += bytes
        body.pad(to: 8)
    }

    private mutating func addFixed(_ values: Buffer, width: Int, _ rows: Range<Int>) {
        addBuffer(values.part(rows.lowerBound * width..<rows.upperBound * width).bytes)
    }

    /// Adds the offsets of some rows, counted from the first one's; gives the bytes or elements that they lead to.
    private mutating func addOffsets(_ offsets: Offsets, _ rows: Range<Int>) -> Range<Int> {
        // A column of no rows may lack its only offset; it is written all the same.
        let first = rows.isEmpty ? 0 : offsets[last: rows.lowerBound]
        var bytes: [UInt8] = []
        bytes.reserveCapacity((rows.count + 1) * (offsets.isLarge ? 8 : 4))
        var last = first
        for row in rows.lowerBound...rows.upperBound {
            last = rows.isEmpty ? 0 : offsets[last: row]
            if offsets.isLarge {
                bytes.append(littleEndian: Int64(last - first))
            } else {
                bytes.append(littleEndian: Int32(last - first))
            }
        }
        addBuffer(bytes[...])
        return first..<last
    }
}

extension Buffer {
    /// The bytes in place.
    fileprivate var bytes: ArraySlice<UInt8> { message[range] }

    /// Some bits, the first of them as the first bit of the first byte; what is left of the last byte is 0.
    fileprivate func bits(_ rows: Range<Int>) -> [UInt8] {
        if rows.isEmpty { return [] }
        let (first, shift) = (rows.lowerBound >> 3, UInt8(rows.lowerBound & 7))
        let last = (rows.upperBound - 1) >> 3
        var bits: [UInt8] = []
        bits.reserveCapacity((rows.count + 7) / 8)
        for index in first..<first + (rows.count + 7) / 8 {
            var byte = load(atByte: index, as: UInt8.self) >> shift
            if shift > 0, index < last { byte |= load(atByte: index + 1, as: UInt8.self) << (8 - shift) }
            bits.append(byte)
        }
        if rows.count % 8 > 0 { bits[bits.count - 1] &= 1 << UInt8(rows.count % 8) - 1 }
        return bits
    }
}
