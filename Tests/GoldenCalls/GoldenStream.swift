internal import Foundation

/// An Arrow IPC stream that pyarrow wrote (`Tests/Golden/make_streams.py`).
public struct GoldenStream: Sendable {
    public let name: String
    public let bytes: [UInt8]
    /// What pyarrow finds in it, or under `refused` what the reader has to name.
    public let expected: GoldenJSON

    /// Reads one stream by its name.
    public init(_ name: String) throws { try self.init(name, in: Self.folder) }

    init(_ name: String, in folder: URL) throws {
        let place = folder.appending(path: name)
        self.name = name
        self.bytes = Array(try Data(contentsOf: place.appendingPathExtension("stream")))
        self.expected = try GoldenJSON(parsing: Data(contentsOf: place.appendingPathExtension("json")))
    }

    /// The names of all streams, sorted.
    public static func names() throws -> [String] { try names(in: folder) }

    static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".stream") }.map { String($0.dropLast(7)) }.sorted()
    }

    private static let folder = GoldenCall.folder.appending(path: "streams")
}
