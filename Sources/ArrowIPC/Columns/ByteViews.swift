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

    /// The buffer that a row's bytes lie in, nil where they lie in the view itself.
    func buffer(of row: Int) -> Int? {
        length(of: row) <= 12 ? nil : Int(views.load(atByte: row * Self.width + 8, as: Int32.self))
    }

    /// How many bytes a row that is not null has.
    func length(of row: Int) -> Int { Int(views.load(atByte: row * Self.width, as: Int32.self)) }

    /// Checks that the values of rows that are not null lie within their buffers, and, if they are text, are UTF-8.
    func check(count: Int, validity: Buffer?, isText: Bool) throws(ArrowError) {
        var texts = TextViewCheck(data)
        for row in 0..<count where validity?.bit(row) ?? true {
            try checkPlace(of: row)
            if isText { try texts.check(self, row) }
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

/// Checks that views are UTF-8, each by itself; once they prove to share their bytes, by looking at their buffers as wholes,
/// so that a thousand views of one long text are not read a thousand times.
struct TextViewCheck {
    private let data: [Buffer]
    private let total: Int
    private var read = 0
    /// Which buffers are UTF-8 from their beginning to their end; nil until it matters.
    private var areWhole: [Bool]?

    /// How often bytes that are not all text may be read again.
    private static let patience = 16

    init(_ data: [Buffer]) {
        self.data = data
        total = data.reduce(0) { $0 + $1.count }
    }

    /// - Parameter row: of which the place has been checked.
    mutating func check(_ views: ByteViews, _ row: Int) throws(ArrowError) {
        let value = views[row]
        if let number = views.buffer(of: row) {
            read += value.count
            if read > total, areWhole == nil { areWhole = data.map { $0.isUTF8 } }
            if let areWhole {
                if areWhole[number], value.isOnCharacters(of: data[number]) { return }
                guard areWhole[number] || read / Self.patience <= total else {
                    throw .unsupported("views that share bytes of which not all are text as often as in row \(row)")
                }
            }
        }
        do {
            _ = try UTF8Span(validating: value.message.span.extracting(value.range))
        } catch {
            throw .malformed("the text of row \(row) is not UTF-8 from its byte \(error.byteOffsets.lowerBound) on")
        }
    }
}

extension Buffer {
    fileprivate var isUTF8: Bool { (try? UTF8Span(validating: message.span.extracting(range))) != nil }

    /// Whether this part of a whole that is UTF-8 begins and ends where characters do.
    fileprivate func isOnCharacters(of whole: Buffer) -> Bool {
        [range.lowerBound, range.upperBound].allSatisfy { $0 == whole.range.upperBound || message[$0] & 0xC0 != 0x80 }
    }
}
