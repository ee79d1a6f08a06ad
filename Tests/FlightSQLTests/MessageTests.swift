import ArrowIPC
import Testing

@testable import FlightSQL

/// The bytes below were made by Google's protobuf library (7.36 for Python) running Tests/Golden/flight_messages.py.
@Suite struct MessageTests {
    static let sql = "SELECT 'é'"
    static let descriptor =
        "080212540a43747970652e676f6f676c65617069732e636f6d2f6172726f772e666c696768742e70726f746f636f6c2e73716c2e"
        + "436f6d6d616e6453746174656d656e745175657279120d0a0b53454c4543542027c3a927"

    @Test("a ticket of a query is what Google's library encodes") func ticket() {
        #expect(
            hex(Ticket.query(Self.sql))
                == "0a530a42747970652e676f6f676c65617069732e636f6d2f6172726f772e666c696768742e70726f746f636f6c2e73716c"
                + "2e5469636b657453746174656d656e745175657279120d0a0b53454c4543542027c3a927")
    }

    @Test("an action that prepares is what Google's library encodes") func action() {
        #expect(
            hex(Action.createPreparedStatement(Self.sql))
                == "0a17437265617465507265706172656453746174656d656e7412630a52747970652e676f6f676c65617069732e636f6d2f"
                + "6172726f772e666c696768742e70726f746f636f6c2e73716c2e416374696f6e4372656174655072657061726564537461"
                + "74656d656e7452657175657374120d0a0b53454c4543542027c3a927")
    }

    @Test("a descriptor of a query is what Google's library encodes") func flightDescriptor() {
        #expect(hex(FlightDescriptor.query(Self.sql)) == Self.descriptor)
    }

    static let ingest =
        "080212560a44747970652e676f6f676c65617069732e636f6d2f6172726f772e666c696768742e70726f746f636f6c2e73716c2e"
        + "436f6d6d616e6453746174656d656e74496e67657374120e0a04080210021206626c6f636b73"

    @Test("a descriptor of rows for a table is what Google's library encodes") func ingestDescriptor() {
        #expect(hex(FlightDescriptor.ingest("blocks")) == Self.ingest)
    }

    @Test("flight data that is sent is what Google's library encodes") func sentData() throws {
        let first = FlightData.encoded(header: [0x10, 0x20], body: [], descriptor: FlightDescriptor.ingest("blocks"))
        #expect(hex(first) == "0a5a" + Self.ingest + "12021020")
        let body = (0..<200).map { UInt8($0) }
        #expect(FlightData.encoded(header: [0x10], body: body) == (try bytes("120110c23ec801")) + body)
    }

    @Test("the result of a put says how many rows were taken") func putResult() throws {
        #expect(try UpdateResult(PutResult.metadata(bytes("0a0308ac02"))).recordCount == 300)
        #expect(try UpdateResult(PutResult.metadata(bytes("0a0b08ffffffffffffffffff01"))).recordCount == -1)
        // proto3 leaves a count of 0 out, and with it all there is.
        #expect(try UpdateResult(PutResult.metadata([])).recordCount == 0)
        #expect(throws: FlightError.self) { try PutResult.metadata(bytes("0801")) }
        #expect(throws: FlightError.self) { try UpdateResult(bytes("0a0101")) }
    }

    @Test("an empty text is left out, as proto3 has it") func empty() {
        #expect(FlightDescriptor.query("").starts(with: [0x08, 0x02, 0x12, 0x45]))
        #expect(FlightDescriptor.query("").count == 4 + 0x45)
    }

    @Test("flight data says where header and body are, whatever else is there") func flightData() throws {
        let body = (0..<200).map { UInt8($0) }
        let message = try bytes("0a58" + Self.descriptor + "120210201a016dc23ec801") + body
        let data = try FlightData(message)
        #expect(Array(message[data.header]) == [0x10, 0x20])
        #expect(Array(message[data.body]) == body)
    }

    @Test("flight info gives its endpoints and counts") func flightInfo() throws {
        let endpoint = "1a130a030a0174120c0a0a677270633a2f2f613a31"
        let info = try FlightInfo(
            bytes("0a01ff1258" + Self.descriptor + endpoint + endpoint + "20ffffffffffffffffff0128ac02"))
        let expected = FlightInfo.Endpoint(ticket: Array("t".utf8), locations: ["grpc://a:1"])
        #expect(info.schema == [0xFF])
        #expect(info.endpoints == [expected, expected])
        #expect(info.totalRecords == -1)
        #expect(info.totalBytes == 300)
    }

    /// A Result holding handle "h1", dataset_schema 01 02 and parameter_schema 03.
    static let result =
        "0a600a51747970652e676f6f676c65617069732e636f6d2f6172726f772e666c696768742e70726f746f636f6c2e73716c2e4163"
        + "74696f6e437265617465507265706172656453746174656d656e74526573756c74120b0a026831120201021a0103"

    @Test("a prepared statement's schema is read from its result") func prepared() throws {
        let error = #expect(throws: ArrowError.self) { try PreparedStatement(result: bytes(Self.result)) }
        #expect(error?.message == "the message's length is cut off")
    }

    @Test("a result of another type is refused by name") func otherType() throws {
        var message = try bytes(Self.result)
        message[4] = UInt8(ascii: "T")
        let error = #expect(throws: FlightError.self) { try PreparedStatement(result: message) }
        #expect(error?.message.contains("ActionCreatePreparedStatementResult was expected, “Type.googleapis") == true)
    }

    @Test("a message cut anywhere is an error or shorter, never a crash") func truncation() throws {
        let whole = try bytes("0a58" + Self.descriptor + "120210201a016dc23ec801") + [UInt8](repeating: 7, count: 200)
        var refused = 0
        for length in 0..<whole.count {
            do { _ = try FlightData(Array(whole[..<length])) } catch { refused += 1 }
        }
        // It may end only between fields: before the first and after each but the last.
        #expect(refused == whole.count - 4)
    }

    @Test(
        "what is no protobuf is refused with its reason",
        arguments: [
            ("00", "a bad tag at byte 0"),
            ("03", "a bad tag at byte 0"),
            ("0b", "field 1 at byte 0 has the unknown wire type 3"),
            ("0a05aa", "5 bytes are announced at byte 1, 1 are there"),
            ("0affffffffffffffffff01", "18446744073709551615 bytes are announced at byte 1, 0 are there"),
            ("08ffffffffffffffffff02", "the number at byte 1 has more than 64 bits"),
            ("08ffffffffffffffffffff01", "the number at byte 1 has more than 64 bits"),
            ("0901", "the message is cut off at byte 2"),
            ("0d01", "the message is cut off at byte 2"),
            ("ffffffffff01", "a bad tag at byte 0"),
            ("1001", "field 2 of FlightData holds no bytes"),
        ])
    func malformed(_ text: String, _ reason: String) throws {
        let error = #expect(throws: FlightError.self) { try FlightData(bytes(text)) }
        #expect(error?.message == reason)
    }

    @Test(
        "a known field of the wrong wire type is refused by every message",
        arguments: [
            ("FlightData", 1000, "bytes"), ("FlightInfo", 1, "bytes"), ("FlightInfo", 3, "bytes"),
            ("FlightInfo", 4, "number"), ("FlightInfo", 5, "number"), ("PutResult", 1, "bytes"),
            ("DoPutUpdateResult", 1, "number"), ("Result", 1, "bytes"),
        ])
    func wrongType(_ name: String, _ field: Int, _ expected: String) throws {
        var message = ProtobufWriter()
        if expected == "bytes" { message.write(field, number: 1) } else { message.write(field, [1]) }
        let read: ([UInt8]) throws -> Void =
            switch name {
            case "FlightData": { _ = try FlightData($0) }
            case "FlightInfo": { _ = try FlightInfo($0) }
            case "PutResult": { _ = try PutResult.metadata($0) }
            case "DoPutUpdateResult": { _ = try UpdateResult($0) }
            default: { _ = try PreparedStatement(result: $0) }
            }
        let error = #expect(throws: FlightError.self) { try read(message.bytes) }
        #expect(error?.message == "field \(field) of \(name) holds no \(expected)")
    }

    @Test(
        "a known field of the wrong wire type is refused within a message, too",
        arguments: [
            ("1a020801", "field 1 of FlightEndpoint holds no bytes"),
            ("1a021001", "field 2 of FlightEndpoint holds no bytes"),
            ("1a040a020801", "field 1 of Ticket holds no bytes"),
            ("1a0412020801", "field 1 of Location holds no bytes"),
        ])
    func wrongTypeWithin(_ info: String, _ reason: String) throws {
        let error = #expect(throws: FlightError.self) { try FlightInfo(bytes(info)) }
        #expect(error?.message == reason)
    }

    @Test(
        "a known field of the wrong wire type is refused where a statement was prepared",
        arguments: [
            ("0801", "field 1 of Any holds no bytes"), ("1001", "field 2 of Any holds no bytes"),
        ])
    func wrongTypeOfAny(_ any: String, _ reason: String) throws {
        var result = ProtobufWriter()
        result.write(1, try bytes(any))
        let error = #expect(throws: FlightError.self) { try PreparedStatement(result: result.bytes) }
        #expect(error?.message == reason)
    }

    @Test("the result of preparing refuses a known field of the wrong wire type", arguments: [1, 2])
    func wrongTypeOfPrepared(_ field: Int) throws {
        var prepared = ProtobufWriter()
        prepared.write(field, number: 1)
        var result = ProtobufWriter()
        result.write(1, AnyMessage.pack("ActionCreatePreparedStatementResult", prepared.bytes))
        let error = #expect(throws: FlightError.self) { try PreparedStatement(result: result.bytes) }
        #expect(error?.message == "field \(field) of ActionCreatePreparedStatementResult holds no bytes")
    }

    @Test("unknown fields of every wire type are passed over") func unknownFields() throws {
        let message = try bytes("2801" + "310102030405060708" + "3d01020304" + "420161" + "12021020")
        #expect(try FlightData(message).header == message.count - 2..<message.count)
    }

    private func bytes(_ text: String) throws -> [UInt8] {
        let digits = Array(text)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            try #require(UInt8(String(digits[index...index + 1]), radix: 16))
        }
    }
}
