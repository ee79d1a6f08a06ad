import Foundation
import Testing
import UTCTime

@testable import Warden

@Suite("The audit folder") struct AuditFolderTests {
    private func refusal(_ folder: String) async throws -> AuditLogError {
        try await #require(throws: AuditLogError.self) {
            let log = try await AuditLog(folder: folder, run: "r") { Timestamp(seconds: 0) }
            await log.close()
        }
    }

    @Test("a folder open to others is refused with the cure", arguments: [0o755, 0o770, 0o701])
    func permissions(mode: Int) async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
            let error = try await refusal(folder)
            #expect(error.code == .folder)
            #expect(error.message.contains("chmod 700"))
        }
    }

    @Test("a symbolic link is refused, with a slash at its end too")
    func symbolicLink() async throws {
        try await withTemporaryFolder { path in
            try FileManager.default.createDirectory(
                atPath: path + "/real", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: "real")
            #expect(try await refusal(path + "/link").message.contains("symbolic link"))
            #expect(try await refusal(path + "/link/").message.contains("symbolic link"))
        }
    }

    @Test("a folder of another user is refused", .enabled(if: geteuid() == 0, "only root can give a folder away"))
    func foreign() async throws {
        try await withTemporaryFolder { folder in
            #expect(chown(folder, 65_534, 65_534) == 0)
            let error = try await refusal(folder)
            #expect(error.message.contains("belongs to user 65534"))
        }
    }

    @Test("a file, and a folder whose parent is missing, are refused")
    func noFolder() async throws {
        try await withTemporaryFolder { path in
            try write([], to: path + "/file")
            #expect(try await refusal(path + "/file").message.contains("is no folder"))
            let error = try await refusal(path + "/a/b")
            #expect(error.message.contains("cannot be made"))
            #expect(error.cause == "No such file or directory")
        }
    }

    @Test("a place where nothing can be written is refused with its path")
    func unwritable() async throws {
        let error = try await refusal("/proc/audit")
        #expect(error.code == .folder)
        #expect(error.description.contains("/proc/audit"))
    }

    @Test("a segment that is a symbolic link is refused")
    func linkedSegment() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/00000001.jsonl", withDestinationPath: "/etc/hostname")
            #expect(try await refusal(folder).code == .inputOutput)
        }
    }

    @Test("a second run is refused with the first one's process and start, until the first has ended")
    func oneRun() async throws {
        try await withTemporaryFolder { folder in
            let now = try Timestamp(rfc3339: "2026-11-21T08:00:00Z")
            let first = try await AuditLog(folder: folder, run: "run-a") { now }
            let error = try await refusal(folder)
            #expect(error.code == .busy)
            #expect(error.message.contains("process \(getpid()), run run-a, since 2026-11-21T08:00:00Z"))
            #expect(try AuditLog.verify(folder: folder).records == 0)
            await first.close()
            let second = try await AuditLog(folder: folder, run: "run-b") { now }
            await second.close()
        }
    }

    @Test("names of segments sort as their numbers do")
    func names() {
        #expect(AuditFolder.name(ofSegment: 1) == "00000001.jsonl")
        #expect(AuditFolder.number(of: "00000012.jsonl") == 12)
        for name in ["1.jsonl", "0000001a.jsonl", "00000001.jsonl.torn-5", "run.lock", "+0000001.jsonl"] {
            #expect(AuditFolder.number(of: name) == nil)
        }
    }
}
