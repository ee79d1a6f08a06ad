import Glibc

/// The secret that says who calls. It shows itself to nobody but the request it goes with.
public struct BearerToken: Sendable, CustomStringConvertible, CustomReflectable {
    let secret: String
    /// What should be better about the file it came from; nil where nothing should.
    public let warning: String?

    /// The longest token, in bytes: with it a request's headers stay under the 16,384 that a server takes
    /// (contract §1).
    public static let maximumLength = 12_288

    /// Reads the token that stands in a file, alone but for white space around it.
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) for a file that cannot be read, and for contents that are no
    ///   token. The text never holds what the file does.
    public init(file path: String) throws(MicromegasError) {
        let (bytes, mode) = try Self.read(path)
        self.secret = try Self.token(in: bytes, of: path)
        self.warning =
            mode & 0o077 == 0
            ? nil : "the token file “\(path)” can be read by others than its owner: chmod 600 \(path)"
    }

    /// Reads a little more than a token may have, and the file's permission bits.
    private static func read(_ path: String) throws(MicromegasError) -> (bytes: [UInt8], mode: mode_t) {
        // Without O_NONBLOCK a pipe without a writer would hold the open for ever.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal(path, "cannot be opened", "check its path and its owner", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw refusal(path, "cannot be read", "check it", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(path, "is no regular file", "name a file that holds the token")
        }
        var bytes = [UInt8](repeating: 0, count: maximumLength + 1_024)
        var filled = 0
        while filled < bytes.count {
            let offset = filled
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw refusal(path, "cannot be read", "check it", errno) }
            if count == 0 { break }
            filled += count
        }
        return (Array(bytes[..<filled]), status.st_mode)
    }

    private static func token(in bytes: [UInt8], of path: String) throws(MicromegasError) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { throw refusal(path, "is empty", "write the token into it") }
        let token = bytes[first...last]
        if token.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            throw refusal(path, "has several lines", "leave the token's line only")
        }
        guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refusal(
                path, "holds a space, a control character or a letter outside ASCII", "leave the bare token only")
        }
        guard token.count <= maximumLength else {
            throw refusal(path, "holds more than \(maximumLength) bytes", "check that it is the token's file")
        }
        return String(decoding: token, as: UTF8.self)
    }

    private static func refusal(_ path: String, _ what: String, _ cure: String, _ number: Int32? = nil)
        -> MicromegasError
    {
        let cause = number.map { unsafe String(cString: strerror($0)) }
        return MicromegasError(.configuration, "the token file “\(path)” \(what); \(cure)", cause: cause)
    }

    /// A text with the secret, should it be in it, taken out.
    func redacted(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let found = rest.range(of: secret) {
            result += rest[..<found.lowerBound] + "…"
            rest = rest[found.upperBound...]
        }
        return result + rest
    }

    /// A word in the secret's place.
    public var description: String { "(token)" }

    /// Nothing: a dump shows no secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
