import ArrowIPC
import UTCTime

@testable import Micromegas

/// Telemetry of an hour, as rows and as batches of them.
enum Sample {
    static let process = "10000000-0000-4000-8000-000000000000"
    static let stream = "20000000-0000-4000-8000-000000000000"
    static let block = "30000000-0000-4000-8000-000000000000"
    /// An hour that the lake's clock has long passed.
    static let hour = Result { try Timestamp(rfc3339: "2026-11-18T05:00:00Z") }

    static func id(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "40000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    static func processRow() throws -> ProcessRow {
        var row = ProcessRow(
            processID: process, tscFrequency: 1_000_000_000, startTime: try hour.get(), startTicks: 5,
            insertTime: try hour.get())
        row.exe = "/usr/bin/it's"
        row.computer = "naïve ☃"
        row.properties = ["build": "debug", "": "日本"]
        return row
    }

    static func streamRow() throws -> StreamRow {
        StreamRow(
            streamID: stream.uppercased(), processID: process, dependenciesMetadata: [0, 0xFF], tags: ["log", "x"],
            properties: [:], insertTime: try hour.get(), format: "micromegas-transit")
    }

    static func blockRow(_ id: String = block, size: Int = 0) throws -> BlockRow {
        let time = try hour.get() + .seconds(1)
        return BlockRow(
            blockID: id, streamID: stream, processID: process, beginTime: time, beginTicks: -1, endTime: time,
            endTicks: .max, objectCount: 2, objectOffset: 0, payloadSize: Int64(size), insertTime: time)
    }

    /// Two log entries as the lakehouse's payloads hold them: an Arrow stream.
    static func logs() throws -> [UInt8] {
        let schema = Schema(
            fields: [
                Field(name: "time", type: .integer(.int64)), Field(name: "target", type: .utf8),
                Field(name: "level", type: .integer(.int32)), Field(name: "msg", type: .utf8),
            ])
        let time = try hour.get().nanoseconds
        let columns = [
            try Column(.integer(.int64), [.integer(time), .integer(time + 1)]),
            try Column(.utf8, [.text("a"), .text("b")]),
            try Column(.integer(.int32), [.integer(4), .integer(2)]),
            try Column(.utf8, [.text("one"), .text("two")]),
        ]
        return try StreamWriter(schema).stream(of: [RecordBatch(schema, columns)])
    }

    /// The same telemetry as batches, whose types are written in ways other than the client's own.
    static func batches() throws -> [IngestTable: [RecordBatch]] {
        let payload = PayloadRow(processID: process, streamID: stream, blockID: block, payload: try logs())
        let rows: [IngestTable: [Value]] = [
            .processes: try processRow().values, .streams: try streamRow().values, .blocks: try blockRow().values,
            .payloads: payload.values,
        ]
        return try rows.reduce(into: [:]) { batches, row in
            let fields = row.key.schema.fields.map { field in
                switch field.type {
                case .timestamp: Field(name: field.name, type: .timestamp(.nanoseconds, timeZone: "UTC"))
                case .list(let element) where element.type == .utf8:
                    Field(name: field.name, type: .list(Field(name: "tag", type: .utf8, nullable: false)))
                default: field
                }
            }
            let columns = try zip(fields, row.value).map { try Column($0.type, [$1]) }
            batches[row.key] = [try RecordBatch(Schema(fields: fields), columns)]
        }
    }
}
