/// What GetFlightInfo answers: FlightInfo (Flight.proto: `schema` 1, `flight_descriptor` 2, `endpoint` 3,
/// `total_records` 4, `total_bytes` 5, `ordered` 6, `app_metadata` 7).
package struct FlightInfo: Sendable, Equatable {
    /// Where a part of the rows is to be had: FlightEndpoint (`ticket` 1, `location` 2, `expiration_time` 3,
    /// `app_metadata` 4).
    package struct Endpoint: Sendable, Equatable {
        /// The ticket to present there (Ticket: `ticket` 1).
        package var ticket: [UInt8] = []
        /// Where; empty means the server that was asked (Location: `uri` 1).
        package var locations: [String] = []
    }

    /// The schema as an encapsulated IPC message; empty where the server says none.
    package private(set) var schema: [UInt8] = []
    package private(set) var endpoints: [Endpoint] = []
    /// Count of rows, -1 where unknown.
    package private(set) var totalRecords: Int64 = 0
    /// Count of bytes, -1 where unknown.
    package private(set) var totalBytes: Int64 = 0

    package init(_ message: [UInt8]) throws(FlightError) {
        var reader = ProtobufReader(message, 0..<message.count)
        while let field = try reader.next() {
            switch field.number {
            case 1: schema = Array(message[try field.bytes(of: "FlightInfo")])
            case 3: endpoints.append(try Self.endpoint(message, try field.bytes(of: "FlightInfo")))
            case 4: totalRecords = try field.integer(of: "FlightInfo")
            case 5: totalBytes = try field.integer(of: "FlightInfo")
            default: break
            }
        }
    }

    private static func endpoint(_ message: [UInt8], _ range: Range<Int>) throws(FlightError) -> Endpoint {
        var endpoint = Endpoint()
        var reader = ProtobufReader(message, range)
        while let field = try reader.next() {
            switch field.number {
            case 1: endpoint.ticket = try firstField(of: "Ticket", message, try field.bytes(of: "FlightEndpoint"))
            case 2:
                let location = try firstField(of: "Location", message, try field.bytes(of: "FlightEndpoint"))
                endpoint.locations.append(String(decoding: location, as: UTF8.self))
            default: break
            }
        }
        return endpoint
    }

    /// The bytes of field 1 of a message that has no other.
    private static func firstField(
        of name: String, _ message: [UInt8], _ range: Range<Int>
    ) throws(FlightError) -> [UInt8] {
        var bytes: [UInt8] = []
        var reader = ProtobufReader(message, range)
        while let field = try reader.next() {
            if field.number == 1 { bytes = Array(message[try field.bytes(of: name)]) }
        }
        return bytes
    }
}
