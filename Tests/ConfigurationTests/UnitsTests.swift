@testable import Configuration
import Testing
import UTCTime

@Suite struct UnitsTests {
    @Test(arguments: [
        ("90d 12h", 7_819_200), ("90d12h", 7_819_200), ("45m", 2_700), ("30s", 30), ("2w", 1_209_600), ("0s", 0),
        (" 1d  2h 3m 4s ", 93_784), ("36500d", 3_153_600_000), ("36h", 129_600),
    ])
    func `a duration is read`(_ text: String, _ seconds: Int64) throws {
        #expect(try Duration(policyText: text) == .seconds(seconds))
    }

    @Test(arguments: [
        ("", "is empty; write it as 90d 12h"), ("90", "needs a unit: 90d, 90h, 90m or 90s"),
        ("d", "is \"d\"; write it as 90d 12h"), ("-1d", "is negative; write it without the sign"),
        ("1.5d", "takes whole numbers; write it as 90d 12h"),
        ("1h 2d", "names its units out of order; write the longest first, such as 90d 12h"),
        ("1d 1d", "names its units out of order; write the longest first, such as 90d 12h"),
        ("36501d", "is longer than 36500d"), ("9223372036854775807w", "is longer than 36500d"),
        ("99999999999999999999d", "is too large"),
        ("3 Monate", "has no unit \"Monate\": write weeks, days, hours, minutes, seconds as 2w 3d 4h 5m 6s"),
    ])
    func `a duration that cannot be read says what to write`(_ text: String, _ message: String) {
        #expect(throws: UnitTextError(message: message)) { try Duration(policyText: text) }
    }

    @Test(arguments: [
        (3_985_200, "46d 3h"), (2_700, "45m"), (0, "0s"), (86_400, "1d"), (90_061, "1d 1h"), (86_401, "1d"),
        (-3_600, "-1h"), (59, "59s"),
    ])
    func `a duration is written with its largest units`(_ seconds: Int64, _ text: String) {
        #expect(Duration.seconds(seconds).policyText == text)
    }

    @Test(arguments: [
        ("500GiB", 536_870_912_000), ("10MB", 10_000_000), ("10 mb", 10_000_000), ("0B", 0), ("1kB", 1000),
        ("8191PiB", 9_222_246_136_947_933_184),
    ])
    func `a size is read`(_ text: String, _ bytes: Int64) throws {
        #expect(try SizeText.bytes(text) == bytes)
    }

    @Test(arguments: [
        ("500", "needs a unit: 500B, 500MB or 500GiB"), ("1 GiB 2 MiB", "is \"1 GiB 2 MiB\"; write it as 500GiB"),
        ("10GiBs", "has no unit \"GiBs\"; did you mean GiB?"), ("8192PiB", "is too large"),
        ("5 apples", "has no unit \"apples\": write B, kB, MB, GB, TB, KiB, MiB, GiB or TiB"),
        ("1.5GiB", "takes whole numbers; write it as 500GiB"),
    ])
    func `a size that cannot be read says what to write`(_ text: String, _ message: String) {
        #expect(throws: UnitTextError(message: message)) { try SizeText.bytes(text) }
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5_347_737, "5.1 MiB"), (1_048_575, "1.0 MiB"),
        (107_374_182_400, "100.0 GiB"), (Int64.max, "8.0 EiB"),
    ])
    func `a size is written with one decimal`(_ bytes: Int64, _ text: String) {
        #expect(SizeText.text(bytes) == text)
    }

    @Test(arguments: [
        ("urii", "uri"), ("token", "token_file"), ("tokenfile", "token_file"), ("URI", "uri"),
        ("gaurd_rails", "guard_rails"),
        ("guard-rails", "guard_rails"), ("xyz", nil), ("", nil), ("polices", "policies"),
    ])
    func `the nearest word is found, and none where none is near`(_ word: String, _ meant: String?) {
        #expect(nearest(to: word, among: ["uri", "token_file", "guard_rails", "policies"]) == meant)
    }
}
