/// The number of a stream on its connection; ours are odd.
package typealias StreamID = Int32

/// What the peer's bytes meant.
package enum SessionEvent: Sendable, Equatable {
    /// The peer's settings, the first or later ones.
    case settings(PeerSettings)
    /// A whole list of headers: of an answer, of an interim answer (1xx), or of trailers.
    case headers(StreamID, [HeaderField], endsStream: Bool)
    /// A list of headers over the bound, of which nothing was kept.
    case headersTooLarge(StreamID)
    /// Part of a body: a view into the bytes that were received, to be dropped before more are.
    case data(StreamID, ArraySlice<UInt8>)
    /// The body has ended, without trailers.
    case end(StreamID)
    /// The stream is over, by both sides' end, a reset from either, or the peer's GOAWAY (then as `refusedStream`).
    case closed(StreamID, ErrorCode)
    /// A request was not sent and never will be.
    case notSent(StreamID)
    /// The answer to a ping.
    case pingAnswered
    /// The peer takes no streams above the last it names.
    case goAway(last: StreamID, ErrorCode, debug: String)
    /// The peer broke the protocol in a way that the library lets pass.
    case violation(ErrorCode, reason: String)
    /// So many frames came that bring nothing: DATA that is empty or all padding, PING, SETTINGS, resets, window updates,
    /// continued headers, headers of streams that are over, unknown ones.
    case unproductive(Int)
}

/// What the peer asks us to keep to (RFC 9113 §6.5.2).
package struct PeerSettings: Sendable, Equatable {
    /// How many streams may be open at once.
    package var maximumStreams: Int
    /// The longest list of headers it takes, name + value + 32 bytes each.
    package var maximumHeaderListSize: Int

    package init(maximumStreams: Int, maximumHeaderListSize: Int) {
        self.maximumStreams = maximumStreams
        self.maximumHeaderListSize = maximumHeaderListSize
    }
}

/// What nghttp2 could not do.
package struct SessionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The function that failed.
    package var function: String
    /// The library's words, or ours.
    package var reason: String
    /// Whether the peer sent more of some kind of frame than the library takes.
    package var isFlood = false

    package var description: String { "\(function): \(reason)" }
}
