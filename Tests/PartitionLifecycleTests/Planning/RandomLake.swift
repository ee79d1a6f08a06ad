import PartitionLifecycle
import UTCTime

/// Numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Lakes and policies as nobody would make them.
struct RandomLake {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Rows of every view on some days: tidy ones, torn ones, and a few that no server makes.
    private mutating func text() -> String {
        var lines: [String] = []
        for view in LakeText.globals {
            lines.append("\(view) -1 1h x24 now 10")
            for day in [-88, -20, -14, -6, -5, -4, -3, -2] where chance(60) {
                if chance(60) { lines.append(pick(oldStyles).on(view, day, pick(["old", "older"]), figures())) }
                if chance(20) { lines.append(pick(oldStyles).on(view, day, pick(["old", "older"]), figures())) }
                if chance(50) { lines.append(pick(currentStyles).on(view, day, "now", figures())) }
                if chance(8) { lines.append(pick(oddStyles).on(view, day, pick(["old", "now"]), figures())) }
            }
        }
        for view in ["async_events/p1", "async_events/p2", "thread_spans/s1", "log_entries/p1", "gone", "gone/p1"] {
            for day in [-89, -20, -14, -5, -4, -3, -2, -1, 0] where chance(40) {
                let place = "@\(int(0...22)):\(int(10...59))"
                lines.append(
                    "\(view) \(day)\(place) \(pick(["0s", "7m", "1h", "90s"])) \(pick(["old", "older", "now"])) \(figures())"
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    /// The lake, without what the server's rule of uniqueness forbids: two rows of a view, hash and range.
    mutating func catalog(_ planning: Planning) -> Catalog {
        var seen: Set<PartitionIdentity> = []
        let rows = LakeText(text()).partitions.filter { row in
            var name = row.identity
            name.filePath = nil
            return seen.insert(name).inserted
        }
        return Catalog(partitions: rows, viewSets: planning.views, now: LakeText.now)
    }

    mutating func planning(withRetention: Bool) -> Planning {
        let soak: Duration = pick([.zero, .hours(24)])
        var policies = [
            Policy(
                name: "evolution", rule: .schemaEvolution(soak: soak),
                match: chance(80) ? .all : .viewSets(LakeText.globals.filter { _ in chance(70) }))
        ]
        if withRetention {
            for name in ["a", "b"] where chance(70) {
                let views = (LakeText.globals + LakeText.instances).filter { _ in chance(40) }
                let keep: Duration = .hours(Int64(int(40...500)))
                let match: Policy.Match = chance(40) ? .all : .viewSets(views)
                policies.insert(
                    Policy(name: name, rule: .retention(keepNewerThan: keep), match: match), at: int(0...policies.count)
                )
            }
        }
        var planning = Planning(policies, service: pick([.present, .none]))
        planning.evidence.retireBy = .init(file: chance(90), metadataArguments: pick([0, 4, 5]))
        for day in -6 ... -2 where chance(20) {
            planning.evidence.currentBlocks[LakeText.today.advanced(by: Int64(day))] = BlockCounts(
                blocks: 10_000, logObjects: Int64(int(0...500)), metricObjects: Int64(int(0...500)))
        }
        return planning
    }

    private struct Style {
        var clock: String
        var rows: String

        /// The line of a view's rows on a day.
        func on(_ view: String, _ day: Int, _ hash: String, _ figures: String) -> String {
            "\(view) \(day)\(clock) \(rows) \(hash) \(figures)"
        }
    }

    private let oldStyles = [
        Style(clock: "", rows: "1h x24"), Style(clock: "", rows: "1d"), Style(clock: "@06", rows: "1h x9"),
        Style(clock: "@05", rows: "10m x6"), Style(clock: "@05", rows: "60s x20"), Style(clock: "@12", rows: "30m x4"),
    ]
    private let currentStyles = [
        Style(clock: "", rows: "1h x24"), Style(clock: "", rows: "1d"), Style(clock: "", rows: "1h x8"),
        Style(clock: "@05", rows: "30m x6"), Style(clock: "@05", rows: "30m x3"), Style(clock: "", rows: "30m x48"),
    ]
    private let oddStyles = [
        Style(clock: "@05:30", rows: "1h"), Style(clock: "@20", rows: "1d"), Style(clock: "@05", rows: "0s"),
        Style(clock: "", rows: "0s"), Style(clock: "@07", rows: "1s x40"), Style(clock: "", rows: "2d"),
        Style(clock: "", rows: "5d"), Style(clock: "@23", rows: "1h"),
    ]

    private mutating func figures() -> String { pick(["", "0/7", "3", "9", "9/12"]) }
    private mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }
    private mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[int(0...(choices.count - 1))] }
}
