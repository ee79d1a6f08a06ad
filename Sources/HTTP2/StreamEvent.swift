/// What happens on one stream, told to whoever opened it. `closed` comes exactly once, and last.
package enum StreamEvent: Sendable {
    /// The request's headers have left.
    case requestSent
    /// A list of headers: of an interim answer (1xx), of the answer, or of the trailers.
    case headers([HeaderField], endsStream: Bool)
    /// A list of headers over the bound; the stream is being reset.
    case headersTooLarge(limit: Int)
    /// Part of the body; the view must not be kept.
    case data(ArraySlice<UInt8>)
    /// The body has ended, without trailers.
    case end
    case closed(StreamEnd)
}

/// Why there will be nothing more on a stream.
package enum StreamEnd: Sendable {
    /// The peer reset it, or both sides have ended (`noError`).
    case reset(ErrorCode)
    /// The peer broke a rule on it, so this side reset it.
    case broken(ErrorCode, reason: String?)
    /// The peer did nothing with it: REFUSED_STREAM, a GOAWAY that leaves it out, or a request that was never sent.
    case refused
    /// The connection was lost.
    case lost(ConnectionError, requestWasSent: Bool)
}

/// There is nowhere for a part of a request's body to go: the stream is over, or the body was said to be complete.
package struct StreamOver: Error {}

/// What a stream's owner wants done after an event.
package struct StreamReply: Sendable, Equatable {
    /// How many received bytes the stream's window is opened again by.
    package var credit = 0
    /// Ends the stream: no further event is told.
    package var reset: ErrorCode?

    package init(credit: Int = 0, reset: ErrorCode? = nil) {
        self.credit = credit
        self.reset = reset
    }
}

/// Takes a stream's events, on the loop.
package typealias StreamHandler = @Sendable (StreamEvent) -> StreamReply
