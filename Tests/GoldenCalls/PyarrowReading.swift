internal import Foundation

/// What pyarrow finds in Arrow IPC streams that were written here (`Tests/Golden/read_streams.py`).
public struct PyarrowReading: Sendable {
    private static let root = GoldenCall.folder.deletingLastPathComponent().deletingLastPathComponent()

    /// The Python that has pyarrow and grpcio: what the test script names, else the repository's own environment.
    public static var python: String {
        ProcessInfo.processInfo.environment["LAKEWARDEN_PYTHON"] ?? root.appending(path: ".venv/bin/python").path
    }

    private let found: [String: GoldenJSON]

    /// Has pyarrow read and validate streams by their names.
    ///
    /// - Throws: where it cannot be run.
    public init(_ streams: [String: [UInt8]]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "streams-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in streams {
            try Data(bytes).write(to: folder.appending(path: "\(name).stream"))
        }
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = [GoldenCall.folder.appending(path: "read_streams.py").path, folder.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw GoldenError("pyarrow could not be run by \(Self.python)") }
        found = try streams.keys.reduce(into: [:]) { found, name in
            found[name] = try GoldenJSON(parsing: Data(contentsOf: folder.appending(path: "\(name).json")))
        }
    }

    /// What it found in a stream.
    ///
    /// - Throws: where it could not read the stream, with its words.
    public func comparison(_ name: String) throws -> GoldenComparison {
        guard let document = found[name] else { throw GoldenError("no stream \(name) was written") }
        if let error = try? document.member("error").text() { throw GoldenError("\(name): \(error)") }
        return GoldenComparison(document)
    }
}
