/// Finds the frames in what a peer sends: nine bytes of header each, then so many bytes as its length says (RFC 9113 §4.1).
///
/// The library tells nothing of frames that it drops, such as DATA on streams that are over, and those can be a flood too.
struct FrameScanner {
    struct Frame: Equatable {
        var length = 0
        var type: UInt8 = 0
        var flags: UInt8 = 0
        var stream: StreamID = 0
    }

    private var header: [UInt8] = []
    private var rest = 0

    init() { header.reserveCapacity(9) }

    /// Calls `body` with each frame whose header ends in these bytes.
    mutating func scan(_ bytes: ArraySlice<UInt8>, _ body: (Frame) -> Void) {
        var index = bytes.startIndex
        while true {
            let skipped = min(rest, bytes.endIndex - index)
            index += skipped
            rest -= skipped
            let part = bytes[index...].prefix(9 - header.count)
            if part.isEmpty { return }
            header.append(contentsOf: part)
            index += part.count
            if header.count < 9 { return }
            let frame = Frame(
                length: header[0..<3].reduce(0) { $0 << 8 | Int($1) }, type: header[3], flags: header[4],
                stream: header[5..<9].reduce(0) { $0 << 8 | Int32($1) } & .max)
            rest = frame.length
            header.removeAll(keepingCapacity: true)
            body(frame)
        }
    }
}
