import GRPC

extension RetryPolicy {
    /// Words of the functions and statements that change a lake. A query of an instance makes its partitions where they
    /// are missing, and two at once might make them twice.
    private static let changing = [
        "materialize", "regenerate", "retire", "delete", "insert", "update", "drop", "alter", "view_instance",
    ]

    /// The policy for a statement that is meant to read: sent at most twice again where the server became unavailable
    /// before anything of the answer came. One that might change a lake after all, a word sufficing, is not.
    static func reading(_ sql: String) -> RetryPolicy {
        let lowered = sql.lowercased()
        return changing.contains(where: lowered.contains) ? .never : RetryPolicy(retries: 2)
    }
}
