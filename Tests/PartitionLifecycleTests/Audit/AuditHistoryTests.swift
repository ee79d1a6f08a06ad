import PartitionLifecycle
import Testing
import UTCTime

@Suite("What the audit log tells a planner") struct AuditHistoryTests {
    private let day = CalendarDay(daysSinceEpoch: 20_775)
    private let hash = SchemaHash([7])

    private func range(_ halfHour: Int64) -> InsertRange {
        InsertRange(day.start + .minutes(30 * halfHour), day.start + .minutes(30 * (halfHour + 1)))
    }

    private func row(_ halfHour: Int64, hash: UInt8) -> Partition {
        Partition(
            identity: PartitionIdentity(
                viewSet: "blocks", instance: "global", range: range(halfHour), schemaHash: SchemaHash([hash]),
                filePath: nil),
            updated: day.end)
    }

    private func history(_ entries: [AuditEntry]) -> AuditHistory {
        AuditHistory(
            entries.enumerated().map {
                AuditRecord(sequence: Int64($0 + 1), time: day.end, run: "r", entry: $1)
            })
    }

    private func subject(_ partitions: [Partition] = [], makes: [InsertRange] = []) -> AuditSubject {
        AuditSubject(viewSet: "blocks", day: day, schemaHash: hash, partitions: partitions, makes: makes)
    }

    @Test("a failed proof is read back with the old rows it was about, sorted")
    func failedProof() {
        let old = [row(3, hash: 6), row(1, hash: 6)]
        let found = history([
            AuditEntry(.proofFailed, subject: subject(old), answer: AuditAnswer("failed", text: "7 < 9"))
        ])
        #expect(
            found.failedProofs == [
                FailedProof(
                    viewSet: "blocks", day: day, currentHash: hash, old: [old[1].identity, old[0].identity],
                    finding: "7 < 9")
            ])
    }

    @Test("a later failure takes an earlier one's place, and a success ends it")
    func superseded() {
        let first = AuditEntry(
            .proofFailed, subject: subject([row(1, hash: 6)]), answer: AuditAnswer("failed", text: "a"))
        let second = AuditEntry(
            .proofFailed, subject: subject([row(2, hash: 6)]), answer: AuditAnswer("failed", text: "b"))
        #expect(history([first, second]).failedProofs.map(\.finding) == ["b"])
        #expect(history([first, second, AuditEntry(.verified, subject: subject())]).failedProofs.isEmpty)
        #expect(history([first, AuditEntry(.verified)]).failedProofs.count == 1)
    }

    @Test("shadows are known as made once a record says so, not by intent")
    func shadows() {
        let intent = AuditEntry(.intent, subject: subject(makes: [range(0), range(1)]))
        let made = AuditEntry(.shadowsMade, subject: subject([row(0, hash: 7), row(1, hash: 7)]))
        #expect(history([intent, AuditEntry(.outcome)]).madeShadows(of: "blocks", at: hash).isEmpty)
        let known = history([intent, AuditEntry(.outcome), made])
        #expect(known.madeShadows(of: "blocks", at: hash) == [range(0), range(1)])
        #expect(known.madeShadows(of: "blocks", at: SchemaHash([6])).isEmpty)
        #expect(known.madeShadows(of: "streams", at: hash).isEmpty)
        let merged = history([intent, AuditEntry(.outcome), made, AuditEntry(.verified, subject: subject())])
        #expect(merged.madeShadows(of: "blocks", at: hash).isEmpty)
    }

    @Test("an intent without an outcome stays an unknown call, over further runs too")
    func unknownCalls() {
        let intent = AuditEntry(.intent, subject: subject(), call: "one")
        let other = AuditEntry(.intent, subject: subject(), call: "two")
        #expect(history([intent, AuditEntry(.outcome)]).unknownCalls.isEmpty)
        #expect(history([intent]).unknownCalls.map(\.entry.call) == ["one"])
        let later = history([AuditEntry(.runStarted), intent, AuditEntry(.runStarted), other, AuditEntry(.outcome)])
        #expect(later.unknownCalls.map(\.entry.call) == ["one"])
        #expect(!later.lastRunFinished)
        #expect(history([AuditEntry(.runStarted), AuditEntry(.runFinished)]).lastRunFinished)
    }
}
