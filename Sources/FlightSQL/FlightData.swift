/// One message of an Arrow stream as DoGet and DoPut send it: FlightData (Flight.proto: `flight_descriptor` 1, `data_header` 2,
/// `app_metadata` 3, `data_body` 1000). It keeps the received bytes and says where in them the parts are.
package struct FlightData: Sendable {
    package let message: [UInt8]
    /// The metadata of the Arrow message; empty where there is none.
    package private(set) var header: Range<Int>
    /// The body of the Arrow message.
    package private(set) var body: Range<Int>

    package init(_ message: [UInt8]) throws(FlightError) {
        self.message = message
        self.header = 0..<0
        self.body = 0..<0
        var reader = ProtobufReader(message, 0..<message.count)
        while let field = try reader.next() {
            switch field.number {
            case 2: header = try field.bytes(of: "FlightData")
            case 1000: body = try field.bytes(of: "FlightData")
            default: break
            }
        }
    }

    /// The bytes of a message that is sent; the first of DoPut has a descriptor.
    static func encoded(header: [UInt8], body: [UInt8], descriptor: [UInt8] = []) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.write(1, descriptor)
        writer.write(2, header)
        writer.write(1000, body)
        return writer.bytes
    }
}
