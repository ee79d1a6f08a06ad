import AsyncIO
import Testing

@Suite struct EventLoopTests {
    /// An actor that lives on a loop.
    private actor Counter {
        let loop: EventLoop
        var count = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        init(on loop: EventLoop) { self.loop = loop }

        func add() -> Bool {
            count += 1
            return loop.isOnLoop
        }
    }

    @Test func runsAnActorsMethodsOnItsThread() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let counter = Counter(on: loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { for _ in 0..<20 { #expect(await counter.add()) } } }
            }
            #expect(await counter.count == 1_000)
            #expect(!loop.isOnLoop)
        }
    }

    @Test func runsTasksThatPreferItAndTheirActorCallsWithoutLeavingTheThread() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let counter = Counter(on: loop)
            await Task(executorPreference: loop) {
                #expect(loop.isOnLoop)
                #expect(await counter.add())
                #expect(loop.isOnLoop)
                await loop.turn()
                #expect(loop.isOnLoop)
            }.value
        }
    }

    @Test func anActorMayBeAssumedIsolatedOnTheThread() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let counter = Counter(on: loop)
            let done = Suspension<Int>(on: loop)
            loop.execute {
                counter.assumeIsolated { $0.count = 7 }
                done.resume(with: .success(counter.assumeIsolated { $0.count }))
            }
            let count = try await done.wait()
            #expect(count == 7)
        }
    }

    @Test func sleepsAsLongAsItWasToldAndNotLessThanThat() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let start = ContinuousClock.now
            async let short: Void = loop.sleep(for: .milliseconds(20))
            async let shorter: Void = loop.sleep(for: .milliseconds(5))
            _ = try await (short, shorter)
            #expect(start.duration(to: .now) >= .milliseconds(20))
        }
    }

    @Test func aCancelledSleepEndsAtOnce() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let sleeper = Task { try await loop.sleep(for: .seconds(3_600)) }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
    }

    @Test func whatStillWaitsWhenTheLoopStopsIsTold() async throws {
        let begun = Lock(false)
        let loop = try EventLoop(name: "test")
        let sleeper = Task {
            begun.withLock { $0 = true }
            try await loop.sleep(for: .seconds(3_600))
        }
        while !begun.withLock({ $0 }) { await Task.yield() }
        loop.stop()
        await #expect(throws: WaitError.loopStopped) { try await sleeper.value }
    }

    @Test func aBodyGivenAfterTheEndIsDropped() throws {
        let loop = try EventLoop(name: "test")
        loop.stop()
        loop.execute { Issue.record("it ran") }
    }

    @Test func theFirstOfSeveralResumptionsCounts() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let wait = Suspension<Int>(on: loop)
            #expect(wait.resume(with: .success(1)))
            #expect(!wait.resume(with: .success(2)))
            let value = try await wait.wait(until: .now)
            #expect(value == 1)
            let late = Suspension<Int>(on: loop)
            await #expect(throws: WaitError.timedOut) { try await late.wait(until: .now + .milliseconds(1)) }
            #expect(!late.resume(with: .success(3)))
        }
    }
}
