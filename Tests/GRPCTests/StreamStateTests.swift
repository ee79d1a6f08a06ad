import HTTP2
import Testing

@testable import GRPC

@Suite struct StreamStateTests {
    private static let headers = [HeaderField(":status", "200"), HeaderField("content-type", "application/grpc")]

    private static func trailers(_ status: String, _ message: String? = nil) -> StreamEvent {
        .headers(
            [HeaderField("grpc-status", status)] + (message.map { [HeaderField("grpc-message", $0)] } ?? []),
            endsStream: true)
    }

    private func data(_ messages: [UInt8]...) -> StreamEvent { .data(messages.flatMap(MessageFraming.framed)[...]) }

    private func accepted(maximumMessageSize: Int = 1 << 20) -> StreamState {
        var state = StreamState(maximumMessageSize: maximumMessageSize)
        _ = state.receive(.headers(Self.headers, endsStream: false))
        return state
    }

    private func failure(_ state: StreamState) -> RPCError? {
        if case .failed(let error, _) = state.terminal { error } else { nil }
    }

    private func isUnprocessed(_ state: StreamState) -> Bool? {
        if case .failed(_, let unprocessed) = state.terminal { unprocessed } else { nil }
    }

    @Test func messagesThenStatusOKIsTheGoodEnd() {
        var state = StreamState(maximumMessageSize: 100)
        #expect(state.take() == .wait)
        #expect(state.receive(.headers(Self.headers, endsStream: false)) == StreamReply())
        #expect(state.initialMetadata?["content-type"] == "application/grpc")
        #expect(state.receive(data([1], [2, 2])) == StreamReply())
        #expect(state.take() == .messages([[1], [2, 2]], credit: 13))
        #expect(state.take() == .wait)
        #expect(state.receive(Self.trailers("0")) == StreamReply())
        #expect(state.take() == .ended(.finished))
        #expect(state.trailingMetadata["grpc-status"] == "0")
        #expect(state.receive(.closed(.reset(.noError))) == StreamReply())
        #expect(state.take() == .ended(.finished))
    }

    @Test func messagesCanBeSentUntilTheCallerOrTheCallEnds() {
        var state = StreamState(maximumMessageSize: 100)
        #expect(!state.has(.sent))
        #expect(state.receive(.requestSent) == StreamReply())
        #expect(state.has(.sent))
        #expect(!state.has(.headers))
        #expect(state.sendError == nil)
        var finished = state
        finished.finishRequest()
        #expect((finished.sendError as? RPCError)?.code == .failedPrecondition)
        #expect(finished.terminal == nil)
        var answered = state
        _ = answered.receive(.headers(Self.headers, endsStream: false))
        #expect(answered.sendError == nil)
        _ = answered.receive(Self.trailers("0"))
        #expect((answered.sendError as? RPCError)?.code == .failedPrecondition)
        var refused = state
        _ = refused.receive(Self.trailers("7"))
        #expect((refused.sendError as? RPCError)?.code == .permissionDenied)
        var cancelled = state
        cancelled.cancel()
        #expect(cancelled.sendError is CancellationError)
    }

    @Test func anErrorAfterMessagesComesAfterThem() {
        var state = accepted()
        _ = state.receive(data([1]))
        _ = state.receive(Self.trailers("13", "error%20building"))
        #expect(state.take() == .messages([[1]], credit: 6))
        #expect(failure(state)?.code == .internal)
        #expect(failure(state)?.message == "error building")
        #expect(failure(state)?.mayHaveBeenProcessed == true)
        #expect(failure(state)?.initialMetadata["content-type"] == "application/grpc")
        #expect(failure(state)?.trailingMetadata["grpc-status"] == "13")
    }

