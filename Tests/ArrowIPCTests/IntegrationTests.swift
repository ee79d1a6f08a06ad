import ArrowIPC
import Foundation
import GoldenCalls
import Testing

/// Streams that other Arrow implementations wrote, held against the values that were published with them. They lie beside
/// the project; on CI they have to be there.
@Suite(.enabled(if: !IntegrationStream.names.isEmpty || ProcessInfo.processInfo.environment["CI"] == "true"))
struct IntegrationTests {
    static let littleEndian = IntegrationStream.names.filter { !$0.contains("bigendian") }

    @Test("the streams are there") func allThere() {
        #expect(Self.littleEndian.count == 37)
        #expect(IntegrationStream.names.count == 38)
    }

    @Test("a stream decodes to its values", arguments: littleEndian) func values(_ name: String) throws {
        let stream = try IntegrationStream(name)
        var reader = StreamReader(stream.bytes)
        let batches = try reader.batches()
        let schema = try #require(reader.schema)
        let fields = schema.fields.map {
            IntegrationStream.Field(
                name: $0.name, nullable: $0.nullable, metadata: IntegrationStream.sorted($0.metadata))
        }
        #expect(fields == stream.fields)
        #expect(IntegrationStream.sorted(schema.metadata) == stream.metadata)
        try #require(batches.count == stream.batches.count)
        for (number, (batch, wanted)) in zip(batches, stream.batches).enumerated() {
            try #require(batch.columns.count == wanted.count)
            for (column, values) in zip(batch.columns, wanted) {
                let read = try (0..<column.count).map { try column.value(at: $0) }
                let difference = zip(read, values).first { $0 != $1 }
                #expect(read.count == values.count, "batch \(number), \(column.type)")
                #expect(difference == nil, "batch \(number), \(column.type)")
            }
        }
    }

    @Test(
        "big-endian streams are refused by name", arguments: IntegrationStream.names.filter { $0.contains("bigendian") }
    )
    func bigEndian(_ name: String) throws {
        var reader = StreamReader(try IntegrationStream(name).bytes)
        let error = #expect(throws: ArrowError.self) { try reader.batches() }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("big-endian") == true)
    }
}
