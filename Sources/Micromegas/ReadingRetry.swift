import GRPC

extension RetryPolicy {
    /// Words of the functions and statements that change a lake.
    private static let changing = [
        "materialize", "regenerate", "retire", "delete", "insert", "update", "drop", "alter",
    ]

    /// The policy for a statement that is meant to read: sent at most twice again where the server became unavailable
    /// before anything of the answer came. One that might change a lake after all, a word sufficing, is not.
    static func reading(_ sql: String) -> RetryPolicy {
        let lowered = sql.lowercased()
        return changing.contains(where: lowered.contains) ? .never : RetryPolicy(retries: 2)
    }
}
