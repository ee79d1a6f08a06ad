/// Reads the fields of one Protocol Buffers message in place, in the order they came.
///
/// Wire format: https://protobuf.dev/programming-guides/encoding/. Which fields matter is the caller's business; those it
/// does not know it passes over.
struct ProtobufReader {
    /// A field's value; bytes are a range of the message.
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64
        case bytes(Range<Int>)
        case fixed32
    }

    /// A field: its number and value.
    struct Field: Equatable {
        let number: Int
        let value: Value

        /// Where the bytes are that a field of a message holds.
        func bytes(of message: String) throws(FlightError) -> Range<Int> {
            guard case .bytes(let place) = value else {
                throw FlightError("field \(number) of \(message) holds no bytes")
            }
            return place
        }

        /// The number that a field of a message holds, as `int64` has it.
        func integer(of message: String) throws(FlightError) -> Int64 {
            guard case .varint(let bits) = value else {
                throw FlightError("field \(number) of \(message) holds no number")
            }
            return Int64(bitPattern: bits)
        }
    }

    private let message: [UInt8]
    private var position: Int
    private let end: Int

    /// A reader of the message in a range of bytes.
    init(_ message: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= message.count)
        self.message = message
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The next field, nil after the last.
    mutating func next() throws(FlightError) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        // Field numbers have 29 bits; 0 is none.
        guard tag <= UInt64(UInt32.max), tag >> 3 > 0 else { throw FlightError("a bad tag at byte \(start)") }
        let value: Value
        switch tag & 7 {
        case 0: value = .varint(try varint())
        case 1:
            try skip(8)
            value = .fixed64
        case 2: value = .bytes(try lengthDelimited())
        case 5:
            try skip(4)
            value = .fixed32
        default: throw FlightError("field \(tag >> 3) at byte \(start) has the unknown wire type \(tag & 7)")
        }
        return Field(number: Int(tag >> 3), value: value)
    }

    private mutating func lengthDelimited() throws(FlightError) -> Range<Int> {
        let start = position
        let length = try varint()
        guard length <= UInt64(end - position) else {
            throw FlightError("\(length) bytes are announced at byte \(start), \(end - position) are there")
        }
        position += Int(length)
        return position - Int(length)..<position
    }

    private mutating func skip(_ count: Int) throws(FlightError) {
        guard count <= end - position else { throw FlightError("the message is cut off at byte \(end)") }
        position += count
    }

    private mutating func varint() throws(FlightError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < end else { throw FlightError("the message is cut off at byte \(end)") }
            let byte = message[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                // The tenth byte has room for one bit.
                if shift == 63, byte > 1 { break }
                return value
            }
        }
        throw FlightError("the number at byte \(start) has more than 64 bits")
    }
}
