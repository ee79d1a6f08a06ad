import PartitionLifecycle
import Testing
import UTCTime

/// The last days whole at the current hash: what a lake looks like some days after an upgrade.
private let whole = "all -1 1h x24 now 10\n"

@Suite struct EvolutionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var lake: String
        var expected: [String]
        var testDescription: String { name }

        init(_ name: String, _ lake: String, _ expected: [String]) {
            (self.name, self.lake, self.expected) = (name, lake, expected)
        }
    }

    static let rebuilds = [
        Case(
            "an upgraded day is rebuilt in dependency order", whole + "all -3 1h x24 old 10",
            LakeText.globals.map { "rebuild \($0) -3: 24 old, 1800 s then 3600 s, 24 buckets, shadows -3@0…-2@0" }
                + ["kept 144"])
    ]

    @Test(arguments: rebuilds) func plans(_ test: Case) { #expect(Planning().lines(test.lake) == test.expected) }
}
