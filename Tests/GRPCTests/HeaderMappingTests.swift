import HTTP2
import Testing

@testable import GRPC

@Suite struct HeaderMappingTests {
    private func answer(_ fields: [(String, String)], ends: Bool = false) -> HeaderMapping.Answer {
        HeaderMapping.answer(fields.map { HeaderField($0.0, $0.1) }, endsStream: ends)
    }

    private func metadata(_ fields: [(String, String)]) -> Metadata {
        HeaderMapping.metadata(fields.map { HeaderField($0.0, $0.1) })
    }

    @Test func aRequestHasWhatGRPCAsksForInItsOrder() throws {
        var metadata = Metadata()
        try metadata.add("authorization", "Bearer x")
        let configuration = ChannelConfiguration(host: "::1", port: 50_051)
        let fields = HeaderMapping.request("/a.B/C", configuration, metadata, timeout: .seconds(2))
        #expect(
            fields == [
                HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/a.B/C"),
                HeaderField(":authority", "[::1]:50051"), HeaderField("grpc-timeout", "2000000u"),
                HeaderField("te", "trailers"), HeaderField("content-type", "application/grpc"),
                HeaderField("user-agent", "lakewarden-swift"), HeaderField("grpc-accept-encoding", "identity"),
                HeaderField("authorization", "Bearer x", isSecret: true),
            ])
    }

    @Test func aRequestOverTLSIsForTheNameThatTheServerProves() {
        var configuration = ChannelConfiguration(host: "10.0.0.1", port: 50_051)
        configuration.security = .tls(TLSConfiguration())
        func names() -> [String] {
            HeaderMapping.request("/a.B/C", configuration, Metadata(), timeout: nil).filter {
                [":scheme", ":authority"].contains($0.name)
            }.map(\.value)
        }
        #expect(names() == ["https", "10.0.0.1:50051"])
        var tls = TLSConfiguration()
        tls.serverName = "lake.test"
        configuration.security = .tls(tls)
        #expect(names() == ["https", "lake.test:50051"])
    }

    static let timeouts: [(Duration, String)] = [
        (.nanoseconds(1), "1u"), (.milliseconds(50), "50000u"), (.milliseconds(100), "100000u"),
        (.seconds(99), "99000000u"), (.seconds(100), "100000m"), (.seconds(3_600), "3600000m"),
        (.seconds(100_000), "100000S"), (.seconds(200_000_000), "55555H"), (.seconds(Int64.max), "99999999H"),
    ]

    @Test(arguments: timeouts) func aTimeoutHasAtMostEightDigits(_ timeout: Duration, _ text: String) {
        #expect(HeaderMapping.text(of: timeout) == text)
    }

    @Test func anAnswerOfGRPCIsAcceptedWithItsMetadata() {
        for type in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
            let fields = [(":status", "200"), ("content-type", type), ("x", "y")]
            #expect(answer(fields) == .accepted(metadata(Array(fields.dropFirst()))))
        }
    }

    @Test func interimAnswersArePassedOver() {
        #expect(answer([(":status", "103")]) == .interim)
        #expect(answer([(":status", "100")]) == .interim)
    }

    @Test func aStatusInTheOnlyHeadersEndsTheCallWhateverElseTheySay() {
        let fields = [(":status", "200"), ("grpc-status", "16"), ("grpc-message", "invalid token"), ("date", "now")]
        let status = Status(code: .unauthenticated, message: "invalid token")
        #expect(answer(fields, ends: true) == .ended(status, metadata(Array(fields.dropFirst()))))
        let odd = [(":status", "503"), ("grpc-status", "8")]
        #expect(answer(odd, ends: true) == .ended(Status(code: .resourceExhausted), metadata([odd[1]])))
    }

    static let httpStatuses: [(String, Status.Code)] = [
        ("400", .internal), ("401", .unauthenticated), ("403", .permissionDenied), ("404", .unimplemented),
        ("429", .unavailable), ("502", .unavailable), ("503", .unavailable), ("504", .unavailable),
        ("200x", .unknown), ("500", .unknown), ("302", .unknown), ("", .unknown),
    ]

    @Test(arguments: httpStatuses) func anotherHTTPStatusIsMapped(_ status: String, _ code: Status.Code) {
        let message = "the server answered HTTP status \(status)"
        #expect(answer([(":status", status)]) == .refused(Status(code: code, message: message), cause: nil, Metadata()))
    }

    @Test(arguments: ["text/html", "application/json", "application/grpcx", "application/grpc-web"])
    func anotherContentTypeIsNoAnswer(_ type: String) {
        guard case .refused(let status, let cause, _) = answer([(":status", "200"), ("content-type", type)]) else {
            Issue.record("it was accepted")
            return
        }
        #expect(status.code == .unknown)
        #expect(cause == "content-type: \(type)")
    }

    @Test func anEndWithoutAStatusIsNoEnd() {
        guard
            case .refused(let status, _, _) = answer(
                [(":status", "200"), ("content-type", "application/grpc")], ends: true)
        else {
            Issue.record("it was accepted")
            return
        }
        #expect(status == Status(code: .unknown, message: "the server ended the call without a status"))
    }

    @Test func aStatusThatIsNoCodeIsUnknown() {
        for number in ["17", "-1", "x", ""] {
            #expect(HeaderMapping.status(metadata([("grpc-status", number), ("grpc-message", "m")]))?.code == .unknown)
        }
        #expect(HeaderMapping.status(metadata([("grpc-message", "m")])) == nil)
    }

    static let messages: [(String, String)] = [
        ("plain text", "plain text"), ("line%0Atwo", "line\ntwo"), ("caf%C3%A9", "café"), ("%e2%82%ac", "€"),
        ("100%", "100%"), ("%zz%4", "%zz%4"), ("%25%32%35", "%25"), ("%+1", "%+1"), ("", ""),
    ]

    @Test(arguments: messages) func messagesArePercentDecoded(_ encoded: String, _ decoded: String) {
        #expect(HeaderMapping.percentDecoded(encoded) == decoded)
    }

    @Test func resetsAreMapped() {
        #expect(HeaderMapping.code(ofReset: .refusedStream) == .unavailable)
        #expect(HeaderMapping.code(ofReset: .cancel) == .cancelled)
        #expect(HeaderMapping.code(ofReset: .enhanceYourCalm) == .resourceExhausted)
        #expect(HeaderMapping.code(ofReset: .inadequateSecurity) == .permissionDenied)
        #expect(HeaderMapping.code(ofReset: .protocolError) == .internal)
        #expect(HeaderMapping.code(ofReset: ErrorCode(rawValue: 99)) == .internal)
    }
}
