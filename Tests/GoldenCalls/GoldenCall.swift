public import Foundation

/// One call to a running Micromegas server and its answer, as `Tests/Golden/README.md` describes them.
public struct GoldenCall: Sendable, CustomStringConvertible {
    /// Where the servers' folders lie.
    public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden")
    /// The servers that were recorded, as their folders are called.
    public static let servers = ["micromegas-0.30", "micromegas-0.33"]

    public let server: String
    public let name: String
    /// `do_get`, `prepare` or `flight_info`.
    public let kind: String
    public let sql: String
    /// The gRPC status by name (`OK`, `INVALID_ARGUMENT`) and its text.
    public let status: String
    public let details: String
    /// What the server sent before its messages and with its status.
    public let initialMetadata: [[String]]
    public let trailingMetadata: [[String]]
    /// The request message as sent, without gRPC's prefix.
    public let request: [UInt8]
    /// The response messages as received.
    public let messages: [[UInt8]]
    /// What they hold, as JSON; nil where the answer was only an error.
    public let expected: GoldenJSON?

    /// Reads one call.
    ///
    /// - Throws: where its files are not there or not as described.
    public init(server: String, name: String) throws {
        let place = Self.folder.appending(path: server).appending(path: name)
        let document = try GoldenJSON(parsing: Data(contentsOf: place.appendingPathExtension("json")))
        let call = try document.member("call")
        self.server = server
        self.name = name
        kind = try call.member("kind").text()
        sql = try call.member("sql").text()
        status = try call.member("status").text()
        details = try call.member("details").text()
        initialMetadata = try call.member("initial_metadata").list().map { try $0.list().map { try $0.text() } }
        trailingMetadata = try call.member("trailing_metadata").list().map { try $0.list().map { try $0.text() } }
        expected = try? document.member("expected")
        var parts = try Self.parts(of: Array(Data(contentsOf: place.appendingPathExtension("bin"))))
        request = parts.removeFirst()
        messages = parts
        guard try messages.count == call.member("messages").integer() else {
            throw GoldenError("\(server)/\(name): \(messages.count) messages are not as many as were recorded")
        }
    }

    /// Every call of both servers, by server and name.
    public static func all() throws -> [GoldenCall] {
        try servers.flatMap { server in
            try names(of: server).map { try GoldenCall(server: server, name: $0) }
        }
    }

    /// The names of a server's calls, sorted.
    public static func names(of server: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: server).path)
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    public var description: String { "\(server)/\(name)" }

    /// Length-prefixed parts; at least one.
    private static func parts(of bytes: [UInt8]) throws -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 4 + length else { throw GoldenError("a part is cut off") }
            parts.append(Array(rest.dropFirst(4).prefix(length)))
            rest = rest.dropFirst(4 + length)
        }
        guard !parts.isEmpty else { throw GoldenError("there is not even a request") }
        return parts
    }
}

/// Why golden data cannot be used.
public struct GoldenError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
