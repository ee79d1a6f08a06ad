import ArrowIPC
import GoldenCalls
import Testing

@testable import Micromegas

@Suite struct TableWriterTests {
    private func written(_ format: TableFormat, _ fields: [Field], _ rows: [[Value]]) -> String {
        var writer = TableWriter(format, Schema(fields: fields))
        return rows.map { writer.text(of: [$0]) }.joined() + writer.end()
    }

    private static let fields = [
        Field(name: "time", type: .timestamp(.nanoseconds, timeZone: "+00:00")),
        Field(name: "level", type: .integer(.int32)),
        Field(name: "msg", type: .dictionary(indices: .int32, values: .utf8, ordered: false)),
        Field(name: "hash", type: .binary), Field(name: "tags", type: .list(Field(name: "tag", type: .utf8))),
    ]
    private static let rows: [[Value]] = [
        [.integer(1), .integer(4), .text("a \"b\", c"), .bytes([0, 255]), .list([.text("x"), .null])],
        [.integer(1_500_000_000), .null, .text(""), .null, .list([])],
        [.null, .integer(-10), .text("two\r\nlines\u{1B}[31m"), .bytes([]), .null],
    ]

    @Test func `JSON Lines are an object a row`() {
        #expect(
            written(.jsonLines, Self.fields, Self.rows) == """
                {"time":"1970-01-01T00:00:00.000000001Z","level":4,"msg":"a \\"b\\", c","hash":"00ff","tags":["x",null]}
                {"time":"1970-01-01T00:00:01.500000000Z","level":null,"msg":"","hash":null,"tags":[]}
                {"time":null,"level":-10,"msg":"two\\r\\nlines\\u001b[31m","hash":"","tags":null}

                """)
        #expect(written(.jsonLines, Self.fields, []) == "")
    }

    @Test func `CSV quotes what needs it and tells an empty text from null`() {
        let lines = [
            "time,level,msg,hash,tags",
            "1970-01-01T00:00:00.000000001Z,4,\"a \"\"b\"\", c\",00ff,\"[\"\"x\"\",null]\"",
            "1970-01-01T00:00:01.500000000Z,,\"\",,[]",
            ",-10,\"two\r\nlines\u{1B}[31m\",\"\",",
        ]
        #expect(written(.csv, Self.fields, Self.rows) == lines.map { $0 + "\r\n" }.joined())
        #expect(written(.csv, Self.fields, []) == "time,level,msg,hash,tags\r\n")
    }

    @Test func `a text table is aligned, numbers to the right, and controls no terminal`() {
        #expect(
            written(.text, Self.fields, Self.rows) == """
                time                            level  msg                        hash  tags
                1970-01-01T00:00:00.000000001Z      4  a "b", c                   00ff  ["x",null]
                1970-01-01T00:00:01.500000000Z                                          []
                                                  -10  two\\u{d}\\nlines\\u{1b}[31m

                """)
        #expect(written(.text, [Field(name: "n", type: .utf8)], []) == "n\n")
    }

    @Test func `a text table begins to flow after its first rows, and long values are cut`() {
        var writer = TableWriter(.text, Schema(fields: [Field(name: "n", type: .utf8)]))
        for _ in 1..<TableWriter.rowsMeasured { #expect(writer.text(of: [[.text("x")]]) == "") }
        let first = writer.text(of: [[.text("y")]])
        #expect(first.split(separator: "\n").count == TableWriter.rowsMeasured + 1)
        let long = String(repeating: "é", count: TableWriter.longestCell + 1)
        #expect(writer.text(of: [[.text(long)]]) == long.dropLast() + "…\n")
        #expect(writer.end() == "")
    }

    @Test func `a text table's columns stand under one another where characters are wide or join others`() {
        let fields = [Field(name: "名前", type: .utf8), Field(name: "n", type: .integer(.int8))]
        // Wide, emoji, a flag of two halves, a letter with a mark of its own, and Hangul in parts.
        let texts = ["日本語", "🦉", "🇫🇮", "e\u{301}", "\u{1112}\u{1161}\u{11AB}", "ﾃﾞ", "abcdef"]
        #expect(
            written(.text, fields, texts.map { [.text($0), .integer(1)] }) == """
                名前    n
                日本語  1
                🦉      1
                🇫🇮      1
                e\u{301}       1
                \u{1112}\u{1161}\u{11AB}      1
                ﾃﾞ      1
                abcdef  1

                """)
        let long = String(repeating: "日", count: TableWriter.longestCell / 2 + 1)
        #expect(written(.text, [fields[0]], [[.text(long)]]) == "名前\n\(long.dropLast())…\n")
    }

    private static let second = Field(name: "value", type: .timestamp(.seconds, timeZone: nil))

    @Test(arguments: [
        (Value.double(1.5), DataType.floatingPoint(.double), "1.5"),
        (.double(.nan), .floatingPoint(.double), "\"NaN\""),
        (.double(-.infinity), .floatingPoint(.double), "\"-Infinity\""),
        (.unsigned(.max), .integer(.uint64), "18446744073709551615"), (.bool(true), .bool, "true"),
        (.integer(19_675), .date32, "\"2023-11-14\""), (.integer(86_400_000), .date64, "\"1970-01-02\""),
        (.integer(3_661), .time32(.seconds), "\"01:01:01\""),
        (.integer(3_661_000_001), .time64(.microseconds), "\"01:01:01.000001\""),
        (.integer(5), .duration(.milliseconds), "\"5 ms\""),
        (.integer(1_000), .timestamp(.milliseconds, timeZone: nil), "\"1970-01-01T00:00:01\""),
        (.decimal("1.50"), .decimal(bits: 128, precision: 10, scale: 2), "\"1.50\""),
        (
            .interval(months: 1, days: 2, nanoseconds: 3), .interval(.monthDayNano),
            "{\"months\":1,\"days\":2,\"nanoseconds\":3}"
        ),
        (
            .map([.init(key: .text("a"), value: .integer(1))]),
            .map(
                Field(
                    name: "entries",
                    type: .structure([Field(name: "key", type: .utf8), Field(name: "value", type: .integer(.int64))])),
                keysSorted: false), "[{\"key\":\"a\",\"value\":1}]"
        ),
        (
            .map([.init(key: .text("a"), value: .integer(1))]),
            .map(
                Field(name: "entries", type: .structure([Field(name: "key", type: .utf8), second])), keysSorted: false),
            "[{\"key\":\"a\",\"value\":\"1970-01-01T00:00:01\"}]"
        ),
        (.list([.integer(1)]), .listView(second), "[\"1970-01-01T00:00:01\"]"),
        (.list([.integer(1)]), .largeListView(second), "[\"1970-01-01T00:00:01\"]"),
        (.list([.integer(1)]), .fixedSizeList(second, size: 1), "[\"1970-01-01T00:00:01\"]"),
        (
            .integer(1), .runEndEncoded(ends: Field(name: "ends", type: .integer(.int32)), values: second),
            "\"1970-01-01T00:00:01\""
        ),
        (.integer(1), .dictionary(indices: .int8, values: second.type, ordered: false), "\"1970-01-01T00:00:01\""),
        // What no RFC 3339 time can say stays the number it is.
        (.integer(.max), .timestamp(.seconds, timeZone: "UTC"), "9223372036854775807"),
        (
            .structure([.init(name: "k", value: .text("\u{2028}")), .init(name: "v", value: .integer(0))]),
            .structure([Field(name: "k", type: .utf8), Field(name: "v", type: .timestamp(.seconds, timeZone: "UTC"))]),
            "{\"k\":\"\\u2028\",\"v\":\"1970-01-01T00:00:00Z\"}"
        ),
    ])
    func `each type has its form`(_ value: Value, _ type: DataType, _ text: String) {
        #expect(written(.jsonLines, [Field(name: "x", type: type)], [[value]]) == "{\"x\":\(text)}\n")
    }

    @Test func `columns that share a name are told apart in JSON`() {
        let fields = ["a", "a_2", "a", "a"].map { Field(name: $0, type: .bool) }
        #expect(
            written(.jsonLines, fields, [[.null, .null, .null, .null]])
                == "{\"a\":null,\"a_2\":null,\"a_3\":null,\"a_4\":null}\n")
    }

    @Test(arguments: TableFormat.allCases) func `a value that is too large to be made ends the table by name`(
        _ format: TableFormat
    ) throws {
        var reader = StreamReader(try GoldenStream("expands-views").bytes)
        var batch: RecordBatch?
        while let decoded = try reader.next() { if case .batch(let found) = decoded { batch = found } }
        let rows = try #require(batch)
        var writer = TableWriter(format, rows.schema)
        #expect(throws: Never.self) { try writer.text(of: rows, rows: 0..<1) }
        let error = #expect(throws: ArrowError.self) { try writer.text(of: rows, rows: 0..<3) }
        #expect(error?.description == "too large Arrow data: row 1: it comes to more than 1048576 values")
        let named = #expect(throws: ArrowError.self) { try [rows].rows }
        #expect(named?.place == ["column “x”", "row 1"])
    }
}
