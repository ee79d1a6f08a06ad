extension SQLText {
    /// What a statement names that changes a lake: a function that materializes, regenerates or retires, or the DDL of a
    /// view; nil where it names nothing of the kind.
    ///
    /// Texts in quotes may name anything, but where a comment could hide a quote. It guards against slips; what a caller
    /// may do is the server's to say.
    package static func change(in sql: String) -> String? {
        let parts = sql.split(separator: "'", omittingEmptySubsequences: false).enumerated()
        let isPlain = !sql.contains("--") && !sql.contains("/*")
        let code = isPlain ? parts.filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: " ") : sql
        let words = code.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return ["materialize_partitions", "regenerate_partitions", "retire_partition", "materialized view"]
            .first(where: words.contains)
    }
}
