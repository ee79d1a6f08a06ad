import ArrowIPC
import GoldenCalls
import Testing

@testable import FlightSQL

/// Every answer that running servers gave, decoded and held against what pyarrow and Google's protobuf library read in it.
@Suite struct GoldenTests {
    static let calls = Result { try GoldenCall.all() }
    static var names: [String] { (try? calls.get().map(\.description)) ?? ["the golden calls are missing"] }

    private func call(_ name: String) throws -> GoldenCall {
        try #require(try Self.calls.get().first { $0.description == name })
    }

    @Test("both servers' calls are all there") func allThere() throws {
        let calls = try Self.calls.get()
        let compared = calls.filter { $0.expected != nil }
        let rows = try calls.filter { $0.kind == "do_get" && $0.expected != nil }
            .flatMap { try $0.expected?.member("batches").list().map { try $0.integer() } ?? [] }.reduce(0, +)
        print("golden calls: \(calls.count) of both servers, \(compared.count) with an answer to compare, \(rows) rows")
        #expect(calls.count == 132)
        #expect(compared.count == 108)
        #expect(rows == 22_524)
        #expect(calls.filter { $0.expected == nil }.allSatisfy { $0.status != "OK" && $0.messages.isEmpty })
    }

    @Test("an answer decodes to what it holds", arguments: names) func answer(_ name: String) throws {
        let call = try call(name)
        switch call.kind {
        case "do_get": try compareRows(call)
        case "prepare": try comparePrepared(call)
        case "flight_info": try compareFlightInfo(call)
        default: Issue.record("an unknown kind of call: \(call.kind)")
        }
    }

    @Test("a request is encoded to the bytes that a server understood", arguments: names)
    func request(_ name: String) throws {
        let call = try call(name)
        switch call.kind {
        case "do_get": #expect(Ticket.query(call.sql) == call.request)
        case "prepare": #expect(Action.createPreparedStatement(call.sql) == call.request)
        default: #expect(FlightDescriptor.query(call.sql) == call.request)
        }
    }

    @Test(
        "an answer with any byte changed is an error or rows that can be read", arguments: ["nulls", "list-view-sets"])
    func damaged(_ name: String) throws {
        let call = try GoldenCall(server: "micromegas-0.30", name: name)
        var refused = 0
        for (index, message) in call.messages.enumerated() {
            let header = try FlightData(message).header
            for position in header.indices.dropLast(header.count - min(header.count, 1500)) {
                for change: UInt8 in [0x01, 0x80, 0xFF] {
                    var messages = call.messages
                    messages[index][position] ^= change
                    do { try readAll(messages) } catch { refused += 1 }
                }
            }
        }
        #expect(refused > 100)
    }

    private func readAll(_ messages: [[UInt8]]) throws {
        var decoder = StreamDecoder()
        for message in messages {
            let data = try FlightData(message)
            let decoded = try decoder.decode(metadata: data.header, body: data.body, in: data.message)
            guard case .batch(let batch) = decoded else { continue }
            for column in batch.columns {
                for row in 0..<min(column.count, 50) { _ = try? column.value(at: row) }
            }
        }
    }

    private func compareRows(_ call: GoldenCall) throws {
        guard let expected = call.expected else { return }
        var decoder = StreamDecoder()
        var batches: [RecordBatch] = []
        for message in call.messages {
            let data = try FlightData(message)
            if case .batch(let batch) = try decoder.decode(metadata: data.header, body: data.body, in: data.message) {
                batches.append(batch)
            }
        }
        let schema = try #require(decoder.schema)
        #expect(try GoldenComparison(expected).differences(schema: schema, batches: batches) == [])
    }

    private func comparePrepared(_ call: GoldenCall) throws {
        guard let expected = call.expected else { return }
        try #require(call.messages.count == 1)
        let prepared = try PreparedStatement(result: call.messages[0])
        #expect(try hex(prepared.handle) == expected.member("handle").text())
        #expect(try GoldenComparison(expected).differences(schema: #require(prepared.schema)) == [])
    }

    private func compareFlightInfo(_ call: GoldenCall) throws {
        let expected = try #require(call.expected)
        let info = try FlightInfo(call.messages[0])
        let schema = try StreamReader.schema(of: info.schema)
        #expect(try GoldenComparison(expected).differences(schema: schema) == [])
        #expect(try info.endpoints.map { hex($0.ticket) } == expected.member("tickets").list().map { try $0.text() })
        #expect(info.endpoints.map(\.locations) == [[]])
        #expect(try info.totalRecords == expected.member("total_records").integer())
        #expect(try info.totalBytes == expected.member("total_bytes").integer())
    }
}

/// Bytes as hexadecimal digits.
func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
