import Foundation

/// A run of lakewarden-fuzz.
struct FuzzProgram {
    private let process = Process()
    private let output = Pipe()

    init(_ arguments: [String], in folder: String? = nil) throws {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = program.appending(path: "lakewarden-fuzz")
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.standardOutput = output
        // What is made to crash says so.
        process.standardError = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try process.run()
    }

    /// Waits for its end.
    func end() -> (code: Int32, lines: [String]) {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text.split(separator: "\n").map(String.init))
    }

    /// Whether a signal ended it, to be asked after that.
    var endedBySignal: Bool { process.terminationReason == .uncaughtSignal }
}
