/// Cuts a body into messages: each has a prefix of one byte (1: compressed) and four of length, the highest first
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
struct MessageFraming: Sendable {
    /// As much is reserved for a message at once; a longer one grows as its bytes arrive, so that a prefix that lies costs nothing.
    static let reservation = 4 << 20

    private let maximumSize: Int
    private var prefix: [UInt8] = []
    /// The message that is being received: how long it will be and what has come of it.
    private var length: Int?
    private(set) var message: [UInt8] = []

    init(maximumSize: Int) { self.maximumSize = maximumSize }

    /// Whether what came so far ends with a message's end.
    var isAtBoundary: Bool { length == nil && prefix.isEmpty }

    /// Takes the next part of the body and appends each message that it completes.
    mutating func receive(_ bytes: ArraySlice<UInt8>, into messages: inout [[UInt8]]) throws(FramingError) {
        var rest = bytes
        while !rest.isEmpty {
            if let length {
                let part = rest.prefix(length - message.count)
                append(part, of: length)
                rest = rest.dropFirst(part.count)
            } else {
                let part = rest.prefix(5 - prefix.count)
                prefix.append(contentsOf: part)
                rest = rest.dropFirst(part.count)
                if prefix.count < 5 { return }
                try readPrefix()
            }
            if let length, message.count == length {
                messages.append(message)
                message = []
                self.length = nil
            }
        }
    }

    /// A message with its prefix, not compressed.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + 5)
        bytes.append(0)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: message.count >> shift)) }
        bytes.append(contentsOf: message)
        return bytes
    }

    private mutating func readPrefix() throws(FramingError) {
        let size = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        switch prefix[0] {
        case 0: break
        case 1: throw .compressed
        default: throw .malformed(flags: prefix[0])
        }
        guard size <= maximumSize else { throw .tooLarge(size: size, maximum: maximumSize) }
        prefix.removeAll(keepingCapacity: true)
        length = size
    }

    private mutating func append(_ part: ArraySlice<UInt8>, of length: Int) {
        let needed = message.count + part.count
        if needed > message.capacity {
            message.reserveCapacity(min(length, max(Self.reservation, 2 * message.capacity, needed)))
        }
        message.append(contentsOf: part)
    }
}

/// Why a body is no row of messages.
enum FramingError: Error, Sendable, Equatable {
    case tooLarge(size: Int, maximum: Int)
    /// The message is compressed, though nothing but "identity" was offered.
    case compressed
    case malformed(flags: UInt8)
}
