import ArrowIPC
import FlightSQL
import Foundation
import Micromegas
import UTCTime

extension ClientCalls {
    /// The calls that need no lake; nil where the request is none of them.
    static func times(_ request: Request) throws -> Answer? {
        switch request.call {
        case "format_datetime": .text(try formatDatetime(request.text("text")))
        case "format_datetime_of_time":
            .text(formatDatetime(Timestamp(nanoseconds: Int64(try request.integer("nanoseconds")))))
        case "parse_time_delta": .integer(try parseTimeDelta(request.text("text")).components.seconds)
        default: nil
        }
    }

    /// The calls that take a statement; nil where the request is none of them.
    static func reading(_ request: Request, _ client: FlightSQLClient) async throws -> Answer? {
        switch request.call {
        case "query":
            return try Answer(
                await client.query(
                    request.text("sql"), range: request.range(), preserveDictionary: request.preservesDictionaries))
        case "query_stream":
            let stream = try await client.queryStream(
                request.text("sql"), range: request.range(), preserveDictionary: request.preservesDictionaries)
            return try await Answer(stream)
        case "prepared_statement_stream":
            let statement = try await client.prepareStatement(request.text("sql"))
            return try await Answer(
                client.queryStream(statement, preserveDictionary: request.preservesDictionaries))
        case "query_ipc":
            let stream = try await client.queryIPC(
                request.text("sql"), range: request.range(), preserveDictionary: request.preservesDictionaries)
            var bytes = Data()
            for try await message in stream { bytes += message }
            try bytes.write(to: URL(fileURLWithPath: request.text("file")))
            return .null
        case "prepare_statement":
            let statement = try await client.prepareStatement(request.text("sql"))
            return .object([
                "query": .text(String(decoding: statement.handle, as: UTF8.self)),
                "columns": .list((statement.schema?.fields ?? []).map(Answer.init)),
            ])
        default: return nil
        }
    }

    /// The calls that write their statement themselves; nil where the request is none of them.
    static func discovery(_ request: Request, _ client: FlightSQLClient) async throws -> Answer? {
        let batches: [RecordBatch]
        switch request.call {
        case "find_process": batches = try await client.findProcess(request.text("process_id"))
        case "query_streams":
            batches = try await client.queryStreams(
                in: request.requiredRange(), limit: request.integer("limit"),
                processID: request.optional("process_id"), tagFilter: request.optional("tag_filter"))
        case "query_blocks":
            batches = try await client.queryBlocks(
                in: request.requiredRange(), limit: request.integer("limit"), streamID: request.text("stream_id"))
        case "query_spans":
            batches = try await client.querySpans(
                in: request.requiredRange(), limit: request.integer("limit"), streamID: request.text("stream_id"))
        case "optimized_query_executor":
            var rows: [Int] = []
            var fractions: [Double?] = []
            let statistics = try await QueryExecutor(client).run(request.text("sql"), range: request.range()) {
                rows.append($0.rowCount)
                fractions.append($1.fraction)
            }
            return Answer(statistics, rows, fractions)
        case "analyze_query_schema": return Answer(try await client.analyzeQuerySchema(request.text("sql")))
        case "validate_query": return Answer(try await client.validateQuery(request.text("sql")))
        default: return nil
        }
        return try Answer(batches)
    }
}

extension Answer {
    /// All batches of a stream.
    init(_ stream: QueryStream) async throws {
        var batches: [RecordBatch] = []
        for try await batch in stream { batches.append(batch) }
        try self.init(stream.schema, batches)
    }

    /// What an executor told of a query: rows by batch, and after each batch how much of the estimate had come.
    init(_ statistics: QueryStatistics, _ rows: [Int], _ fractions: [Double?]) {
        let percents = fractions.compactMap { $0.map { Answer.text("\($0 * 100)") } }
        self = .object([
            "estimated_rows": statistics.estimatedRows.map(Answer.integer) ?? .null,
            "batch_rows": .list(rows.map { .integer(Int64($0)) }),
            "percents": percents.isEmpty ? .null : .list(percents),
            "batches_processed": .integer(Int64(statistics.batches)), "rows_processed": .integer(statistics.rows),
        ])
    }

    /// The members that the advanced guide's functions give.
    init(_ analysis: QuerySchemaAnalysis) {
        let columns = analysis.columns.map { column in
            Answer.object([
                "name": .text(column.name), "type": .text(column.type), "nullable": .bool(column.nullable),
                "estimated_bytes": .integer(Int64(column.estimatedBytes)),
            ])
        }
        self = .object([
            "column_count": .integer(Int64(analysis.columnCount)), "columns": .list(columns),
            "estimated_row_size": .integer(Int64(analysis.estimatedRowSize)),
        ])
    }

    init(_ validation: QueryValidation) {
        var members: [String: Answer] = [
            "valid": .bool(validation.isValid), "recommendations": Answer(validation.recommendations),
        ]
        members["analysis"] = validation.analysis.map { Answer($0) }
        members["error"] = validation.error.map(Answer.text)
        self = .object(members)
    }
}
