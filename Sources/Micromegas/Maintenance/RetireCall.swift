public import UTCTime

/// A row to retire by its metadata.
public struct RetireKey: Sendable, Hashable {
    /// The view set.
    public var viewSet: String
    /// The instance.
    public var instance: String
    /// The row's range of insert times, exactly.
    public var begin: Timestamp
    /// Its end.
    public var end: Timestamp
    /// The hash of its file's schema; sent only where the server takes five arguments.
    public var schemaHash: [UInt8]

    /// A key.
    ///
    ///     let key = RetireKey(
    ///         viewSet: "measures", instance: "global", begin: midnight, end: midnight + .hours(1), schemaHash: [6])
    public init(viewSet: String, instance: String, begin: Timestamp, end: Timestamp, schemaHash: [UInt8]) {
        self.viewSet = viewSet
        self.instance = instance
        self.begin = begin
        self.end = end
        self.schemaHash = schemaHash
    }
}

/// How many arguments `retire_partition_by_metadata` takes.
public enum RetireArity: Int, Sendable, Hashable {
    /// Blind to the schema hash: it removes every row with the key.
    case four = 4
    /// The hash included: it removes exactly one row.
    case five = 5
}

/// One call that retires rows: its text, and what each row of its answer must be about.
public struct RetireCall: Sendable, Hashable {
    /// The most rows of one call. The server's transaction takes 8,192 (contract §3); a batch is one transaction.
    public static let maximumRows = 1_000

    /// The text that is sent.
    public let sql: String
    /// What was asked, in the order of the answer's rows.
    public let subjects: [RetireSubject]

    /// Retires rows by the paths of their files.
    ///
    ///     let call = try RetireCall.byFile([path])
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for no path, too many, an empty one, or one that is named twice (the
    ///   second would fail and undo all).
    public static func byFile(_ paths: [String]) throws(MicromegasError) -> RetireCall {
        guard !paths.contains("") else { throw MicromegasError(.refused, "an empty path names no partition") }
        var values: [String] = []
        for path in paths { values.append("(\(try SQLText.literal(path)))") }
        return try RetireCall(
            sql: "SELECT retire_partition_by_file(p) AS message FROM (VALUES \(values.joined(separator: ","))) AS t(p)",
            subjects: paths.map(RetireSubject.file))
    }

    /// Retires rows by their metadata.
    ///
    ///     let call = try RetireCall.byMetadata([key], arity: .five)
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for no row, too many, or one that is named twice.
    public static func byMetadata(_ keys: [RetireKey], arity: RetireArity) throws(MicromegasError) -> RetireCall {
        var values: [String] = []
        for key in keys { values.append(try row(key, arity: arity)) }
        let list = values.joined(separator: ",")
        // Each form as it was seen to work on the servers that take it.
        let sql =
            switch arity {
            case .four: "SELECT retire_partition_by_metadata(a,b,c,d) AS message FROM (VALUES \(list)) AS t(a,b,c,d)"
            case .five:
                "SELECT retire_partition_by_metadata(a,b,c,d,decode(e,'hex')) AS message FROM (VALUES \(list)) AS t(a,b,c,d,e)"
            }
        return try RetireCall(sql: sql, subjects: keys.map { $0.subject(arity: arity) })
    }

    private static func row(_ key: RetireKey, arity: RetireArity) throws(MicromegasError) -> String {
        let name = try "\(SQLText.literal(key.viewSet)),\(SQLText.literal(key.instance))"
        let (begin, end) = try (SQLText.literal(key.begin), SQLText.literal(key.end))
        return switch arity {
        case .four: "(\(name),CAST(\(begin) AS TIMESTAMP),CAST(\(end) AS TIMESTAMP))"
        case .five: "(\(name),\(begin),\(end),\(SQLText.hexLiteral(key.schemaHash)))"
        }
    }

    private init(sql: String, subjects: [RetireSubject]) throws(MicromegasError) {
        guard (1...Self.maximumRows).contains(subjects.count) else {
            throw MicromegasError(
                .refused, "a retire call names 1 to \(Self.maximumRows) partitions, not \(subjects.count)")
        }
        guard Set(subjects).count == subjects.count else {
            throw MicromegasError(.refused, "a retire call names a partition twice; the second would undo the first")
        }
        self.sql = sql
        self.subjects = subjects
    }
}

extension RetireKey {
    fileprivate func subject(arity: RetireArity) -> RetireSubject {
        .row(
            viewSet: viewSet, instance: instance, begin: begin, end: end,
            schemaHash: arity == .five ? SQLText.hex(schemaHash) : nil)
    }
}

/// What a retire call answered, held against what was asked.
public struct RetireOutcome: Sendable, Hashable {
    /// Every row's message, as it came; nil for NULL.
    public let messages: [String?]
    /// What each says.
    public let answers: [RetireAnswer]
    /// What is wrong with the answer as a whole; nil only where each row asked for was answered with success, in
    /// order. Only a listing shows what happened.
    public let problem: String?

    /// Holds an answer's messages against a call.
    ///
    ///     let call = try RetireCall.byFile([path])
    ///     let outcome = RetireOutcome(of: call, messages: ["SUCCESS: Retired partition \(path)"])
    ///     print(outcome.problem ?? "none")
    public init(of call: RetireCall, messages: [String?]) {
        self.messages = messages
        self.answers = messages.map(RetireAnswer.init(message:))
        self.problem = Self.problem(asked: call.subjects, answers: answers)
    }

    private static func problem(asked: [RetireSubject], answers: [RetireAnswer]) -> String? {
        let failures = answers.filter { answer in
            if case .success = answer { false } else { true }
        }
        if let first = failures.first {
            return "\(failures.count) of \(answers.count) rows are no success, the first: \(first)"
        }
        if answers.count != asked.count { return "\(asked.count) rows were asked for, \(answers.count) were answered" }
        for (row, (subject, answer)) in zip(asked, answers).enumerated() where answer != .success(subject) {
            return "row \(row + 1) was about \(subject) and was answered with \(answer)"
        }
        return nil
    }
}
