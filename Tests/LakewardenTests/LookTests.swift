import PartitionLifecycle
import Testing
import UTCTime

@testable import lakewarden

@Suite struct LookTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.max, "9,223,372,036,854,775,807"),
    ])
    func `figures have their thousands apart`(_ number: Int, _ text: String) {
        #expect(figure(number) == text)
    }

    @Test(arguments: [
        ("2026-11-18", "2026-11-18", "2026-11-18"), ("2026-11-18", "2026-11-13", "2026-11-18…13"),
        ("2026-11-02", "2026-10-28", "2026-11-02…10-28"), ("2026-01-02", "2025-12-28", "2026-01-02…2025-12-28"),
    ])
    func `a range of days says nothing twice`(_ first: String, _ last: String, _ text: String) throws {
        let day = { (text: String) in CalendarDay(containing: try Timestamp(rfc3339: text + "T00:00:00Z")) }
        #expect(try dayRange(day(first), day(last)) == text)
    }

    @Test(arguments: [
        (0, "0.00 s"), (4_999, "0.00 s"), (23_000, "0.02 s"), (1_995_000, "2.00 s"), (61_230_000, "61.23 s"),
    ])
    func `seconds have hundredths`(_ microseconds: Int, _ text: String) {
        #expect(seconds(.microseconds(microseconds)) == text)
    }

    @Test(arguments: [
        (["LC_ALL": "C.UTF-8"], true), (["LANG": "de_DE.utf8"], true), ([:], false), (["LANG": "C"], false),
        (["LC_ALL": "", "LC_CTYPE": "", "LANG": "en_US.UTF-8"], true), (["LC_ALL": "C", "LANG": "en_US.UTF-8"], false),
    ])
    func `the locale decides whether more than ASCII is written`(_ variables: [String: String], _ isUnicode: Bool) {
        #expect(Console.Environment { variables[$0] }.isUnicode == isUnicode)
    }

    @Test(arguments: [
        ("auto", true, [:], true), ("auto", false, [:], false), ("auto", true, ["NO_COLOR": "1"], false),
        ("auto", true, ["TERM": "dumb"], false), ("always", false, ["NO_COLOR": "1"], true),
        ("never", true, [:], false),
        ("auto", true, ["NO_COLOR": ""], true),
    ])
    func `colour is for terminals unless it is refused or asked for`(
        _ word: String, _ isTerminal: Bool, _ variables: [String: String], _ isColored: Bool
    ) {
        var console = RecordedConsole().console
        console.environment = Console.Environment { variables[$0] }
        console.terminal = Console.Terminal(isOutput: isTerminal)
        #expect(console.look(.output, color: word).color == isColored)
    }

    @Test func `a table leaves out columns that hold nothing and ends no line with blanks`() {
        var table = Table(columns: [.init(title: "a"), .init(title: "b", isFigure: true), .init(title: "c")])
        table.rows = [["x", "", "1"], ["yy", "", ""]]
        #expect(table.lines(Look()) == ["  a   c", "  x   1", "  yy"])
    }

    @Test(arguments: [
        (JSONValue.members(), "{}\n"), (.array([]), "[]\n"),
        (.string("a\"\\\n\u{1}\u{9B}ä"), "\"a\\\"\\\\\\n\\u0001\\u009bä\"\n"),
        (
            .members(("a", .integer(-1)), ("b", .array([.bool(true), .null]))),
            "{\n  \"a\": -1,\n  \"b\": [true, null]\n}\n"
        ),
    ])
    func `JSON is written as RFC 8259 has it`(_ value: JSONValue, _ text: String) {
        #expect(value.document == text)
    }
}
