/// How a client reaches a lakehouse and what it says of itself.
public struct ClientConfiguration: Sendable {
    /// Where the server listens.
    public var address: ServerAddress
    /// A file that holds the bearer token; it is read anew for each connection. Nil where the server asks for none.
    public var tokenFile: String?
    /// Further headers of every request, in order; those the client sets itself are refused.
    public var headers: [(name: String, value: String)] = []
    /// What the client calls itself in `x-client-agent`: a program and its version.
    public var agent = "lakewarden"
    /// The longest a reading call may take, its last row included; nil for no limit. Calls that change something have
    /// no limit: cancelling one does not undo it.
    public var queryTimeout: Duration? = .seconds(600)

    /// A configuration.
    public init(address: ServerAddress, tokenFile: String? = nil) {
        self.address = address
        self.tokenFile = tokenFile
    }
}
