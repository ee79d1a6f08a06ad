/// Texts or byte strings of which each says where it lies ("Variable-size Binary View Layout"): 16 bytes a row, of which
/// 4 are the length; up to 12 bytes lie behind it, longer ones leave 4 of theirs, the number of a buffer and an offset.
struct ByteViews: Sendable {
    static let width = 16
    let views: Buffer
    let data: [Buffer]

    /// The bytes of a row that is not null.
    subscript(row: Int) -> Buffer {
        let start = row * Self.width
        let length = Int(views.load(atByte: start, as: Int32.self))
        if length <= 12 { return views.part(start + 4..<start + 4 + length) }
        let offset = Int(views.load(atByte: start + 12, as: Int32.self))
        return data[Int(views.load(atByte: start + 8, as: Int32.self))].part(offset..<offset + length)
    }

    /// Checks that the values of rows that are not null lie within their buffers, and, if they are text, are UTF-8.
    func check(count: Int, validity: Buffer?, isText: Bool) throws(ArrowError) {
        for row in 0..<count where validity?.bit(row) ?? true {
            try checkPlace(of: row)
            guard isText else { continue }
            let value = self[row]
            do {
                _ = try UTF8Span(validating: value.message.span.extracting(value.range))
            } catch {
                throw .malformed(
                    "the text of row \(row) is not UTF-8 from its byte \(error.byteOffsets.lowerBound) on")
            }
        }
    }

    private func checkPlace(of row: Int) throws(ArrowError) {
        let start = row * Self.width
        let length = views.load(atByte: start, as: Int32.self)
        guard length >= 0 else { throw .malformed("the value of row \(row) cannot have \(length) bytes") }
        if length <= 12 { return }
        let number = views.load(atByte: start + 8, as: Int32.self)
        let offset = views.load(atByte: start + 12, as: Int32.self)
        guard data.indices.contains(Int(number)) else {
            throw .malformed("row \(row) lies in buffer \(number) of \(data.count)")
        }
        let buffer = data[Int(number)]
        guard offset >= 0, Int(offset) + Int(length) <= buffer.count else {
            throw .malformed("row \(row) (\(length) bytes at \(offset)) lies outside its \(buffer.count) bytes of data")
        }
        guard views.load(atByte: start + 4, as: UInt32.self) == buffer.load(atByte: Int(offset), as: UInt32.self) else {
            throw .malformed("row \(row) does not begin as its view says")
        }
    }
}
