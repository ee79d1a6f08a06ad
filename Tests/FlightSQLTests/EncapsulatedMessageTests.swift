import ArrowIPC
import GoldenCalls
import Testing

@testable import FlightSQL

@Suite struct EncapsulatedMessageTests {
    @Test(arguments: ["list-view-sets", "nulls", "select-log_entries-many-dictionary"])
    func `received messages form an IPC stream that holds the same rows`(_ name: String) throws {
        let call = try GoldenCall(server: "micromegas-0.30", name: name)
        var bytes: [UInt8] = []
        for message in call.messages {
            guard let part = try EncapsulatedMessage(FlightData(message)) else { continue }
            bytes += part.bytes
        }
        var reader = StreamReader(bytes + EncodedMessage.endOfStream)
        var batches: [RecordBatch] = []
        while let decoded = try reader.next() {
            if case .batch(let batch) = decoded { batches.append(batch) }
        }
        let comparison = GoldenComparison(try #require(call.expected))
        #expect(try comparison.differences(schema: try #require(reader.schema), batches: batches) == [])
    }

    @Test func `a body of another length than its metadata names is refused`() throws {
        let call = try GoldenCall(server: "micromegas-0.30", name: "nulls")
        let message = try #require(call.messages.last)
        let data = try FlightData(message)
        // The body's field of FlightData, tag and length included, again with a byte less.
        var writer = ProtobufWriter()
        writer.write(2, Array(message[data.header]))
        writer.write(1000, Array(message[data.body].dropLast()))
        #expect(throws: FlightError.self) { try EncapsulatedMessage(FlightData(writer.bytes)) }
        var empty = ProtobufWriter()
        empty.write(3, [1, 2])
        #expect(try EncapsulatedMessage(FlightData(empty.bytes)) == nil)
        for count in 0..<20 {
            var cut = ProtobufWriter()
            cut.write(2, Array(message[data.header].prefix(count)))
            _ = try? EncapsulatedMessage(FlightData(cut.bytes))
        }
    }
}
