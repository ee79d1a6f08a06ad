/// Whether a call that failed may be made again although the server may have acted on it.
///
/// It is for calls that only read: the server may do the work twice. A request that is proved unprocessed is sent again
/// under every policy.
public struct RetryPolicy: Sendable, Equatable {
    /// How often a call is made again that ended with `unavailable` before any message of its answer came. A server that
    /// says not to (`grpc-retry-pushback-ms`) is heeded.
    public var retries: Int

    /// A policy for calls that only read.
    ///
    ///     let response = try await channel.unary("/demo.Echo/Say", request, retry: RetryPolicy(retries: 2))
    public init(retries: Int) { self.retries = retries }

    /// Not once: for whatever changes something.
    public static let never = RetryPolicy(retries: 0)
}
