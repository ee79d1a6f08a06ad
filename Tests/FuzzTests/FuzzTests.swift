import Foundation
import Testing

/// The fuzzing program as a process. What it finds in minutes is its own matter; here it has to work at all.
@Suite struct FuzzTests {
    @Test func `hundreds of cases of every kind are read without a crash, and the same ones again`() throws {
        let arguments = ["--cases", "400", "--seed", "1", "--seconds", "600"]
        let first = try FuzzProgram(arguments).end()
        #expect(first.code == 0)
        #expect(first.lines.suffix(2) == ["0 hangs", "0 crashes"])
        #expect(first.lines.contains("400 cases"))
        let kinds = first.lines.filter { $0.hasPrefix("  ") }
        #expect(
            kinds.map { $0.split(separator: ":")[0] } == [
                "  arrow", "  flight", "  http2", "  protobuf", "  text", "  policy",
            ])
        for kind in kinds {
            // Changed input that is all refused, or all taken, would try little.
            let numbers = kind.split(separator: " ").compactMap { Int($0) }
            #expect(numbers[1] > 0 && numbers[1] < numbers[0], "\(kind)")
        }
        #expect(try FuzzProgram(arguments).end().lines.filter { $0.hasPrefix("  ") } == kinds)
    }

    /// Each trial fails at the same cases, being the same seed's.
    @Test(arguments: [
        (trial: "spins", end: "HANG", count: "hangs"), (trial: "waits", end: "HANG", count: "hangs"),
        (trial: "crashes", end: "CRASH by signal ", count: "crashes"),
        (trial: "overruns", end: "CRASH by signal ", count: "crashes"),
    ])
    func `a case that does not end, or ends its process, is reported so that it can be had again`(
        trial: String, end: String, count: String
    ) throws {
        try withTemporaryFolder { folder in
            let arguments = ["--seed", "1", "--cases", "6", "--memory", "300", "--trial", trial]
            let (code, lines) = try FuzzProgram(arguments + ["--folder", folder.path]).end()
            #expect(code == 1)
            let failures = lines.prefix { !$0.hasPrefix("seed") }
            #expect(!failures.isEmpty && failures.allSatisfy { $0.hasPrefix(end) })
            #expect(lines.contains("\(failures.count) \(count)"))
            // The others were read.
            #expect(lines.contains("\(6 - failures.count) cases"))

            let words = try #require(failures.first).split(separator: " ")
            let number = try #require(words.firstIndex(of: "case").map { String(words[$0 + 1]) })
            #expect(words.suffix(5).joined(separator: " ").hasPrefix("of seed 1 (trial): "))
            let input = "\(folder.path)/trial-1-\(number).bin"
            #expect(words.last.map(String.init) == input)
            if trial == "overruns" {
                // The memory of a process that is dead counts, too.
                let peak = try #require(lines.first { $0.hasPrefix("peak memory ") }).split(separator: " ")
                #expect(try #require(Int(peak[2])) > 100)
                #expect(peak.suffix(3).joined(separator: " ") == "at 300 MiB")
            }
            for again in [["--case", number], ["--input", input]] where end != "HANG" {
                let again = try FuzzProgram(["--seed", "1", "--memory", "300", "--trial", trial] + again)
                #expect(again.end().code != 0 && again.endedBySignal)
            }
        }
    }

    @Test func `a case's input is the same wherever it is made`() throws {
        let here = try FuzzProgram(["--seed", "7", "--case", "11"]).end()
        let elsewhere = try FuzzProgram(["--seed", "7", "--case", "11"], in: "/").end()
        #expect(here.code == 0 && here == elsewhere)
    }

    @Test(arguments: [
        (["--seconds"], "error: --seconds needs a value; see --help"),
        (["--seed", "-1"], "error: --seed needs a whole number"),
        (["--speed", "1"], "error: unknown option --speed; see --help"),
        (["--input", "/nothing"], "error: /nothing is not called as the input of a case is; see --help"),
        (
            ["--folder", "/nothing"],
            "error: nothing can be written in /nothing, where the input of a failed case is to lie"
        ),
    ])
    func `what cannot be done is said, and is no success`(arguments: [String], words: String) throws {
        let (code, lines) = try FuzzProgram(arguments).end()
        #expect(code == 1)
        #expect(lines == [words])
    }

    private func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }
}
