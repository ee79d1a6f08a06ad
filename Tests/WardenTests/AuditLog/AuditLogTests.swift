import Foundation
import PartitionLifecycle
import Testing
import UTCTime

@testable import Warden

private let midnight = Timestamp(seconds: 1_794_960_000)

/// Opens a log, writes so many records and closes it.
@discardableResult
func writeLog(
    _ folder: String, records: Int, run: String = "run-1", segmentLimit: Int = 64 << 20
) async throws -> (sequence: Int64, hash: String) {
    let log = try await AuditLog(folder: folder, run: run, segmentLimit: segmentLimit) { midnight }
    for number in 0..<records { try await log.append(AuditEntry(.plan, call: "call \(number)")) }
    let head = await log.head
    await log.close()
    return head
}

@Suite("The audit log") struct AuditLogTests {
    @Test("records go on from run to run in one chain")
    func appending() async throws {
        try await withTemporaryFolder { path in
            let folder = path + "/audit"
            try await writeLog(folder, records: 3)
            let head = try await writeLog(folder, records: 2, run: "run-2")
            #expect(head.sequence == 5)
            var runs: [String] = []
            let found = try AuditLog.verify(folder: folder) { runs.append($0.run) }
            #expect(found == AuditVerification(records: 5, head: head.hash, segments: 1, flaw: nil))
            #expect(runs == ["run-1", "run-1", "run-1", "run-2", "run-2"])
        }
    }

    @Test("the folder is 0700 and its files are 0600, whatever the process masks")
    func modes() async throws {
        try await withTemporaryFolder { path in
            let folder = path + "/audit/"
            try await writeLog(folder, records: 1)
            #expect(try permissions(folder) == 0o700)
            #expect(try permissions(folder + "00000001.jsonl") == 0o600)
            #expect(try permissions(folder + "run.lock") == 0o600)
        }
    }

    @Test("the hash is the SHA-256 of the line before it")
    func digest() async throws {
        // FIPS 180-4's example.
        #expect(
            SchemaHash(SHA256.digest(Array("abc".utf8))).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        try await withTemporaryFolder { folder in
            let head = try await writeLog(folder, records: 1)
            let line = String(decoding: try bytes(folder + "/00000001.jsonl"), as: UTF8.self)
            let parts = line.components(separatedBy: ",\"hash\":")
            #expect(SchemaHash(SHA256.digest(Array(parts[0].utf8))).description == head.hash)
            #expect(parts[1] == "\"\(head.hash)\"}\n")
        }
    }

    @Test("a library that is not there, or lacks a function, is a failure in the loader's words")
    func missingLibrary() {
        for (file, words) in [("libssl.so.0-none", "No such file"), ("libc.so.6", "undefined symbol")] {
            let failure = #expect(throws: AuditLogError.self) { try SHA256.load(file).get() }
            #expect(failure?.code == .missingLibrary)
            #expect(failure?.cause?.contains(words) == true, "\(failure as Any)")
        }
    }

    @Test("segments follow one another and the chain goes across them")
    func rotation() async throws {
        try await withTemporaryFolder { folder in
            let head = try await writeLog(folder, records: 10, segmentLimit: 1_000)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix("jsonl") }
            #expect(names.count > 2)
            for name in names { #expect(try bytes("\(folder)/\(name)").count <= 1_000) }
            #expect(try AuditLog.verify(folder: folder).head == head.hash)
            let later = try await writeLog(folder, records: 5, segmentLimit: 1_000)
            #expect(later.sequence == 15)
            #expect(try AuditLog.verify(folder: folder).flaw == nil)
        }
    }

    @Test("a missing segment is found wherever it was")
    func missingSegment() async throws {
        for missing in [1, 2] {
            try await withTemporaryFolder { folder in
                try await writeLog(folder, records: 10, segmentLimit: 1_000)
                try FileManager.default.removeItem(atPath: "\(folder)/0000000\(missing).jsonl")
                let flaw = try #require(try AuditLog.verify(folder: folder).flaw)
                #expect(flaw.what.contains("0000000\(missing).jsonl"))
                await #expect(throws: AuditLogError.self) { try await writeLog(folder, records: 1) }
            }
        }
    }

    @Test("the history that a log was opened with is what its records tell")
    func history() async throws {
        try await withTemporaryFolder { path in
            let folder = path + "/audit"
            #expect(try AuditLog.history(folder: folder) == AuditHistory())
            #expect(!FileManager.default.fileExists(atPath: folder))
            let log = try await AuditLog(folder: folder, run: "r") { midnight }
            let entry = AuditEntry(.intent, call: "SELECT 1")
            try await log.append(entry)
            // What is being written is not seen as damage by those who only read.
            #expect(try AuditLog.history(folder: folder).unknownCalls.map(\.entry) == [entry])
            await log.close()
            let later = try await AuditLog(folder: folder, run: "r2") { midnight }
            #expect(later.history.unknownCalls.map(\.entry.call) == ["SELECT 1"])
            await later.close()
        }
    }

    @Test("an entry that is too large stops nothing")
    func tooLarge() async throws {
        try await withTemporaryFolder { folder in
            let log = try await AuditLog(folder: folder, run: "r") { midnight }
            let entry = AuditEntry(.plan, call: String(repeating: "x", count: AuditChain.maximumLineLength))
            let error = await #expect(throws: AuditLogError.self) { try await log.append(entry) }
            #expect(error?.code == .tooLarge)
            try await log.append(AuditEntry(.plan))
            await log.close()
            #expect(try AuditLog.verify(folder: folder).records == 1)
        }
    }

    @Test(
        "a disk that is full or cannot be synced is said, and the log takes nothing more",
        arguments: [("/dev/full", "No space left on device"), ("/dev/null", "Invalid argument")])
    func badDisk(_ device: String, _ cause: String) async throws {
        try await withTemporaryFolder { folder in
            let log = try await AuditLog(folder: folder, run: "r") { midnight }
            try await log.append(AuditEntry(.plan))
            let bad = open(device, O_WRONLY)
            #expect(dup2(bad, await log.descriptor) >= 0)
            close(bad)
            let error = await #expect(throws: AuditLogError.self) { try await log.append(AuditEntry(.plan)) }
            #expect(error?.code == .inputOutput)
            #expect(error?.cause == cause)
            let again = await #expect(throws: AuditLogError.self) { try await log.append(AuditEntry(.plan)) }
            #expect(again?.code == .stopped)
            await log.close()
            #expect(try AuditLog.verify(folder: folder).records == 1)
        }
    }

    @Test("a closed log takes nothing more")
    func closed() async throws {
        try await withTemporaryFolder { folder in
            let log = try await AuditLog(folder: folder, run: "r") { midnight }
            await log.close()
            let error = await #expect(throws: AuditLogError.self) { try await log.append(AuditEntry(.plan)) }
            #expect(error?.code == .stopped)
        }
    }
}
