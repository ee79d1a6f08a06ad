import Micromegas
import Testing
import UTCTime

@Suite("Values in SQL text") struct SQLTextTests {
    @Test(
        "quotes within a literal are doubled, and nothing else is changed",
        arguments: [
            ("", "''"), ("log_entries", "'log_entries'"), ("it's", "'it''s'"), ("'", "''''"), ("a\\'b", "'a\\''b'"),
            ("'); SELECT retire_partition_by_file('x", "'''); SELECT retire_partition_by_file(''x'"),
            ("ünï\u{1F600}", "'ünï\u{1F600}'"), ("line\nbreak", "'line\nbreak'"), ("\"double\"", "'\"double\"'"),
        ])
    func literals(text: String, sql: String) throws {
        #expect(try SQLText.literal(text) == sql)
    }

    @Test("a quote that a combining mark follows is doubled too")
    func combiningMark() throws {
        let sql = try SQLText.literal("a'\u{301}b")
        #expect(Array(sql.unicodeScalars) == Array("'a''\u{301}b'".unicodeScalars))
    }

    @Test("identifiers keep their case and double their quotes")
    func identifiers() throws {
        #expect(try SQLText.identifier("Log_Entries") == "\"Log_Entries\"")
        #expect(try SQLText.identifier("a\"b") == "\"a\"\"b\"")
        #expect(throws: MicromegasError.self) { try SQLText.identifier("") }
    }

    @Test("NUL and absurd lengths are refused")
    func refusals() throws {
        #expect(throws: MicromegasError.self) { try SQLText.literal("a\0b") }
        #expect(try SQLText.literal(String(repeating: "x", count: SQLText.maximumLength)).utf8.count == 4_098)
        let error = try #require(throws: MicromegasError.self) {
            try SQLText.literal(String(repeating: "x", count: SQLText.maximumLength + 1))
        }
        #expect(error.code == .refused)
        #expect(!error.mayHaveBeenProcessed)
    }

    @Test("times have six digits of a second and a Z, and are never cut")
    func times() throws {
        let time = try Timestamp(rfc3339: "2026-11-21T08:34:43.25Z")
        #expect(try SQLText.literal(time) == "'2026-11-21T08:34:43.250000Z'")
        #expect(try SQLText.literal(Timestamp(nanoseconds: -1_000)) == "'1969-12-31T23:59:59.999999Z'")
        #expect(throws: MicromegasError.self) { try SQLText.literal(Timestamp(nanoseconds: 1)) }
    }

    @Test("bytes are decoded from hexadecimal digits")
    func bytes() {
        #expect(SQLText.binary([0x06]) == "decode('06','hex')")
        #expect(SQLText.binary([0xAB, 0, 0xFF]) == "decode('ab00ff','hex')")
        #expect(SQLText.binary([]) == "decode('','hex')")
    }
}
