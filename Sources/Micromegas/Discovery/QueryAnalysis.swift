public import ArrowIPC
import FlightSQL

/// What a query would answer with, found without running it.
public struct QuerySchemaAnalysis: Sendable, Equatable {
    /// A column of the answer.
    public struct Column: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// The type as pyarrow writes it: `timestamp[ns, tz=+00:00]`.
        public var type: String
        /// Whether values may be null.
        public var nullable: Bool
        /// A guess at the bytes a value takes.
        public var estimatedBytes: Int
    }

    /// The columns, in order.
    public var columns: [Column]

    /// Columns of the answer.
    public var columnCount: Int { columns.count }

    /// A guess at the bytes a row takes.
    public var estimatedRowSize: Int { columns.reduce(0) { $0 + $1.estimatedBytes } }

    /// What is to be expected of columns.
    ///
    ///     let bytes = QuerySchemaAnalysis(batch.schema).estimatedRowSize * batch.rowCount
    public init(_ schema: Schema) {
        columns = schema.fields.map { field in
            let type = field.type.description
            return Column(
                name: field.name, type: type, nullable: field.nullable, estimatedBytes: Self.estimatedBytes(type))
        }
    }

    /// The advanced guide's table, in its order: a text within a dictionary counts as text.
    private static func estimatedBytes(_ type: String) -> Int {
        if type.contains("string") { return 50 }
        if type.contains("int64") { return 8 }
        if type.contains("int32") { return 4 }
        return type.contains("timestamp") ? 8 : 16
    }
}

/// What is to be said of a query before it is run.
public struct QueryValidation: Sendable, Equatable {
    /// What it would answer with; nil where the server cannot plan it.
    public var analysis: QuerySchemaAnalysis?
    /// Why the server cannot plan it.
    public var error: String?
    /// What would make it better, in sentences without a full stop.
    public var recommendations: [String]

    /// Whether the server can plan it.
    public var isValid: Bool { analysis != nil }

    /// What is said of a query that the server can plan.
    ///
    /// The search for words is the advanced guide's and as coarse: `begin_insert_time` counts as a time filter.
    init(_ sql: String, analysis: QuerySchemaAnalysis, maxColumns: Int, maxEstimatedSize: Int) {
        let text = sql.uppercased()
        var said: [String] = []
        if analysis.columnCount > maxColumns {
            said.append("Query returns \(analysis.columnCount) columns, consider selecting specific columns")
        }
        if analysis.estimatedRowSize > maxEstimatedSize {
            said.append(
                "Large estimated row size (\(analysis.estimatedRowSize) bytes), consider using query_stream()")
        }
        if text.contains("ORDER BY"), !text.contains("LIMIT") {
            said.append("ORDER BY without LIMIT may be expensive, consider adding LIMIT")
        }
        if !["BEGIN", "END", "WHERE TIME"].contains(where: text.contains) {
            said.append("No time filtering detected, consider adding time range parameters")
        }
        self.analysis = analysis
        recommendations = said
    }

    /// What is said of a query that the server cannot plan.
    init(refused reason: String) {
        error = "Schema analysis failed: \(reason)"
        recommendations = ["Check SQL syntax and table names"]
    }
}

extension FlightSQLClient {
    /// What a query would answer with. The server plans it and does not run it.
    ///
    ///     let size = try await client.analyzeQuerySchema("SELECT msg FROM log_entries").estimatedRowSize
    ///
    /// - Throws: ``MicromegasError``, `invalidQuery` where it cannot be planned.
    public func analyzeQuerySchema(_ sql: String) async throws -> QuerySchemaAnalysis {
        guard let schema = try await prepareStatement(sql).schema else {
            throw MicromegasError(.unexpectedAnswer, "the server planned the statement and named no columns")
        }
        return QuerySchemaAnalysis(schema)
    }

    /// The columns of a view or a table. Nothing is read from it.
    ///
    ///     for column in try await client.describe("log_entries").columns { print(column.name, column.type) }
    ///
    /// - Parameter view: Its name; of a view that has instances only, the columns are those of an instance.
    /// - Throws: ``MicromegasError``, `notFound` where there is no such view.
    public func describe(_ view: String) async throws -> QuerySchemaAnalysis {
        do {
            return try await analyzeQuerySchema("SELECT * FROM \(try SQLText.identifier(view))")
        } catch let error as MicromegasError where error.code == .invalidQuery {
            guard let listed = try await listViewSets().first(where: { $0.name == view }) else {
                throw MicromegasError(.notFound, "the server lists no view “\(view)”", detail: error.detail)
            }
            if listed.globalInstanceAvailable { throw error }
            // Planning names an instance and reads none: the id is nobody's.
            let nobody = "00000000-0000-0000-0000-000000000000"
            return try await analyzeQuerySchema(
                "SELECT * FROM view_instance(\(try SQLText.literal(view)), '\(nobody)')")
        }
    }

    /// Whether a query can be planned, and what would make it better. It is not run.
    ///
    ///     for hint in try await client.validateQuery(sql).recommendations { print(hint) }
    ///
    /// - Throws: ``MicromegasError`` for any failure but that the query is wrong or needs a right; that is an answer.
    public func validateQuery(
        _ sql: String, maxColumns: Int = 50, maxEstimatedSize: Int = 1_000
    ) async throws -> QueryValidation {
        do {
            let analysis = try await analyzeQuerySchema(sql)
            return QueryValidation(sql, analysis: analysis, maxColumns: maxColumns, maxEstimatedSize: maxEstimatedSize)
        } catch let error as MicromegasError where error.code == .invalidQuery || error.code == .functionMissing {
            return QueryValidation(refused: error.detail ?? error.message)
        }
    }
}
