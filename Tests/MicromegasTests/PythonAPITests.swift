import ArrowIPC
import Foundation
import Testing
import UTCTime

@testable import Micromegas

/// Answers of Micromegas' own Python client, beside ours.
@Suite struct PythonAPITests {
    private static func golden<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Golden/python-api/\(name)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(T.self, from: Data(contentsOf: file))
    }

    private struct TimeUtilities: Decodable {
        struct Delta: Decodable {
            var input: String
            var seconds: Double?
        }
        struct Datetime: Decodable {
            var input: String
            var output: String?
        }
        var parseTimeDelta: [Delta]
        var formatDatetimeOfText: [Datetime]
    }

    @Test func `durations are read as Python reads them, but for what it reads laxly`() throws {
        let isLax: Set = ["1h ", "1h30m", "٣h"]
        let rows = try Self.golden("time-utilities.json", as: TimeUtilities.self).parseTimeDelta
        #expect(rows.count > 20 && isLax.isSubset(of: rows.map(\.input)))
        for row in rows {
            if let seconds = row.seconds, !isLax.contains(row.input) {
                #expect(try parseTimeDelta(row.input) == .seconds(seconds), "\(row.input)")
            } else {
                let error = #expect(throws: MicromegasError.self, "\(row.input)") { try parseTimeDelta(row.input) }
                #expect(error?.code == .refused)
            }
        }
    }

    @Test func `times are written as Python writes them, but for texts that are not RFC 3339`() throws {
        let isLax: Set = ["2024-01-01T12:00Z", "20240101T120000Z", "2024-W01-1T00:00:00Z"]
        let rows = try Self.golden("time-utilities.json", as: TimeUtilities.self).formatDatetimeOfText
        #expect(rows.count > 15 && isLax.isSubset(of: rows.map(\.input)))
        for row in rows {
            if let output = row.output, !isLax.contains(row.input) {
                #expect(try formatDatetime(row.input) == output)
            } else {
                let error = #expect(throws: MicromegasError.self, "\(row.input)") { try formatDatetime(row.input) }
                #expect(error?.code == .refused)
            }
        }
        #expect(try formatDatetime("2024-01-01T12:00:00-00:00") == "2024-01-01T12:00:00+00:00")
        // Texts become Python's datetimes, which count microseconds; a time of nanoseconds is one of pandas.
        #expect(try formatDatetime("1970-01-01T00:00:00.000001999Z") == "1970-01-01T00:00:00.000001+00:00")
        #expect(try formatDatetime("1970-01-01T00:00:00.000000999Z") == "1970-01-01T00:00:00+00:00")
        #expect(formatDatetime(Timestamp(nanoseconds: 1_999)) == "1970-01-01T00:00:00.000001999+00:00")
        #expect(formatDatetime(Timestamp(nanoseconds: -1)) == "1969-12-31T23:59:59.999999999+00:00")
        #expect(formatDatetime(Timestamp(nanoseconds: 2_000)) == "1970-01-01T00:00:00.000002+00:00")
    }

    private struct Validated: Decodable {
        struct Column: Decodable {
            var name: String
            var type: String
            var nullable: Bool
            var bytes: Int

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                name = try values.decode(String.self)
                type = try values.decode(String.self)
                nullable = try values.decode(Bool.self)
                bytes = try values.decode(Int.self)
            }
        }
        var name: String
        var sql: String
        var valid: Bool
        var recommendations: [String]
        var estimatedRowSize: Int?
        var columns: [Column]?
    }

    /// The types that the recorded answers have, by their names.
    private static let types: [DataType] = [
        .integer(.int64), .integer(.int32), .integer(.uint8), .floatingPoint(.double), .bool, .utf8, .largeUTF8,
        .binary,
        .timestamp(.nanoseconds, timeZone: nil), .timestamp(.nanoseconds, timeZone: "+00:00"),
        .list(Field(name: "tag", type: .utf8, nullable: false)),
        .dictionary(indices: .int32, values: .utf8, ordered: false),
        .dictionary(indices: .int32, values: .binary, ordered: false),
    ]

    @Test func `a query's columns, sizes and recommendations are those of the advanced guide`() throws {
        let rows = try Self.golden("validate-query.json", as: [Validated].self)
        #expect(rows.count == 10)
        for row in rows where row.valid {
            let fields = try (row.columns ?? []).map { column in
                let type = try #require(Self.types.first { $0.description == column.type }, "\(column.type)")
                return Field(name: column.name, type: type, nullable: column.nullable)
            }
            let analysis = QuerySchemaAnalysis(Schema(fields: fields))
            #expect(analysis.estimatedRowSize == row.estimatedRowSize)
            #expect(analysis.columns.map(\.estimatedBytes) == row.columns?.map(\.bytes))
            #expect(analysis.columns.map(\.type) == row.columns?.map(\.type))
            let validation = QueryValidation(row.sql, analysis: analysis, maxColumns: 50, maxEstimatedSize: 1_000)
            #expect(validation.recommendations == row.recommendations, "\(row.name)")
        }
        let bad = try #require(rows.first { !$0.valid })
        let refused = QueryValidation(refused: "No field named nope.")
        #expect(!refused.isValid && refused.recommendations == bad.recommendations)
    }

    @Test func `a row that is estimated large is told`() {
        let fields = (0..<21).map { Field(name: "c\($0)", type: .utf8) }
        let analysis = QuerySchemaAnalysis(Schema(fields: fields))
        let said = QueryValidation("SELECT 1 END", analysis: analysis, maxColumns: 50, maxEstimatedSize: 1_000)
        #expect(said.recommendations == ["Large estimated row size (1050 bytes), consider using query_stream()"])
    }
}
