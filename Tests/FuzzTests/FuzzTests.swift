import Foundation
import Testing

/// The fuzzing program as a process. What it finds in minutes is its own matter; here it has to work at all.
@Suite struct FuzzTests {
    private func start(_ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "lakewarden-fuzz")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return (process, output)
    }

    private func lines(of output: Pipe) -> [String] {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    private func run(_ arguments: String...) throws -> (code: Int32, lines: [String]) {
        let (process, output) = try start(arguments)
        let lines = lines(of: output)
        process.waitUntilExit()
        return (process.terminationStatus, lines)
    }

    @Test func `hundreds of cases of every kind are read without a crash, and the same ones again`() throws {
        let (code, lines) = try run("--cases", "400", "--seed", "1", "--seconds", "60")
        #expect(code == 0)
        #expect(lines.suffix(2) == ["0 hangs", "0 crashes"])
        #expect(lines.contains("400 cases"))
        let kinds = lines.filter { $0.hasPrefix("  ") }
        #expect(
            kinds.map { $0.split(separator: ":")[0] } == [
                "  arrow", "  flight", "  http2", "  protobuf", "  text", "  policy",
            ])
        for kind in kinds {
            // Changed input that is all refused, or all taken, would try little.
            let numbers = kind.split(separator: " ").compactMap { Int($0) }
            #expect(numbers[1] > 0 && numbers[1] < numbers[0], "\(kind)")
        }
        #expect(
            try run("--cases", "400", "--seed", "1", "--seconds", "60").lines.filter { $0.hasPrefix("  ") } == kinds)
    }

    @Test func `a process that dies is reported with its case, whose input is kept, and another goes on`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (process, output) = try start(["--cases", "200", "--seed", "1", "--folder", folder.path])
        let id = process.processIdentifier
        // The process that reads the cases is its only child.
        var child: pid_t?
        while child == nil, process.isRunning {
            let children = try? String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
            child = children.flatMap { $0.split(separator: " ").first }.flatMap { pid_t($0) }
        }
        kill(try #require(child), SIGKILL)
        let lines = lines(of: output)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(lines.first?.hasPrefix("CRASH by signal 9 in case ") == true)
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(kept.count == 1 && lines.first?.hasSuffix(kept[0]) == true)
        #expect(lines.suffix(2) == ["0 hangs", "1 crashes"])
    }
}
