import Testing

@testable import GRPC

@Suite struct AttemptsTests {
    private func failure(
        _ code: Status.Code = .unavailable, processed: Bool = true, isUnprocessed: Bool = false
    ) -> AttemptError {
        AttemptError(
            error: RPCError(code: code, message: "gone", mayHaveBeenProcessed: processed), isUnprocessed: isUnprocessed)
    }

    /// How many attempts are made of a call whose attempts all fail so, and what the caller is told.
    private func made(_ policy: RetryPolicy, _ failure: AttemptError) -> (count: Int, error: RPCError?) {
        var attempts = Attempts(policy)
        while true {
            if case .end(let error) = attempts.failed(failure, chance: 0.5) { return (attempts.count, error) }
            if attempts.count > 99 { return (attempts.count, nil) }
        }
    }

    @Test func aCallThatMayHaveBeenProcessedIsMadeOnceUnlessItsPolicySaysMore() {
        #expect(made(.never, failure()).count == 1)
        #expect(made(RetryPolicy(retries: 2), failure()).count == 3)
        #expect(made(RetryPolicy(retries: 99), failure()).count == 5)
    }

    @Test func whatIsProvedUnprocessedIsMadeAgainUnderEveryPolicy() {
        let unprocessed = failure(processed: false, isUnprocessed: true)
        #expect(made(.never, unprocessed).count == 5)
        #expect(made(RetryPolicy(retries: 1), unprocessed).count == 5)
        #expect(made(.never, unprocessed).error == unprocessed.error)
    }

    @Test(arguments: Status.Code.allCases.filter { $0 != .unavailable })
    func noOtherCodeIsRetried(_ code: Status.Code) {
        #expect(made(RetryPolicy(retries: 3), failure(code)).count == 1)
    }

    @Test func whatIsWrongWithSecurityIsNotRetried() {
        var refused = failure()
        refused.error.security = .peer
        #expect(made(RetryPolicy(retries: 3), refused).count == 1)
    }

    @Test func pausesGrow() {
        var attempts = Attempts(RetryPolicy(retries: 2))
        #expect(attempts.failed(failure(), chance: 0.5) == .attempt(after: .milliseconds(50)))
        #expect(attempts.failed(failure(), chance: 0.5) == .attempt(after: .milliseconds(80)))
        #expect(attempts.failed(failure(), chance: 0.5) == .end(failure().error))
    }

    /// What a server asks for, the time that is left of the call, and the pause; nil where there is no other attempt.
    static let pushbacks: [(asked: [String], left: Duration?, pause: Duration?)] = [
        ([], nil, .milliseconds(50)), (["0"], nil, .zero), (["1500"], nil, .milliseconds(1_500)),
        (["60000"], nil, .seconds(60)), (["60001"], nil, nil), (["2147483647"], nil, nil), (["2147483648"], nil, nil),
        (["-1"], nil, nil), (["-2147483648"], nil, nil), (["-0"], nil, nil), (["+5"], nil, nil), (["007"], nil, nil),
        (["1.5"], nil, nil), ([""], nil, nil), (["soon"], nil, nil), (["5", "5"], nil, nil),
        (["1500"], .milliseconds(1_501), .milliseconds(1_500)), (["1500"], .milliseconds(1_500), nil),
        (["0"], .zero, nil), ([], .zero, .milliseconds(50)),
    ]

    @Test(arguments: pushbacks)
    func aServerThatSaysWhenToComeAgainIsHeeded(_ row: (asked: [String], left: Duration?, pause: Duration?)) {
        var failure = failure()
        for text in row.asked {
            failure.error.trailingMetadata.append(received: "grpc-retry-pushback-ms", text)
        }
        var attempts = Attempts(RetryPolicy(retries: 1))
        let next = attempts.failed(failure, chance: 0.5, left: row.left)
        #expect(next == row.pause.map { .attempt(after: $0) } ?? .end(failure.error))
        var never = Attempts(.never)
        #expect(never.failed(failure, chance: 0.5, left: row.left) == .end(failure.error))
    }

    @Test func afterAPauseThatTheServerChoseOurOwnBeginAnew() {
        var pushedBack = failure()
        pushedBack.error.trailingMetadata.append(received: "grpc-retry-pushback-ms", "10")
        var attempts = Attempts(RetryPolicy(retries: 3))
        #expect(attempts.failed(failure(), chance: 0.5) == .attempt(after: .milliseconds(50)))
        #expect(attempts.failed(pushedBack, chance: 0.5) == .attempt(after: .milliseconds(10)))
        #expect(attempts.failed(failure(), chance: 0.5) == .attempt(after: .milliseconds(50)))
        #expect(attempts.failed(pushedBack, chance: 0.5) == .end(pushedBack.error))
    }

    @Test func anAttemptThatMayHaveBeenProcessedIsNotForgottenByOneThatWasNot() {
        var attempts = Attempts(RetryPolicy(retries: 1))
        _ = attempts.failed(failure(processed: true), chance: 0)
        for _ in 0..<3 { _ = attempts.failed(failure(processed: false, isUnprocessed: true), chance: 0) }
        let last = failure(processed: false, isUnprocessed: true)
        #expect(attempts.failed(last, chance: 0) == .end(failure(processed: true).error))
        #expect(attempts.told(last.error).mayHaveBeenProcessed)
    }
}
