import GoldenCalls
import Testing
import UTCTime

@testable import Micromegas

@Suite("Retiring") struct RetireTests {
    private static func keys(from begin: String, hash: [UInt8]) throws -> [RetireKey] {
        let begin = try Timestamp(rfc3339: begin)
        return (0..<2).map {
            RetireKey(
                viewSet: "log_entries", instance: "global", begin: begin + .hours($0), end: begin + .hours($0 + 1),
                schemaHash: hash)
        }
    }

    @Test("a call by file is one text with a row a path")
    func byFile() throws {
        let call = try RetireCall.byFile(["views/a.parquet", "it's"])
        let values = "(VALUES ('views/a.parquet'),('it''s')) AS t(p)"
        #expect(call.sql == "SELECT retire_partition_by_file(p) AS message FROM " + values)
    }

    @Test("calls by metadata read as those that were recorded")
    func byMetadata() throws {
        let four = try RetireCall.byMetadata(Self.keys(from: "2026-11-13T02:00:00Z", hash: [6]), arity: .four)
        let recorded = try GoldenCall.named("retire-by-metadata-batch", "0.30").sql
        #expect(four.sql == recorded.replacing("), CAST", with: "),CAST"))
        let five = try RetireCall.byMetadata(Self.keys(from: "2026-11-18T01:00:00Z", hash: [7]), arity: .five)
        #expect(try five.sql == GoldenCall.named("retire-by-metadata-batch", "0.33").sql)
    }

    @Test("no row, too many rows and a row named twice are refused")
    func refusals() throws {
        #expect(throws: MicromegasError.self) { try RetireCall.byFile([]) }
        #expect(throws: MicromegasError.self) { try RetireCall.byFile((0...1_000).map { "\($0)" }) }
        #expect(try RetireCall.byFile((0..<1_000).map { "\($0)" }).subjects.count == 1_000)
        #expect(throws: MicromegasError.self) { try RetireCall.byFile(["a", "b", "a"]) }
        #expect(throws: MicromegasError.self) { try RetireCall.byFile(["a", ""]) }
        // Two rows that differ in their hash only are one row to the call that is blind to it.
        let twins =
            try Self.keys(from: "2026-11-13T02:00:00Z", hash: [6]).prefix(1)
            + Self.keys(from: "2026-11-13T02:00:00Z", hash: [7]).prefix(1)
        #expect(throws: MicromegasError.self) { try RetireCall.byMetadata(Array(twins), arity: .four) }
        #expect(try RetireCall.byMetadata(Array(twins), arity: .five).subjects.count == 2)
    }

    private static let recorded = GoldenCall.recorded.filter {
        $0.sql.contains("retire_partition_by_") && $0.status == "OK" && !$0.texts("message").isEmpty
    }

    @Test("every recorded message is of a known form", arguments: recorded)
    func golden(call: GoldenCall) {
        for message in call.texts("message") {
            switch RetireAnswer(message: message) {
            case .unknown, .error, .ambiguous: Issue.record("“\(message ?? "NULL")” is not known")
            default: break
            }
        }
    }

    @Test("the recorded calls are there")
    func recordedCalls() { #expect(Self.recorded.count == 12) }

    @Test("a batch whose rows all say success for what was asked has no problem")
    func success() throws {
        let messages = try GoldenCall.named("retire-by-file-batch", "0.30").texts("message")
        let call = try RetireCall.byFile(
            messages.map { String(try #require($0).dropFirst("SUCCESS: Retired partition ".count)) })
        #expect(RetireOutcome(of: call, messages: messages).problem == nil)
        // The same rows in another order are not the answer to this call.
        #expect(RetireOutcome(of: call, messages: messages.reversed()).problem != nil)
    }

    @Test("a false success in a batch is a problem of the whole batch")
    func falseSuccess() throws {
        let messages = try GoldenCall.named("retire-by-file-batch-false-success", "0.30").texts("message")
        let path = String(try #require(messages[0]).dropFirst("SUCCESS: Retired partition ".count))
        let outcome = RetireOutcome(of: try .byFile([path, "views/nope.parquet"]), messages: messages)
        #expect(outcome.answers == [.success(.file(path)), .notFound(.file("views/nope.parquet"))])
        #expect(try #require(outcome.problem).hasPrefix("1 of 2 rows are no success"))
    }

    @Test("answers by metadata are matched with their hash")
    func metadata() throws {
        let messages = try GoldenCall.named("retire-by-metadata-batch", "0.33").texts("message")
        let asked = try RetireCall.byMetadata(Self.keys(from: "2026-11-18T01:00:00Z", hash: [7]), arity: .five)
        let other = try RetireCall.byMetadata(Self.keys(from: "2026-11-18T01:00:00Z", hash: [6]), arity: .five)
        #expect(RetireOutcome(of: asked, messages: messages).problem == nil)
        #expect(RetireOutcome(of: other, messages: messages).problem != nil)
    }

    @Test("too few rows, too many rows and NULL are problems")
    func counts() throws {
        let call = try RetireCall.byFile(["a", "b"])
        let messages: [String?] = ["SUCCESS: Retired partition a", "SUCCESS: Retired partition b"]
        #expect(RetireOutcome(of: call, messages: messages).problem == nil)
        let few = RetireOutcome(of: call, messages: [messages[0]])
        #expect(few.problem == "2 rows were asked for, 1 were answered")
        let many = RetireOutcome(of: call, messages: messages + messages)
        #expect(many.problem == "2 rows were asked for, 4 were answered")
        #expect(RetireOutcome(of: call, messages: []).problem != nil)
        #expect(RetireOutcome(of: call, messages: [messages[0], nil]).problem != nil)
    }

    @Test("a not-found row with its rollback is read as both")
    func notFound() throws {
        let messages = try GoldenCall.named("retire-by-metadata-not-found", "0.30").texts("message")
        let answers = messages.map(RetireAnswer.init(message:))
        #expect(answers.last == .rolledBack(0))
        guard case .notFound(.row(let viewSet, _, let begin, _, nil)) = try #require(answers.first) else {
            Issue.record("\(answers)")
            return
        }
        #expect(viewSet == "log_entries")
        #expect(begin.rfc3339 == "2026-11-13T01:00:00Z")
    }
}
