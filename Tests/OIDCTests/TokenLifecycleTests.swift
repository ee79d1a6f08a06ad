import Testing

@testable import OIDC

@Suite struct TokenLifecycleTests {
    private let start = ContinuousClock.now
    private let token = IssuedToken(text: "one", lifetime: .seconds(3_600))
    private let next = IssuedToken(text: "two", lifetime: .seconds(3_600))
    private let down = OIDCError("it is down")

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func holding() -> TokenLifecycle {
        var life = TokenLifecycle()
        #expect(life.asked(at: at(0)) == .wait(asks: true))
        life.issued(token, at: at(1))
        return life
    }

    @Test func `the first call asks, others wait for the same request`() {
        var life = TokenLifecycle()
        #expect(life.asked(at: at(0)) == .wait(asks: true))
        #expect(life.asked(at: at(0)) == .wait(asks: false))
        #expect(life.asked(at: at(5)) == .wait(asks: false))
        life.issued(token, at: at(6))
        #expect(life.asked(at: at(6)) == .use(token, renews: false))
    }

    @Test func `a token is renewed five minutes before its end, by one request, while calls go on with it`() {
        var life = holding()
        #expect(life.asked(at: at(3_299)) == .use(token, renews: false))
        #expect(life.asked(at: at(3_300)) == .use(token, renews: true))
        #expect(life.asked(at: at(3_301)) == .use(token, renews: false))
        life.issued(next, at: at(3_302))
        #expect(life.asked(at: at(3_590)) == .use(next, renews: false))
        // Its life is counted from when it was asked for.
        #expect(life.asked(at: at(3_300 + 3_299)) == .use(next, renews: false))
        #expect(life.asked(at: at(3_300 + 3_300)) == .use(next, renews: true))
    }

    @Test(arguments: [(3_600.0, 3_300.0, 3_590.0), (60, 48, 54), (1, 0.8, 0.9), (86_400, 86_100, 86_390)])
    func `a short-lived token has a short last part`(_ life: Double, _ renewal: Double, _ end: Double) {
        var lifecycle = TokenLifecycle()
        _ = lifecycle.asked(at: at(0))
        let token = IssuedToken(text: "x", lifetime: .seconds(life))
        lifecycle.issued(token, at: at(0.01))
        #expect(lifecycle.asked(at: at(renewal - 0.001)) == .use(token, renews: false))
        #expect(lifecycle.asked(at: at(renewal)) == .use(token, renews: true))
        #expect(lifecycle.asked(at: at(end - 0.001)) == .use(token, renews: false))
        #expect(lifecycle.asked(at: at(end)) == .wait(asks: false))
    }

    @Test func `an expired token is not used, and the next call waits`() {
        var life = holding()
        #expect(life.asked(at: at(3_590)) == .wait(asks: true))
        #expect(life.asked(at: at(3_591)) == .wait(asks: false))
    }

    @Test func `a token that comes when its life is over serves those who waited, and is not kept`() {
        var life = TokenLifecycle()
        _ = life.asked(at: at(0))
        life.issued(IssuedToken(text: "x", lifetime: .seconds(1)), at: at(14))
        #expect(life.asked(at: at(14)) == .wait(asks: true))
    }

    @Test func `a failed renewal does not keep an old token beyond its end`() {
        var life = holding()
        #expect(life.asked(at: at(3_589)) == .use(token, renews: true))
        life.failed(down, at: at(3_589.5))
        #expect(life.asked(at: at(3_589.9)) == .use(token, renews: false))
        #expect(life.asked(at: at(3_590)) == .fail(down))
        #expect(life.asked(at: at(3_590.5)) == .wait(asks: true))
    }

    @Test func `a failed renewal leaves the old token in use and is tried again after pauses that double`() {
        var life = holding()
        var moment = 3_300.0
        for pause in [1.0, 2, 4, 8, 16, 32, 60, 60] {
            #expect(life.asked(at: at(moment)) == .use(token, renews: true))
            life.failed(down, at: at(moment))
            #expect(life.asked(at: at(moment + pause - 0.01)) == .use(token, renews: false))
            moment += pause
        }
        #expect(life.note == "the token could not be renewed, the old one is still used: it is down")
        #expect(life.asked(at: at(moment)) == .use(token, renews: true))
        life.issued(next, at: at(moment))
        #expect(life.note == nil)
        // The pauses begin anew.
        #expect(life.asked(at: at(moment + 3_300)) == .use(next, renews: true))
        life.failed(down, at: at(moment + 3_300))
        #expect(life.asked(at: at(moment + 3_301)) == .use(next, renews: true))
    }

    @Test func `without a token calls fail at once during a pause, and ask after it`() {
        var life = TokenLifecycle()
        _ = life.asked(at: at(0))
        life.failed(down, at: at(0))
        #expect(life.asked(at: at(0.9)) == .fail(down))
        #expect(life.asked(at: at(1)) == .wait(asks: true))
        life.failed(down, at: at(1))
        #expect(life.asked(at: at(2.9)) == .fail(down))
        #expect(life.asked(at: at(3)) == .wait(asks: true))
    }

    @Test func `a token that the lake refuses is dropped, but not one that was issued just now, nor another`() {
        var life = holding()
        life.rejected("one", at: at(9.9))
        #expect(life.asked(at: at(9.9)) == .use(token, renews: false))
        life.rejected("two", at: at(60))
        #expect(life.asked(at: at(60)) == .use(token, renews: false))
        life.rejected("one", at: at(60))
        #expect(life.asked(at: at(60)) == .wait(asks: true))
    }
}
