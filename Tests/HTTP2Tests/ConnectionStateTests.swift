import HTTP2
import Testing

@Suite struct ConnectionStateTests {
    let start = ContinuousClock.now
    let keepalive = ConnectionState.Keepalive(interval: .seconds(300), timeout: .seconds(20))

    private func open(maximumStreams: Int = 2) -> ConnectionState {
        var state = ConnectionState(keepalive: keepalive, now: start)
        state.received(PeerSettings(maximumStreams: maximumStreams, maximumHeaderListSize: 16_384))
        return state
    }

    @Test func nothingIsSentBeforeTheFirstSettings() {
        let state = ConnectionState(keepalive: keepalive, now: start)
        #expect(!state.isReady)
        #expect(state.takesStreams)
        #expect(state.freeSlots == 0)
        #expect(open().isReady)
        #expect(open().maximumHeaderListSize == 16_384)
    }

    @Test func slotsFollowThePeersLimitWhenItFallsToo() {
        var state = open()
        #expect(state.freeSlots == 2)
        state.opened(now: start)
        state.opened(now: start)
        #expect(state.freeSlots == 0)
        state.received(PeerSettings(maximumStreams: 1, maximumHeaderListSize: 16_384))
        #expect(state.freeSlots == 0)
        state.closed()
        #expect(state.freeSlots == 0)
        state.closed()
        #expect(state.freeSlots == 1)
    }

    @Test func afterGoAwayNoStreamIsTaken() {
        var state = open()
        state.opened(now: start)
        state.receivedGoAway()
        state.received(PeerSettings(maximumStreams: 9, maximumHeaderListSize: 16_384))
        #expect(!state.takesStreams)
        #expect(state.freeSlots == 0)
    }

    @Test(arguments: [
        (ErrorCode.enhanceYourCalm, "too_many_pings", true), (.enhanceYourCalm, "", false),
        (.enhanceYourCalm, "too_many_streams", false), (.noError, "too_many_pings", false),
    ])
    func onlyTheWordForItSaysThatPingsCameTooOften(_ code: ErrorCode, _ debug: String, _ expected: Bool) {
        var state = open()
        state.receivedGoAway(code, debug)
        #expect(state.pingedTooOften == expected)
    }

    @Test func anIdleConnectionWaitsForNothing() {
        var state = open()
        #expect(state.nextDeadline == nil)
        #expect(state.act(now: start + .seconds(10_000)) == .wait)
    }

    @Test func aSilentPeerIsPingedAndThenGivenUp() {
        var state = open()
        let begin = start + .seconds(1_000)
        state.opened(now: begin)
        #expect(state.nextDeadline == begin + .seconds(300))
        #expect(state.act(now: begin + .seconds(299)) == .wait)
        #expect(state.act(now: begin + .seconds(300)) == .ping)
        #expect(state.nextDeadline == begin + .seconds(320))
        #expect(state.act(now: begin + .seconds(319)) == .wait)
        #expect(state.act(now: begin + .seconds(320)) == .giveUp)
    }

    @Test func anyBytesAreASignOfLife() {
        var state = open()
        state.opened(now: start)
        #expect(state.act(now: start + .seconds(300)) == .ping)
        state.receivedBytes(now: start + .seconds(310))
        #expect(state.nextDeadline == start + .seconds(610))
        #expect(state.act(now: start + .seconds(330)) == .wait)
        #expect(state.act(now: start + .seconds(610)) == .ping)
    }

    @Test func aPingIsForgottenWithTheLastStream() {
        var state = open()
        state.opened(now: start)
        #expect(state.act(now: start + .seconds(300)) == .ping)
        state.closed()
        #expect(state.nextDeadline == nil)
        state.opened(now: start + .seconds(319))
        #expect(state.act(now: start + .seconds(320)) == .wait)
        #expect(state.nextDeadline == start + .seconds(619))
    }

    @Test func aPeerThatGivesNoSlotIsPingedToo() {
        var state = open(maximumStreams: 0)
        state.beganToWait(now: start)
        state.beganToWait(now: start + .seconds(100))
        #expect(state.act(now: start + .seconds(300)) == .ping)
        state.endedWaiting()
        #expect(state.nextDeadline == start + .seconds(320))
        state.endedWaiting()
        #expect(state.nextDeadline == nil)
    }

    @Test func tooManyFramesThatBringNothingInASecondAreAFlood() {
        var state = open()
        let limit = ConnectionState.unproductiveLimit
        let answers = [(limit, 0), (1, 999), (1, 1_001)].map { count, milliseconds in
            state.received(unproductive: count, now: start + .milliseconds(milliseconds))
        }
        #expect(answers == [true, false, true])
    }
}

@Suite struct PeerGreetingTests {
    private func check(_ bytes: [UInt8], pieces: Int) -> ConnectionError? {
        var greeting = PeerGreeting()
        var rest = bytes[...]
        while !rest.isEmpty {
            do { try greeting.check(rest.prefix(pieces)) } catch { return error }
            rest = rest.dropFirst(pieces)
        }
        return nil
    }

    @Test(arguments: [1, 3, 100]) func takesSettingsAndWhateverFollows(_ pieces: Int) {
        #expect(check([0, 0, 0, 4, 0, 0, 0, 0, 0] + Array("HTTP/1.1 200 OK".utf8), pieces: pieces) == nil)
    }

    @Test(arguments: [1, 3, 100]) func namesHTTP11(_ pieces: Int) {
        let error = check(Array("HTTP/1.1 400 Bad Request\r\n".utf8), pieces: pieces)
        #expect(error == ConnectionError(.notHTTP2, "the peer speaks HTTP/1.1, not HTTP/2"))
    }

    @Test func namesTLS() {
        let error = check([0x15, 3, 1, 0, 2, 2, 70], pieces: 100)
        #expect(error?.kind == .needsTLS)
    }

    @Test func quotesWhatElseItIs() {
        let error = check(Array("220 mail.example ESMTP\r\n".utf8), pieces: 100)
        #expect(error?.kind == .notHTTP2)
        #expect(error?.cause == "it began with “220 mail.example ESMTP..”")
    }

    @Test func settingsThatAreAnAcknowledgementAreNoGreeting() {
        #expect(check([0, 0, 0, 4, 1, 0, 0, 0, 0], pieces: 100)?.kind == .notHTTP2)
    }
}
