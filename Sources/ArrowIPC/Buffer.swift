#if _endian(big)
    #error("Arrow bytes are read in place and are little-endian; this machine is not")
#endif

/// A part of a received message. It keeps the message alive and copies nothing.
@usableFromInline
struct Buffer: Sendable {
    @usableFromInline let message: [UInt8]
    @usableFromInline let range: Range<Int>

    /// The part of a message that the caller has checked to lie in it.
    init(_ message: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= message.count)
        self.message = message
        self.range = range
    }

    @usableFromInline var count: Int { range.count }

    /// A part of this one, counted from its first byte, that the caller has checked to lie in it.
    func part(_ part: Range<Int>) -> Buffer {
        precondition(part.lowerBound >= 0 && part.upperBound <= count)
        return Buffer(message, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
    }

    /// The value whose first byte is at a position. Traps where it lies outside the buffer.
    @inlinable
    func load<T: BitwiseCopyable>(atByte position: Int, as type: T.Type) -> T {
        precondition(position >= 0 && position <= count - MemoryLayout<T>.size)
        // Any bit pattern is a value of the number types that are loaded here.
        return unsafe message.span.bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound + position, as: T.self)
    }

    /// A bit, counted from the least significant of the first byte.
    @inlinable
    func bit(_ index: Int) -> Bool {
        load(atByte: index >> 3, as: UInt8.self) >> UInt8(truncatingIfNeeded: index & 7) & 1 == 1
    }

    /// How many of the first so many bits are set; the caller has checked that they are there.
    func countOfSetBits(in bits: Int) -> Int {
        let bytes = unsafe message.span.bytes.extracting(range).extracting(first: (bits + 7) / 8)
        var set = 0
        var position = 0
        while position + 8 <= bits / 8 {
            set += unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self).nonzeroBitCount
            position += 8
        }
        while position < bits / 8 {
            set += unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self).nonzeroBitCount
            position += 1
        }
        if bits % 8 > 0 {
            let last = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            set += (last & (1 << UInt8(bits % 8) - 1)).nonzeroBitCount
        }
        return set
    }

    /// The bytes, in memory of their own.
    func copy() -> [UInt8] { Array(message[range]) }

    /// The bytes as text, or nil where they are not UTF-8.
    func text() -> String? {
        guard let valid = try? UTF8Span(validating: message.span.extracting(range)) else { return nil }
        return String(copying: valid)
    }
}
