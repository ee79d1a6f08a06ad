import AsyncIO
import Testing

@testable import OIDC

@Suite(.timeLimit(.minutes(1))) struct TokenKeeperTests {
    /// An issuer that answers when the test says so, and a clock that the test moves.
    private final class Desk: Sendable {
        struct State: Sendable {
            var requests: [@Sendable () -> Void] = []
            var made = 0
            var answers: [Result<IssuedToken, OIDCError>] = []
            var now = ContinuousClock.now
        }
        let state = Lock(State())

        var keeper: TokenKeeper {
            TokenKeeper(
                request: { () throws(OIDCError) in
                    try self.state.withLock { state throws(OIDCError) in try state.answers.removeFirst().get() }
                },
                start: { body in
                    self.state.withLock {
                        $0.requests.append(body)
                        $0.made += 1
                    }
                }, now: { self.state.withLock { $0.now } })
        }

        var made: Int { state.withLock { $0.made } }
        var isAsked: Bool { state.withLock { !$0.requests.isEmpty } }

        func pass(_ seconds: Int) { state.withLock { $0.now += .seconds(seconds) } }

        /// Lets the request that is out come back.
        func answer(_ result: Result<IssuedToken, OIDCError>) {
            let request = state.withLock { state in
                state.answers.append(result)
                return state.requests.removeFirst()
            }
            request()
        }
    }

    private let token = IssuedToken(text: "one", lifetime: .seconds(600))

    @Test func `many calls at once make one request and get its token`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        try await withThrowingTaskGroup(of: IssuedToken.self) { group in
            for _ in 0..<100 { group.addTask { try await keeper.token() } }
            while !desk.isAsked { await Task.yield() }
            desk.answer(.success(token))
            for try await got in group { #expect(got == token) }
        }
        #expect(desk.made == 1)
    }

    @Test func `a failure reaches all who wait, and whoever comes too soon after it`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        let down = OIDCError("it is down")
        await withTaskGroup(of: OIDCError?.self) { group in
            for _ in 0..<10 {
                group.addTask { await #expect(throws: OIDCError.self) { try await keeper.token() } }
            }
            while !desk.isAsked { await Task.yield() }
            desk.answer(.failure(down))
            for await error in group { #expect(error == down) }
        }
        await #expect(throws: down) { try await keeper.token() }
        #expect(desk.made == 1)
        desk.pass(1)
        async let token = keeper.token()
        while !desk.isAsked { await Task.yield() }
        desk.answer(.success(self.token))
        #expect(try await token == self.token)
    }

    @Test func `calls go on with the old token while it is renewed, and a failed renewal is a note`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        async let first = keeper.token()
        while !desk.isAsked { await Task.yield() }
        desk.answer(.success(token))
        #expect(try await first == token)
        desk.pass(500)
        for _ in 0..<10 { #expect(try await keeper.token() == token) }
        #expect(desk.made == 2)
        desk.answer(.failure(OIDCError("it is down")))
        #expect(keeper.note?.contains("it is down") == true)
        #expect(try await keeper.token() == token)
        desk.pass(1)
        #expect(try await keeper.token() == token)
        let next = IssuedToken(text: "two", lifetime: .seconds(600))
        desk.answer(.success(next))
        #expect(try await keeper.token() == next)
        #expect(keeper.note == nil && desk.made == 3)
    }

    @Test func `whoever is cancelled leaves, and the request goes on for the others`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        let staying = Task { try await keeper.token() }
        while !desk.isAsked { await Task.yield() }
        let leaving = Task { try await keeper.token() }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        desk.answer(.success(token))
        #expect(try await staying.value == token)
        #expect(desk.made == 1)
    }

    @Test func `whoever asked and is cancelled leaves, and the request still ends for who comes after`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        let leaving = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await keeper.token()
        }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        desk.answer(.failure(OIDCError("it is down")))
        await #expect(throws: OIDCError("it is down")) { try await keeper.token() }
    }

    @Test func `a keeper's dump does not show its token`() async throws {
        let desk = Desk()
        let keeper = desk.keeper
        async let token = keeper.token()
        while !desk.isAsked { await Task.yield() }
        desk.answer(.success(IssuedToken(text: "hunter2", lifetime: .seconds(600))))
        #expect(try await token.text == "hunter2")
        var dumped = ""
        dump(keeper, to: &dumped)
        #expect(!dumped.contains("hunter2") && dumped.contains("TokenKeeper"))
    }

    @Test func `a thread that cannot be started is an error and leaves nobody waiting`() async {
        struct Full: Error {}
        let keeper = TokenKeeper(
            request: { () throws(OIDCError) in throw OIDCError("never") }, start: { _ in throw Full() }, now: { .now })
        let error = await #expect(throws: OIDCError.self) { try await keeper.token() }
        #expect(error?.message.hasPrefix("a token cannot be asked for") == true)
    }
}
