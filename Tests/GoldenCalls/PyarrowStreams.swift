internal import Foundation

/// Arrow IPC streams that pyarrow makes on the spot, with what it reads in them.
public struct PyarrowStreams: Sendable {
    public let streams: [GoldenStream]

    /// Streams of every kind of column in any kind of other, drawn by a seed (`Tests/Golden/random_streams.py`).
    ///
    /// - Throws: where pyarrow cannot be run.
    public init(seed: Int, count: Int) throws {
        try self.init(script: "random_streams.py") { [$0, String(seed), String(count)] }
    }

    /// The streams that lie beside the tests, made anew by the pyarrow of this machine (`Tests/Golden/make_streams.py`).
    ///
    /// - Throws: where pyarrow cannot be run.
    public static func goldenAnew() throws -> PyarrowStreams {
        try PyarrowStreams(script: "make_streams.py") { ["--into", $0] }
    }

    private init(script: String, _ arguments: (String) -> [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "streams-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: PyarrowReading.python)
        process.arguments = [GoldenCall.folder.appending(path: script).path] + arguments(folder.path)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw GoldenError("\(script) could not be run by \(PyarrowReading.python)")
        }
        streams = try GoldenStream.names(in: folder).map { try GoldenStream($0, in: folder) }
    }
}
