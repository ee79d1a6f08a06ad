import Testing
import UTCTime

@testable import PartitionLifecycle

/// A digest that is quick to write down; the chain does not care which one it is.
private func sum(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    for (place, byte) in bytes.enumerated() { digest[place % 32] = digest[place % 32] &* 31 &+ byte }
    return digest
}

@Suite("Records of the audit log") struct AuditRecordTests {
    private static let begin = Timestamp(seconds: 1_794_960_000)
    private static let row = Partition(
        identity: PartitionIdentity(
            viewSet: "log_entries", instance: "global", range: InsertRange(begin, begin + .hours(1)),
            schemaHash: SchemaHash([6]), filePath: "views/it's \"odd\"\n\u{1}.parquet"),
        updated: begin + .nanoseconds(1_000), minEventTime: begin, maxEventTime: nil, fileSize: 5, sourceCount: 7,
        rows: 9)
    private static let entry = AuditEntry(
        .intent,
        subject: AuditSubject(
            viewSet: "log_entries", day: CalendarDay(containing: begin), schemaHash: SchemaHash([0, 255]),
            partitions: [row], makes: [InsertRange(begin, begin + .minutes(30))]),
        reason: AuditReason(policy: "evolution", rule: "schema_evolution", values: ["b": "2", "a": "1"]),
        call: "SELECT 'ü'", answer: AuditAnswer("ok", text: "well", rows: ["a\nb", ""]))

    @Test("a record is written field by field in the order laid down")
    func text() throws {
        let record = AuditRecord(
            sequence: 1, time: Self.begin, run: "r1",
            entry: AuditEntry(
                .refused, reason: AuditReason(rule: "guard", values: ["b": "2", "a": "\"1\""]),
                answer: AuditAnswer("no")))
        let line = try AuditChain().line(record, digest: sum)
        let zeros = String(repeating: "0", count: 64)
        let body =
            #"{"sequence":1,"time":"2026-11-18T00:00:00Z","run":"r1","kind":"refused","subject":{"view_set":null,"day":null,"#
            + #""schema_hash":null,"partitions":[],"makes":[]},"reason":{"policy":null,"rule":"guard","values":{"a":"\"1\"","#
            + #""b":"2"}},"call":null,"answer":{"status":"no","text":null,"rows":[],"rows_left_out":0},"#
            + #""previous":"\#(zeros)""#
        let hash = SchemaHash(sum(Array(body.utf8))).description
        #expect(String(decoding: line, as: UTF8.self) == body + #","hash":"\#(hash)"}"#)
    }

    @Test("a record reads back as it was written", arguments: AuditEntry.Kind.allCases)
    func roundTrip(kind: AuditEntry.Kind) throws {
        var entry = Self.entry
        entry.kind = kind
        let record = AuditRecord(sequence: 7, time: Self.begin + .nanoseconds(1), run: "r", entry: entry)
        let line = try AuditChain().line(record, digest: sum)
        #expect(!line.contains(0x0A))
        #expect(try AuditRecord(line: line) == record)
    }

    @Test(
        "what lacks a field or has a wrong one is no record",
        arguments: [
            ("{}", "“sequence” is missing"), ("[]", "wrong type"), ("", "no JSON"),
            (#"{"sequence":"1"}"#, "“sequence” has a wrong type"),
        ])
    func malformed(text: String, reason: String) throws {
        let flaw = try #require(throws: AuditFlaw.self) { try AuditRecord(line: Array(text.utf8)) }
        #expect(flaw.description.contains(reason))
    }

    @Test("an answer is cut to the room it has, and says so")
    func bounded() {
        let long = String(repeating: "ü", count: AuditAnswer.maximumTextLength)
        let answer = AuditAnswer("ok", text: long, rows: Array(repeating: long, count: 300))
        #expect((answer.text ?? "").utf8.count <= AuditAnswer.maximumTextLength)
        #expect((answer.text ?? "").hasSuffix("… (32768 bytes in all)"))
        #expect(answer.rows.count + answer.rowsLeftOut == 300)
        #expect(answer.rowsLeftOut > 0)
        #expect(answer.rows.map(\.utf8.count).reduce(0, +) <= AuditAnswer.maximumRowsLength)
    }

    @Test("an entry of too many partitions or bytes is refused before it is written")
    func tooLarge() throws {
        let many = AuditSubject(partitions: Array(repeating: Self.row, count: AuditSubject.maximumCount + 1))
        let wide = AuditEntry(.plan, call: String(repeating: "x", count: AuditChain.maximumLineLength))
        for entry in [AuditEntry(.plan, subject: many), wide] {
            let record = AuditRecord(sequence: 1, time: Self.begin, run: "r", entry: entry)
            let flaw = try #require(throws: AuditFlaw.self) { try AuditChain().line(record, digest: sum) }
            guard case .tooLarge = flaw else {
                Issue.record("\(flaw)")
                return
            }
        }
    }

    @Test("a chain takes its own lines in order and no others")
    func chain() throws {
        var chain = AuditChain()
        var lines: [[UInt8]] = []
        for sequence in 1...3 as ClosedRange<Int64> {
            let record = AuditRecord(sequence: sequence, time: Self.begin, run: "r", entry: Self.entry)
            let line = try chain.line(record, digest: sum)
            try chain.take(line, digest: sum)
            lines.append(line)
        }
        #expect(chain.count == 3)
        var other = AuditChain()
        #expect(throws: AuditFlaw.sequence(expected: 1, found: 2)) { try other.take(lines[1], digest: sum) }
        try other.take(lines[0], digest: sum)
        #expect(throws: AuditFlaw.sequence(expected: 2, found: 3)) { try other.take(lines[2], digest: sum) }
        let elsewhere = try AuditChain().line(
            AuditRecord(sequence: 2, time: Self.begin, run: "r", entry: Self.entry), digest: sum)
        let flaw = #expect(throws: AuditFlaw.self) { try other.take(elsewhere, digest: sum) }
        #expect(flaw == .previous(expected: other.head, found: String(repeating: "0", count: 64)))
        #expect(other.count == 1)
    }
}
