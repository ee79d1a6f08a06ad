public import ArrowIPC
internal import Foundation

/// An Arrow IPC stream of another implementation and its values in Arrow's integration JSON ("Integration Testing" in
/// Arrow's documentation). They are kept beside the project, in `../shared/golden/arrow-ipc`.
public struct IntegrationStream: Sendable {
    public let bytes: [UInt8]
    /// The fields' names and whether they may be null, as the JSON says.
    public let fields: [Field]
    public let metadata: [KeyValue]
    /// The values of each batch, column by column.
    public let batches: [[[Value]]]

    /// What the JSON says of a field at the top level.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var nullable: Bool
        public var metadata: [KeyValue]

        public init(name: String, nullable: Bool, metadata: [KeyValue]) {
            self.name = name
            self.nullable = nullable
            self.metadata = metadata
        }
    }

    private static let folder = GoldenCall.folder.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/golden/arrow-ipc")

    /// The names of all streams (`1.0.0-littleendian/generated_null`), sorted; none where the folder is not there.
    public static let names: [String] = {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".stream") }.map { String($0.dropLast(7)) }.sorted()
    }()

    /// Reads one stream by its name.
    public init(_ name: String) throws {
        let place = Self.folder.appending(path: name)
        bytes = Array(try Data(contentsOf: place.appendingPathExtension("stream")))
        let document = try GoldenJSON(parsing: Self.uncompressed(place.appendingPathExtension("json.gz").path))
        let schema = try document.member("schema")
        let fields = try schema.member("fields").list()
        self.fields = try fields.map { field in
            guard case .bool(let nullable) = try field.member("nullable") else { throw GoldenError("no “nullable”") }
            return Field(name: try field.member("name").text(), nullable: nullable, metadata: try Self.metadata(field))
        }
        metadata = try Self.metadata(schema)
        let values = IntegrationValues(dictionaries: (try? document.member("dictionaries").list()) ?? [])
        batches = try document.member("batches").list().map { batch in
            try zip(fields, batch.member("columns").list()).map(values.column)
        }
    }

    private static func metadata(_ node: GoldenJSON) throws -> [KeyValue] {
        guard let pairs = try? node.member("metadata").list() else { return [] }
        return sorted(
            try pairs.map { KeyValue(key: try $0.member("key").text(), value: try $0.member("value").text()) })
    }

    /// Notes by their keys.
    public static func sorted(_ notes: [KeyValue]) -> [KeyValue] {
        notes.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
    }

    private static func uncompressed(_ path: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw GoldenError("gzip cannot read \(path)") }
        return data
    }
}
