import Foundation
import PartitionLifecycle
import Testing
import UTCTime

@testable import Warden

@Suite("A damaged audit log") struct AuditDamageTests {
    /// What was done to the file, and what is left: whole records, and whether the log is opened again.
    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let wholeRecords: Int64
        let isTorn: Bool
        let change: @Sendable ([UInt8]) -> [UInt8]

        var testDescription: String { name }
    }

    private static let damages: [Damage] = [
        Damage(name: "the last line feed is missing", wholeRecords: 3, isTorn: true) { $0.dropLast() },
        Damage(name: "the last line breaks off", wholeRecords: 3, isTorn: true) { $0.dropLast(100) },
        Damage(name: "of the last line one byte is there", wholeRecords: 3, isTorn: true) { bytes in
            Array(bytes[...(ends(of: bytes)[2] + 1)])
        },
        Damage(name: "the last line ends in zeros", wholeRecords: 3, isTorn: true) {
            $0.dropLast(50) + Array(repeating: 0, count: 50)
        },
        Damage(name: "the last line feed became a space", wholeRecords: 3, isTorn: false) { $0.dropLast() + [0x20] },
        Damage(name: "an empty line follows", wholeRecords: 4, isTorn: false) { $0 + [0x0A] },
        Damage(name: "garbage follows", wholeRecords: 4, isTorn: true) { $0 + Array("garbage".utf8) },
        Damage(name: "a line of garbage follows", wholeRecords: 4, isTorn: false) { $0 + Array("garbage\n".utf8) },
        Damage(name: "the second line is missing", wholeRecords: 1, isTorn: false) { bytes in
            let ends = ends(of: bytes)
            return Array(bytes[...ends[0]] + bytes[(ends[1] + 1)...])
        },
        Damage(name: "the second line is there twice", wholeRecords: 2, isTorn: false) { bytes in
            let ends = ends(of: bytes)
            return Array(bytes[...ends[1]] + bytes[(ends[0] + 1)...])
        },
        Damage(name: "the first two lines changed places", wholeRecords: 0, isTorn: false) { bytes in
            let ends = ends(of: bytes)
            return Array(bytes[(ends[0] + 1)...ends[1]] + bytes[...ends[0]] + bytes[(ends[1] + 1)...])
        },
        Damage(name: "the third line breaks off and another follows", wholeRecords: 2, isTorn: false) { bytes in
            let ends = ends(of: bytes)
            return Array(bytes[...(ends[2] - 40)] + [0x0A] + bytes[(ends[2] + 1)...])
        },
    ]

    private static func ends(of bytes: [UInt8]) -> [Int] { bytes.indices.filter { bytes[$0] == 0x0A } }

    @Test("damage is found at the first record that is not whole", arguments: damages)
    func found(damage: Damage) async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 4)
            let segment = folder + "/00000001.jsonl"
            try write(damage.change(bytes(segment)), to: segment)
            let found = try AuditLog.verify(folder: folder)
            #expect(found.records == damage.wholeRecords)
            let flaw = try #require(found.flaw)
            #expect(flaw.sequence == damage.wholeRecords + 1)
            #expect(flaw.line == Int(damage.wholeRecords) + 1)
            #expect(flaw.isTornTail == damage.isTorn)
        }
    }

    @Test("a torn end is kept aside, and the log goes on after what is whole", arguments: damages.filter(\.isTorn))
    func torn(damage: Damage) async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 4)
            let segment = folder + "/00000001.jsonl"
            let whole = try bytes(segment)
            let damaged = damage.change(whole)
            try write(damaged, to: segment)
            let log = try await AuditLog(folder: folder, run: "later") { .init(seconds: 0) }
            #expect(log.repair?.contains("torn") == true)
            try await log.append(AuditEntry(.plan))
            await log.close()

            var kinds: [AuditEntry.Kind] = []
            let found = try AuditLog.verify(folder: folder) { kinds.append($0.entry.kind) }
            #expect(found.flaw == nil)
            #expect(kinds.suffix(2) == [.logRepaired, .plan])
            #expect(found.records == damage.wholeRecords + 2)
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".torn-") }
            let offset = Self.ends(of: whole)[Int(damage.wholeRecords) - 1] + 1
            #expect(kept == ["00000001.jsonl.torn-\(offset)"])
            #expect(try bytes("\(folder)/\(kept[0])") == Array(damaged[offset...]))
        }
    }

    @Test("other damage is refused, named, and left as it is", arguments: damages.filter { !$0.isTorn })
    func refused(damage: Damage) async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 4)
            let segment = folder + "/00000001.jsonl"
            let damaged = try damage.change(bytes(segment))
            try write(damaged, to: segment)
            let error = await #expect(throws: AuditLogError.self) { try await writeLog(folder, records: 1) }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("record \(damage.wholeRecords + 1) (00000001.jsonl, line") == true)
            #expect(error?.message.contains("name a new one") == true)
            #expect(try bytes(segment) == damaged)
            #expect(throws: AuditLogError.self) { try AuditLog.history(folder: folder) }
        }
    }

    @Test("every single flipped bit is found at its record")
    func everyBit() async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 2)
            let segment = folder + "/00000001.jsonl"
            let whole = try bytes(segment)
            let firstEnd = Self.ends(of: whole)[0]
            var missed = 0
            for place in whole.indices {
                for bit in 0..<8 {
                    var flipped = whole
                    flipped[place] ^= 1 << bit
                    try write(flipped, to: segment)
                    let found = try AuditLog.verify(folder: folder)
                    if found.flaw?.sequence != (place <= firstEnd ? 1 : 2) { missed += 1 }
                }
            }
            #expect(missed == 0)
        }
    }

    @Test("a torn end of a segment that is not the last is damage")
    func tornEarlierSegment() async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 10, segmentLimit: 1_000)
            let segment = folder + "/00000001.jsonl"
            try write(Array(bytes(segment).dropLast(5)), to: segment)
            let flaw = try #require(try AuditLog.verify(folder: folder).flaw)
            #expect(!flaw.isTornTail)
            let error = await #expect(throws: AuditLogError.self) { try await writeLog(folder, records: 1) }
            #expect(error?.code == .damaged)
        }
    }

    @Test("an end kept aside before a second crash does not stand in the way")
    func tornTwice() async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 2)
            let segment = folder + "/00000001.jsonl"
            let damaged = try Array(bytes(segment).dropLast(5))
            try write(damaged, to: segment)
            let offset = Self.ends(of: damaged)[0] + 1
            try write([], to: "\(segment).torn-\(offset)")
            try await writeLog(folder, records: 1)
            #expect(try bytes("\(segment).torn-\(offset).2") == Array(damaged[offset...]))
            #expect(try AuditLog.verify(folder: folder).records == 3)
        }
    }

    @Test("a segment that a crash left empty is gone on with")
    func emptySegment() async throws {
        try await withTemporaryFolder { folder in
            try await writeLog(folder, records: 1)
            try write([], to: folder + "/00000002.jsonl")
            let head = try await writeLog(folder, records: 1)
            #expect(head.sequence == 2)
            let second = try bytes(folder + "/00000002.jsonl")
            #expect(!second.isEmpty)
        }
    }
}
