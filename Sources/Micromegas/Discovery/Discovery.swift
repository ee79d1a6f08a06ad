public import ArrowIPC

// Queries of processes, streams, blocks and spans, as Micromegas' Python client writes them; arguments are checked and
// quoted here.

extension FlightSQLClient {
    /// The process of an id: one row of `processes`, or none.
    ///
    ///     let rows = try await client.findProcess("550e8400-e29b-41d4-a716-446655440000").rows
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for an id that is no UUID, before anything is sent.
    public func findProcess(_ processID: String) async throws -> [RecordBatch] {
        try await query(DiscoverySQL.process(processID))
    }

    /// What ``findProcess(_:)`` runs.
    package static func processStatement(_ id: String) throws(MicromegasError) -> String {
        try DiscoverySQL.process(id)
    }

    /// Streams of telemetry: at most `limit` rows of `streams`.
    ///
    ///     let logs = try await client.queryStreams(in: day, limit: 20, tagFilter: "log")
    ///
    /// - Parameters:
    ///   - range: The event times.
    ///   - limit: The most rows that are answered.
    ///   - processID: Those of one process only.
    ///   - tagFilter: Those with this tag only.
    /// - Throws: ``MicromegasError`` (`refused`) for an id that is no UUID and for a negative limit.
    public func queryStreams(
        in range: TimeRange, limit: Int, processID: String? = nil, tagFilter: String? = nil
    ) async throws -> [RecordBatch] {
        try await query(DiscoverySQL.streams(limit: limit, processID: processID, tag: tagFilter), range: range)
    }

    /// Blocks of a stream: at most `limit` rows of `blocks`.
    ///
    ///     let events = try await client.queryBlocks(in: day, limit: 100, streamID: id).rows.compactMap {
    ///         $0.integer("nb_objects")
    ///     }.reduce(0, +)
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for an id that is no UUID and for a negative limit.
    public func queryBlocks(in range: TimeRange, limit: Int, streamID: String) async throws -> [RecordBatch] {
        try await query(DiscoverySQL.blocks(limit: limit, streamID: streamID), range: range)
    }

    /// Spans of a thread's stream: at most `limit` rows of its instance of `thread_spans`.
    ///
    ///     let spans = try await client.querySpans(in: day, limit: 1_000, streamID: id).rows
    ///     let slow = spans.filter { ($0.integer("duration") ?? 0) > 10_000_000 }  // nanoseconds
    ///
    /// It reads, but not only: the server writes partitions of the instance that it lacks.
    ///
    /// - Throws: ``MicromegasError`` (`refused`) for an id that is no UUID and for a negative limit.
    public func querySpans(in range: TimeRange, limit: Int, streamID: String) async throws -> [RecordBatch] {
        try await query(DiscoverySQL.spans(limit: limit, streamID: streamID), range: range)
    }
}

/// The statements of the discovery calls.
enum DiscoverySQL {
    static func process(_ id: String) throws(MicromegasError) -> String {
        "SELECT * FROM processes WHERE process_id=\(try uuid(id, "process"))"
    }

    static func streams(limit: Int, processID: String?, tag: String?) throws(MicromegasError) -> String {
        var conditions: [String] = []
        if let processID { conditions.append("process_id=\(try uuid(processID, "process"))") }
        if let tag { conditions.append("array_position(tags, \(try SQLText.literal(tag))) IS NOT NULL") }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "SELECT * FROM streams\(filter) LIMIT \(try count(limit))"
    }

    static func streamIDs(ofProcess id: String) throws(MicromegasError) -> String {
        "SELECT stream_id FROM streams WHERE process_id=\(try uuid(id, "process"))"
    }

    static func blocks(limit: Int, streamID: String) throws(MicromegasError) -> String {
        "SELECT * FROM blocks WHERE stream_id=\(try uuid(streamID, "stream")) LIMIT \(try count(limit))"
    }

    static func spans(limit: Int, streamID: String) throws(MicromegasError) -> String {
        "SELECT * FROM view_instance('thread_spans', \(try uuid(streamID, "stream"))) LIMIT \(try count(limit))"
    }

    /// An id as a literal, in the lower case that a lake keeps.
    static func uuid(_ id: String, _ what: String) throws(MicromegasError) -> String {
        guard UUIDText.isValid(id) else {
            throw MicromegasError(
                .refused, "“\(id.prefix(64))” is no \(what) id; write a UUID: 550e8400-e29b-41d4-a716-446655440000")
        }
        return try SQLText.literal(id.lowercased())
    }

    private static func count(_ limit: Int) throws(MicromegasError) -> Int {
        if limit < 0 { throw MicromegasError(.refused, "a limit of \(limit) rows is negative") }
        return limit
    }
}
