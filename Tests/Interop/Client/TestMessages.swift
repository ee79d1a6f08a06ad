/// The messages of gRPC's interop test service, as far as a client writes and reads them. Field numbers are those of
/// grpc.testing's messages.proto (grpc/grpc, `src/proto/grpc/testing/`).
enum TestMessages {
    /// SimpleRequest: the wanted size of the answer's payload, and a payload of zeros.
    static func simple(responseSize: Int, payloadSize: Int) -> [UInt8] {
        field(2, number: responseSize) + field(3, payload(payloadSize))
    }

    /// SimpleRequest and StreamingOutputCallRequest alike: the status that the server is to end the call with.
    static func statusWanted(_ code: Int, _ message: String) -> [UInt8] {
        field(7, field(1, number: code) + field(2, Array(message.utf8)))
    }

    /// StreamingInputCallRequest.
    static func input(payloadSize: Int) -> [UInt8] { field(1, payload(payloadSize)) }

    /// StreamingOutputCallRequest: the wanted sizes of answers, and a payload of zeros where there is to be one.
    static func output(sizes: [Int], payloadSize: Int? = nil) -> [UInt8] {
        sizes.flatMap { field(2, field(1, number: $0)) } + (payloadSize.map { field(3, payload($0)) } ?? [])
    }

    /// The size of the payload of a SimpleResponse or StreamingOutputCallResponse, which must be zeros.
    static func payloadSize(of response: [UInt8]) throws -> Int {
        let payload = try fields(of: response).first { $0.number == 1 }
        let body = try fields(of: payload?.bytes ?? []).first { $0.number == 2 }?.bytes ?? []
        try check(body.allSatisfy { $0 == 0 }, "a payload is not of zeros")
        return body.count
    }

    /// StreamingInputCallResponse.
    static func aggregatedSize(of response: [UInt8]) throws -> Int {
        try fields(of: response).first { $0.number == 1 }?.varint ?? 0
    }

    // MARK: Wire format (https://protobuf.dev/programming-guides/encoding/)

    private static func payload(_ size: Int) -> [UInt8] { field(2, [UInt8](repeating: 0, count: size)) }

    private static func field(_ number: Int, number value: Int) -> [UInt8] { varint(number << 3) + varint(value) }

    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }

    private struct Field {
        var number: Int
        var varint = 0
        var bytes: [UInt8] = []
    }

    private static func fields(of message: [UInt8]) throws -> [Field] {
        var rest = message[...]
        func varint() throws -> Int {
            var value = 0
            for shift in stride(from: 0, to: 35, by: 7) {
                guard let byte = rest.popFirst() else { break }
                value |= Int(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            throw Failure("an answer is no message")
        }
        var fields: [Field] = []
        while !rest.isEmpty {
            let tag = try varint()
            var field = Field(number: tag >> 3, varint: try varint())
            switch tag & 7 {
            case 0: break
            case 2 where field.varint <= rest.count:
                field.bytes = Array(rest.prefix(field.varint))
                rest = rest.dropFirst(field.varint)
            default: throw Failure("an answer is no message")
            }
            fields.append(field)
        }
        return fields
    }
}
