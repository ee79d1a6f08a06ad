import Foundation
import Glibc
import Testing

/// How far this process's resident memory rises from the time this was made.
struct PeakMemory {
    private let before: Int

    init() throws {
        // From now on the peak is that of the time to come (proc(5), clear_refs).
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        before = try Self.status("VmRSS")
    }

    /// In bytes; 0 under a sanitizer, whose own memory is many times the program's.
    func growth() throws -> Int {
        if dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil { return 0 }
        return try Self.status("VmHWM") - before
    }

    private static func status(_ name: String) throws -> Int {
        let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix(name + ":") })
        return try #require(line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) })
            << 10
    }
}
