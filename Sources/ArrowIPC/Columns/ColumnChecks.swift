// What makes reading a column safe, checked over whole buffers: these run once for every value that is received.

extension Offsets {
    /// Checks that the offsets of so many rows begin at 0 or later, never fall, and end within `end` bytes or elements.
    func check(count: Int, end: Int) throws(ArrowError) {
        guard count > 0 else { return }
        let rising = isLarge ? areRising(count: count, as: Int64.self) : areRising(count: count, as: Int32.self)
        let first = self.first
        let last = self[last: count]
        guard rising, first >= 0, last <= end else { throw problem(count: count, end: end) }
    }

    /// The first offset.
    var first: Int { self[last: 0] }

    /// Where a row begins, or, for the count of rows, where the last one ends.
    subscript(last row: Int) -> Int {
        isLarge ? Int(buffer.load(atByte: row * 8, as: Int64.self)) : Int(buffer.load(atByte: row * 4, as: Int32.self))
    }

    private func areRising<T: FixedWidthInteger & BitwiseCopyable>(count: Int, as type: T.Type) -> Bool {
        let size = MemoryLayout<T>.size
        let bytes = unsafe buffer.message.span.bytes.extracting(buffer.range).extracting(first: (count + 1) * size)
        // No early exit, so that the loop is vectorized.
        var falls: T = 0
        for row in 0..<count {
            let start = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: row &* size, as: T.self)
            let end = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: (row &+ 1) &* size, as: T.self)
            falls |= end < start ? 1 : 0
        }
        return falls == 0
    }

    private func problem(count: Int, end: Int) -> ArrowError {
        for row in 0..<count {
            let (from, to) = (self[last: row], self[last: row + 1])
            if from < 0 { return .malformed("the offset \(from) of row \(row) is negative") }
            if to < from { return .malformed("the offsets of row \(row) fall from \(from) to \(to)") }
            if to > end { return .malformed("row \(row) ends at \(to) of \(end)") }
        }
        return .malformed("its offsets do not rise")
    }
}

extension Indices {
    /// Checks that the index of every row that is not null is in a dictionary of so many values.
    func check(count: Int, validity: Buffer?, dictionaryCount: Int) throws(ArrowError) {
        if validity == nil {
            let largest: UInt64 =
                switch type.width {
                case 1: UInt64(largest(count: count, as: UInt8.self))
                case 2: UInt64(largest(count: count, as: UInt16.self))
                case 4: UInt64(largest(count: count, as: UInt32.self))
                default: largest(count: count, as: UInt64.self)
                }
            // A negative index is a large one without its sign.
            if count == 0 || largest < dictionaryCount { return }
        }
        for row in 0..<count where validity?.bit(row) ?? true {
            let index = type.load(row, from: buffer)
            guard index >= 0, index < dictionaryCount else {
                throw .malformed("the index \(index) of row \(row) is not in a dictionary of \(dictionaryCount) values")
            }
        }
    }

    private func largest<T: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(count: Int, as type: T.Type) -> T {
        let size = MemoryLayout<T>.size
        let bytes = unsafe buffer.message.span.bytes.extracting(buffer.range).extracting(first: count * size)
        var largest: T = 0
        for row in 0..<count {
            largest = max(largest, unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: row &* size, as: T.self))
        }
        return largest
    }
}

/// Checks that the texts of a column are UTF-8.
struct TextCheck {
    let count: Int
    let validity: Buffer?
    let offsets: Offsets
    let texts: Buffer

    func run() throws(ArrowError) {
        guard count > 0 else { return }
        let part = texts.part(offsets.first..<offsets[last: count])
        if let valid = try? UTF8Span(validating: part.message.span.extracting(part.range)) {
            if valid.isKnownASCII || offsetsAreOnCharacters { return }
        }
        // What nulls cover may be anything, so the buffer as a whole may fail while each text is good.
        for row in 0..<count where validity?.bit(row) ?? true {
            let text = texts.part(offsets[row])
            do {
                _ = try UTF8Span(validating: text.message.span.extracting(text.range))
            } catch {
                throw .malformed(
                    "the text of row \(row) is not UTF-8 from its byte \(error.byteOffsets.lowerBound) on")
            }
        }
    }

    /// Whether no text begins in the middle of a character, in a buffer that is UTF-8.
    private var offsetsAreOnCharacters: Bool {
        let end = offsets[last: count]
        for row in 1..<max(count, 1) {
            let start = offsets[last: row]
            if start < end, texts.load(atByte: start, as: UInt8.self) & 0xC0 == 0x80 { return false }
        }
        return true
    }
}
