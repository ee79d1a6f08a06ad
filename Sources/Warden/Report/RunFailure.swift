/// Why a run could not go on, said so that whoever reads it knows what to do.
public struct RunFailure: Error, Sendable, Hashable {
    /// What failed, in one sentence without a full stop.
    public var what: String
    /// Whom it is about: the caller, the peer, the file.
    public var who: String?
    /// The cause: what the server or the system said, first line only.
    public var why: String
    /// What to do about it.
    public var cure: String
    /// What was done and what was not; `nothing was changed` where that is so.
    public var state: String
    /// Whether rows may have been removed or made before it failed.
    public var mayHaveChanged: Bool

    /// A failure; of a run that changed nothing unless said otherwise.
    public init(
        what: String, who: String? = nil, why: String, cure: String, state: String = "nothing was changed",
        mayHaveChanged: Bool = false
    ) {
        self.what = what
        self.who = who
        self.why = why
        self.cure = cure
        self.state = state
        self.mayHaveChanged = mayHaveChanged
    }
}