    @Test func aTrailersOnlyAnswerIsItsStatus() {
        var state = StreamState(maximumMessageSize: 100)
        let fields = Self.headers + [HeaderField("grpc-status", "3"), HeaderField("grpc-message", "bad SQL")]
        #expect(state.receive(.headers(fields, endsStream: true)) == StreamReply())
        #expect(failure(state)?.code == .invalidArgument)
        #expect(failure(state)?.trailingMetadata["grpc-message"] == "bad SQL")
        #expect(state.initialMetadata == nil)
    }

    static let bareEnds: [(String, [StreamEvent])] = [
        ("END_STREAM on the body", [.end]),
        ("trailers without a status", [.headers([HeaderField("x", "y")], endsStream: true)]),
        ("a closed stream", [.closed(.reset(.noError))]),
        ("headers only", [.headers(headers, endsStream: true)]),
    ]

    @Test(arguments: bareEnds) func aBareEndIsAnError(_ name: String, _ events: [StreamEvent]) {
        var state = name == "headers only" ? StreamState(maximumMessageSize: 9) : accepted()
        for event in events { _ = state.receive(event) }
        #expect(failure(state)?.code == .unknown)
        #expect(failure(state)?.message == "the server ended the call without a status")
    }

    @Test func statusOKWithinAMessageIsAnError() {
        var state = accepted()
        _ = state.receive(.data([0, 0, 0, 0, 2, 1]))
        _ = state.receive(Self.trailers("0"))
        #expect(failure(state)?.code == .internal)
    }

    @Test func theFirstEndCounts() {
        let ends: [StreamEvent] = [
            Self.trailers("5", "first"), .closed(.reset(.cancel)), .closed(.refused), .end, Self.trailers("0"),
        ]
        var state = accepted()
        for end in ends { _ = state.receive(end) }
        state.cancel()
        state.deadlinePassed(requestWasSent: true)
        #expect(failure(state)?.code == .notFound)
        #expect(state.trailingMetadata["grpc-message"] == "first")

        var cancelled = accepted()
        cancelled.cancel()
        for end in ends { _ = cancelled.receive(end) }
        #expect(cancelled.terminal == .cancelled)
    }

    @Test func aResetIsNamed() {
        var state = accepted()
        _ = state.receive(.closed(.reset(.enhanceYourCalm)))
        #expect(failure(state)?.code == .resourceExhausted)
        #expect(failure(state)?.cause == "HTTP/2 error ENHANCE_YOUR_CALM")
        #expect(failure(state)?.mayHaveBeenProcessed == true)
    }

    @Test func onlyWhatIsProvedUnprocessedMayBeSentAgain() {
        let lost = ConnectionError(.lost, "the connection was lost")
        let ends: [(StreamEnd, processed: Bool, again: Bool)] = [
            (.refused, false, true), (.lost(lost, requestWasSent: false), false, true),
            (.lost(lost, requestWasSent: true), true, false), (.reset(.cancel), true, false),
            (.lost(ConnectionError(.closed, "closed"), requestWasSent: false), false, false),
        ]
        for (end, processed, again) in ends {
            var state = StreamState(maximumMessageSize: 9)
            _ = state.receive(.closed(end))
            #expect(failure(state)?.mayHaveBeenProcessed == processed, "\(end)")
            #expect(isUnprocessed(state) == again, "\(end)")
        }
    }

    @Test func aServerThatAnswersAndThenRefusesMayHaveDoneTheWork() {
        var state = accepted()
        _ = state.receive(data([1]))
        _ = state.receive(.closed(.refused))
        #expect(isUnprocessed(state) == false)
        #expect(failure(state)?.mayHaveBeenProcessed == true)
        #expect(failure(state)?.code == .unavailable)
        #expect(failure(state)?.message == "the server refused the request in the middle of its answer")
        #expect(state.take() == .messages([[1]], credit: 6))
    }

    @Test func aStatusIsNeverUnprocessed() {
        var state = accepted()
        _ = state.receive(Self.trailers("14"))
        #expect(isUnprocessed(state) == false)
        #expect(failure(state)?.mayHaveBeenProcessed == true)
    }

