import Glibc

/// Reads a file line by line, holding one line and one piece of the file.
struct LineReader: ~Copyable {
    /// A line, without its line feed.
    struct Line {
        var bytes: [UInt8]
        /// Where in the file it begins.
        var offset: Int
        /// Whether a line feed ends it; only the last line may lack one.
        var isEnded: Bool
        /// Whether it is longer than what was kept of it.
        var isCut: Bool
    }

    private let descriptor: Int32
    private let path: String
    private var piece: [UInt8]
    private var filled = 0
    private var position = 0
    private var offset = 0

    init(_ path: String) throws(AuditLogError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw AuditLogError(
                .inputOutput, "the audit log's segment “\(path)” cannot be opened", cause: systemWords())
        }
        self.descriptor = descriptor
        self.path = path
        self.piece = [UInt8](repeating: 0, count: 256 << 10)
    }

    deinit { close(descriptor) }

    /// The next line, nil at the end. Of a line longer than the limit the beginning is kept.
    mutating func next(limit: Int) throws(AuditLogError) -> Line? {
        var line = Line(bytes: [], offset: offset, isEnded: false, isCut: false)
        while true {
            if position == filled {
                try refill()
                if filled == 0 { return offset == line.offset ? nil : line }
            }
            let end = piece[position..<filled].firstIndex(of: 0x0A)
            let part = piece[position..<(end ?? filled)]
            let room = limit - line.bytes.count
            line.isCut = line.isCut || part.count > room
            line.bytes += part.prefix(max(0, room))
            offset += part.count
            position += part.count
            if end != nil {
                offset += 1
                position += 1
                line.isEnded = true
                return line
            }
        }
    }

    private mutating func refill() throws(AuditLogError) {
        position = 0
        filled = 0
        while true {
            let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw AuditLogError(
                    .inputOutput, "the audit log's segment “\(path)” cannot be read", cause: systemWords())
            }
            filled = count
            return
        }
    }
}
