import PartitionLifecycle
import Testing
import UTCTime
import Warden

@testable import lakewarden

@Suite struct ProgressTextTests {
    static let day = MorningAfter.days[0].day

    /// A run of two days, with the time at which each event is told.
    static let events: [(RunProgress, Duration)] = [
        (.reading("the catalog"), .seconds(0)),
        (.listed(MorningAfter.lake), .seconds(1)),
        (.began(days: 2, retirements: 1), .seconds(2)),
        (.day(day, number: 1, of: 2), .seconds(2)),
        (.stage(day, viewSet: "blocks", .shadow, done: 3, of: 24), .seconds(3)),
        (.stage(day, viewSet: "blocks", .compare, done: 0, of: 0), .seconds(4)),
        (.rebuilt(MorningAfter.proved("blocks", day)), .seconds(5)),
        (.day(day.advanced(by: -1), number: 2, of: 2), .seconds(42)),
        (.stage(day.advanced(by: -1), viewSet: "blocks", .merge, done: 14, of: 24), .seconds(42)),
        (.retiring(viewSet: "async_events", done: 1000, of: 2000), .seconds(50)),
    ]

    func outputs(isTerminal: Bool, _ look: Look = Look()) -> [ProgressText.Output] {
        var text = ProgressText(look, isTerminal: isTerminal)
        return Self.events.flatMap { text.outputs(for: $0.0, elapsed: $0.1) }
    }

    @Test func `on a terminal one line is rewritten, and finished steps stay above it`() {
        #expect(
            outputs(isTerminal: true) == [
                .rewritten("reading the catalog"),
                .rewritten("planning"),
                .rewritten("2026-11-18  blocks  making shadows 3/24  day 1 of 2"),
                .rewritten("2026-11-18  blocks  comparing  day 1 of 2"),
                .rewritten(""),
                .line("2026-11-18  blocks  ✓ 24/24  240 = 240 rows"),
                .rewritten("2026-11-17  blocks  merging 14/24  day 2 of 2, about 40s left"),
                .rewritten("retiring async_events 1,000/2,000"),
            ])
    }

    @Test func `elsewhere a finished step is a line, and nothing else is said`() {
        #expect(outputs(isTerminal: false) == [.line("2026-11-18  blocks  ✓ 24/24  240 = 240 rows")])
    }

    @Test func `a rewritten line never reaches the terminal's edge, where it could not be rewritten`() {
        for case .rewritten(let line) in outputs(isTerminal: true, Look(width: 40)) { #expect(line.count < 40) }
    }

    @Test(arguments: [
        (
            RunProgress.rebuilt(
                RebuildOutcome(
                    day: day, viewSet: "measures", state: .failed(finding: "2 of 3"), bucketsDone: 0, bucketsTotal: 24)),
            "2026-11-18  measures  failed: 2 of 3"
        ),
        (
            .retired(RetirementOutcome(policy: "p", viewSet: "images", asked: 1204, gone: 1204)),
            "retired  images  ✓ 1,204 of 1,204"
        ),
        (
            .retired(
                RetirementOutcome(policy: "p", viewSet: "images", asked: 3, gone: 2, stillThere: 1, finding: "refused")),
            "retired  images  2 of 3  refused"
        ),
        (.waiting(reason: "the hourly maintenance runs", .seconds(600)), "waiting 10m: the hourly maintenance runs"),
        (.stopping, "stopping after the call that is under way"),
    ])
    func `what ends or delays a step is a line everywhere`(_ event: RunProgress, _ line: String) {
        var text = ProgressText(Look(), isTerminal: false)
        #expect(text.outputs(for: event, elapsed: .zero) == [.line(line)])
    }
}
