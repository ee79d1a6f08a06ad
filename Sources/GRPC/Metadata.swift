/// Named values that travel beside a call's messages, in the order they were added.
///
/// Names are lower-case. A name may occur more than once. A name that ends in `-bin` holds bytes, which travel as
/// base64 (gRPC over HTTP/2, "Custom-Metadata").
public struct Metadata: Sendable, Equatable {
    /// One name with its value; of a `-bin` name the base64 text.
    public struct Entry: Sendable, Equatable {
        /// Lower-case.
        public let name: String
        /// Printable ASCII.
        public let value: String
        /// Whether the value is kept out of descriptions and of the connection's compression tables.
        public let isSecret: Bool

        init(_ name: String, _ value: String, isSecret: Bool = false) {
            self.name = name
            self.value = value
            self.isSecret = isSecret || name == "authorization"
        }
    }

    /// All entries, in order.
    public private(set) var entries: [Entry] = []

    /// No entries.
    ///
    ///     var metadata = Metadata()
    public init() {}

    /// Adds a text value.
    ///
    ///     try metadata.add("x-tenant-id", "production")
    ///
    /// - Parameters:
    ///   - name: Lower-cased. Letters, digits, `-`, `_` and `.`.
    ///   - value: Printable ASCII without a space at either end.
    ///   - isSecret: Whether nobody but the receiver is to see the value. That of `authorization` always is.
    /// - Throws: ``MetadataError`` for a name or a value that must not go on the wire; its text does not hold the value.
    public mutating func add(_ name: String, _ value: String, isSecret: Bool = false) throws(MetadataError) {
        let name = try Self.checked(name)
        guard !name.hasSuffix("-bin") else { throw MetadataError(name: name, reason: "a -bin name holds bytes") }
        let bytes = value.utf8
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw MetadataError(name: name, reason: "its value has a character that is no printable ASCII")
        }
        guard bytes.first != 0x20, bytes.last != 0x20 else {
            throw MetadataError(name: name, reason: "its value begins or ends with a space")
        }
        entries.append(Entry(name, value, isSecret: isSecret))
    }

    /// Adds bytes under a name that ends in `-bin`.
    ///
    ///     try metadata.add("x-trace-bin", bytes: bytes)
    ///
    /// - Throws: ``MetadataError`` for a name that must not go on the wire or does not end in `-bin`.
    public mutating func add(_ name: String, bytes: [UInt8]) throws(MetadataError) {
        let name = try Self.checked(name)
        guard name.hasSuffix("-bin") else { throw MetadataError(name: name, reason: "a name of bytes ends in -bin") }
        entries.append(Entry(name, Base64.encoded(bytes)))
    }

    /// The first value of a name (lower-case), nil where there is none.
    ///
    ///     let tenant = metadata["x-tenant-id"] ?? ""
    public subscript(name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    /// All values of a name (lower-case), in order.
    ///
    ///     for value in metadata.values("x-note") { print(value) }
    public func values(_ name: String) -> [String] {
        entries.filter { $0.name == name }.map(\.value)
    }

    /// The bytes of the first value of a `-bin` name, with or without padding; nil where there is none or it is no base64.
    ///
    ///     let trace = metadata.bytes("x-trace-bin") ?? []
    public func bytes(_ name: String) -> [UInt8]? {
        self[name].flatMap(Base64.decoded)
    }

    /// Keeps what a peer sent as it came. Values of bytes may have been joined by commas on their way (gRPC over HTTP/2,
    /// "Custom-Metadata"), which no base64 has; of text nobody can tell.
    mutating func append(received name: String, _ value: String) {
        guard name.hasSuffix("-bin") else { return entries.append(Entry(name, value)) }
        for var part in value.split(separator: ",", omittingEmptySubsequences: false) {
            // Whoever joins fields may put blanks beside the comma (RFC 9110 §5.3).
            while part.first == " " || part.first == "\t" { part.removeFirst() }
            while part.last == " " || part.last == "\t" { part.removeLast() }
            entries.append(Entry(name, String(part)))
        }
    }

    private static func checked(_ name: String) throws(MetadataError) -> String {
        let name = name.lowercased()
        guard !name.isEmpty, name.utf8.allSatisfy(isNameCharacter) else {
            throw MetadataError(name: name, reason: "a name is made of letters, digits, “-”, “_” and “.”")
        }
        guard !name.hasPrefix("grpc-"), !reserved.contains(name) else {
            throw MetadataError(name: name, reason: "the name is the transport's own")
        }
        return name
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Names that HTTP/2 or gRPC over it gives a meaning.
    private static let reserved: Set<String> = [
        "te", "content-type", "content-length", "user-agent", "host", "connection", "keep-alive", "proxy-connection",
        "transfer-encoding", "upgrade", "trailer",
    ]
}

extension Metadata: CustomStringConvertible {
    /// All entries, a secret's value left out.
    public var description: String {
        entries.map(\.description).joined(separator: "\n")
    }
}

extension Metadata.Entry: CustomStringConvertible, CustomReflectable {
    /// Name and value, a secret left out.
    public var description: String { "\(name): \(isSecret ? "…" : value)" }

    /// Nothing beside the description: a dump shows no secret either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a name or a value cannot be metadata.
public struct MetadataError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name it was to be added under.
    public var name: String
    /// What is wrong. Does not hold the value, which may be a secret.
    public var reason: String

    /// The name and the reason; never the value.
    public var description: String { "metadata “\(name)” is refused: \(reason)" }
}
