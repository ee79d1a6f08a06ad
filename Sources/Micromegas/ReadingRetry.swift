import GRPC

extension RetryPolicy {
    /// What names of functions that change a lake hold. A query of an instance makes its partitions where they are missing,
    /// and two at once might make them twice.
    private static let changing = ["materialize", "regenerate", "retire", "view_instance"]
    /// Words that begin statements of the kind: whole words, for columns are called `insert_time` and `updated`.
    private static let statements: Set<Substring> = ["delete", "insert", "update", "drop", "alter"]

    /// The policy for a statement that is meant to read: sent at most twice again where the server became unavailable
    /// before anything of the answer came. One that might change a lake after all, a word sufficing, is not.
    static func reading(_ sql: String) -> RetryPolicy {
        let lowered = sql.lowercased()
        let words = lowered.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let mightChange = changing.contains(where: lowered.contains) || words.contains(where: statements.contains)
        return mightChange ? .never : RetryPolicy(retries: 2)
    }
}
