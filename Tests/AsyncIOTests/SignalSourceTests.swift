import AsyncIO
import Glibc
import Testing

@Suite struct SignalSourceTests {
    @Test(.timeLimit(.minutes(1))) func signalsArriveAsValuesInTheirOrder() async throws {
        try await EventLoop.withLoop(name: "test") { loop in
            let signals = try SignalSource(on: loop)
            kill(getpid(), SIGTERM)
            #expect(try await signals.next() == .terminate)
            async let later = signals.next()
            kill(getpid(), SIGINT)
            #expect(try await later == .interrupt)
            let waiting = Task { try await signals.next() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}