    @Test func aMessageThatIsRefusedResetsTheStream() {
        var state = accepted(maximumMessageSize: 2)
        #expect(state.receive(.data([0, 0, 0, 0, 3])) == StreamReply(reset: .cancel))
        #expect(failure(state)?.code == .resourceExhausted)
        #expect(failure(state)?.message == "the server sends a message of 3 bytes, over the bound of 2")
        var compressed = accepted()
        #expect(compressed.receive(.data([1, 0, 0, 0, 3])) == StreamReply(reset: .cancel))
        #expect(failure(compressed)?.code == .internal)
        #expect(failure(compressed)?.message.contains("compressed") == true)
    }

    @Test func headersOverTheBoundAreAnErrorWithTheBound() {
        var state = accepted()
        _ = state.receive(.headersTooLarge(limit: 65_536))
        #expect(failure(state)?.code == .resourceExhausted)
        #expect(failure(state)?.message == "the server's headers are over the bound of 65536 bytes")
    }

    @Test func interimAnswersArePassedOverButNotWithoutEnd() {
        var state = StreamState(maximumMessageSize: 9)
        let interim = StreamEvent.headers([HeaderField(":status", "103")], endsStream: false)
        for _ in 0..<16 { #expect(state.receive(interim) == StreamReply()) }
        #expect(state.terminal == nil)
        #expect(state.receive(interim) == StreamReply(reset: .enhanceYourCalm))
        #expect(failure(state)?.code == .internal)
    }

    @Test func anAnswerThatIsNotOfGRPCResetsTheStream() {
        var state = StreamState(maximumMessageSize: 9)
        #expect(
            state.receive(.headers([HeaderField(":status", "502")], endsStream: false)) == StreamReply(reset: .cancel))
        #expect(failure(state)?.code == .unavailable)
    }

    @Test func theDeadlineDropsWhatWasNotTaken() {
        var state = accepted()
        _ = state.receive(data([1]))
        state.deadlinePassed(requestWasSent: true)
        #expect(failure(state)?.code == .deadlineExceeded)
        #expect(failure(state)?.mayHaveBeenProcessed == true)
        #expect(state.take() != .messages([[1]], credit: 6))
    }

    // Windows.

    @Test func bytesAreCreditedWhenTheirMessagesAreTaken() {
        var state = accepted()
        #expect(state.receive(data([1], [2])) == StreamReply())
        #expect(state.receive(.data([0, 0])) == StreamReply())
        #expect(state.take() == .messages([[1], [2]], credit: 14))
    }

    @Test func whatALongMessageTakesIsCreditedAtOnceButOnlyWhileNoneWaits() {
        var state = accepted()
        let long = MessageFraming.framed([UInt8](repeating: 7, count: 1_000))
        #expect(state.receive(.data(long[..<600])) == StreamReply(credit: 600))
        #expect(state.receive(.data(long[600...])) == StreamReply())
        #expect(state.receive(.data(long[..<500])) == StreamReply())
        #expect(state.receive(.data(long[500..<900])) == StreamReply())
        #expect(state.take() == .messages([[UInt8](repeating: 7, count: 1_000)], credit: 405 + 900))
        #expect(state.receive(.data(long[900..<1_000])) == StreamReply(credit: 100))
    }
}

@Suite struct BackoffTests {
    @Test func pausesGrowToTheirLimitAndSpread() {
        var low = Backoff.ofCalls
        var high = Backoff.ofCalls
        var pauses: [Duration] = []
        for _ in 0..<20 {
            let (shorter, longer) = (low.pause(chance: 0), high.pause(chance: 1))
            #expect(shorter < longer)
            pauses.append(longer)
        }
        #expect(abs(pauses[0] / .milliseconds(60) - 1) < 0.001)
        #expect(pauses == pauses.sorted())
        #expect(abs(pauses[19] / .seconds(6) - 1) < 0.001)
    }
}
