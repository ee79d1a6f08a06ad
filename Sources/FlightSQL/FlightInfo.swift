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
            switch (field.number, field.value) {
            case (1, .bytes(let place)): schema = Array(message[place])
            case (3, .bytes(let place)): endpoints.append(try Self.endpoint(message, place))
            case (4, .varint(let number)): totalRecords = Int64(bitPattern: number)
            case (5, .varint(let number)): totalBytes = Int64(bitPattern: number)
            default: break
            }
        }
    }

    private static func endpoint(_ message: [UInt8], _ range: Range<Int>) throws(FlightError) -> Endpoint {
        var endpoint = Endpoint()
        var reader = ProtobufReader(message, range)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let place)): endpoint.ticket = try firstField(message, place)
            case (2, .bytes(let place)):
                endpoint.locations.append(String(decoding: try firstField(message, place), as: UTF8.self))
            default: break
            }
        }
        return endpoint
    }

    /// The bytes of field 1 of a message that has no other.
    private static func firstField(_ message: [UInt8], _ range: Range<Int>) throws(FlightError) -> [UInt8] {
        var bytes: [UInt8] = []
        var reader = ProtobufReader(message, range)
        while let field = try reader.next() {
            if field.number == 1, case .bytes(let place) = field.value { bytes = Array(message[place]) }
        }
        return bytes
    }
}
