import Testing

@testable import AsyncIO

@Suite struct TimersTests {
    let start = ContinuousClock.now

    @Test func firesInTheOrderOfDeadlinesAndThenOfSetting() {
        var timers = Timers()
        let fired = Lock<[Int]>([])
        for (index, delay) in [30, 10, 20, 10, 40].enumerated() {
            _ = timers.add(at: start + .milliseconds(delay)) { _ in fired.withLock { $0.append(index) } }
        }
        #expect(timers.earliest == start + .milliseconds(10))
        for body in timers.takeDue(at: start + .milliseconds(30)) { body(.due) }
        #expect(fired.withLock { $0 } == [1, 3, 2, 0])
        #expect(timers.earliest == start + .milliseconds(40))
    }

    @Test func aCancelledTimerIsNeitherFiredNorWaitedFor() {
        var timers = Timers()
        let first = timers.add(at: start) { _ in }
        _ = timers.add(at: start + .seconds(1)) { _ in }
        timers.cancel(first)
        timers.cancel(first)
        #expect(timers.earliest == start + .seconds(1))
        #expect(timers.takeDue(at: start).isEmpty)
        #expect(timers.count == 1)
    }

    @Test func keepsItsOrderThroughThousandsOfCancelledOnes() {
        var timers = Timers()
        let fired = Lock<[Int]>([])
        var random = SystemRandomNumberGenerator()
        for index in (0..<5_000).shuffled(using: &random) {
            let id = timers.add(at: start + .microseconds(index)) { _ in fired.withLock { $0.append(index) } }
            if index % 5 != 0 { timers.cancel(id) }
        }
        for body in timers.takeDue(at: start + .seconds(1)) { body(.due) }
        #expect(fired.withLock { $0 } == stride(from: 0, to: 5_000, by: 5).map { $0 })
    }
}
