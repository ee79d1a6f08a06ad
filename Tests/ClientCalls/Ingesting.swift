import ArrowIPC
import Foundation
import Micromegas

extension ClientCalls {
    /// Writes the rows of a file, an Arrow stream, into a table of telemetry; nil where the request is another one.
    static func ingesting(_ request: Request, _ client: FlightSQLClient) async throws -> Answer? {
        guard request.call == "bulk_ingest" else { return nil }
        let table = try IngestTable(named: request.text("table_name"))
        var reader = StreamReader(Array(try Data(contentsOf: URL(fileURLWithPath: request.text("file")))))
        var batches: [RecordBatch] = []
        while let decoded = try reader.next() {
            if case .batch(let batch) = decoded { batches.append(batch) }
        }
        return .integer(Int64(try await client.bulkIngest(batches, into: table)))
    }
}
