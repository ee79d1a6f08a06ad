internal import HTTP2

/// Turns calls into HTTP/2 headers and answers' headers into statuses (gRPC over HTTP/2, "Requests", "Responses").
enum HeaderMapping {
    /// The headers of a request.
    ///
    /// - Parameter timeout: What is left of the call's time, greater than zero; nil for no limit.
    static func request(
        _ method: String, _ configuration: ChannelConfiguration, _ metadata: Metadata, timeout: Duration?
    ) -> [HeaderField] {
        var fields = [
            HeaderField(":method", "POST"), HeaderField(":scheme", configuration.scheme), HeaderField(":path", method),
            HeaderField(":authority", configuration.authority),
        ]
        if let timeout { fields.append(HeaderField("grpc-timeout", text(of: timeout))) }
        fields += [
            HeaderField("te", "trailers"), HeaderField("content-type", "application/grpc"),
            HeaderField("user-agent", configuration.userAgent), HeaderField("grpc-accept-encoding", "identity"),
        ]
        for entry in metadata.entries {
            fields.append(HeaderField(entry.name, entry.value, isSecret: entry.isSecret))
        }
        return fields
    }

    /// A duration as `grpc-timeout` has it: at most eight digits and a unit, cut to the unit but never to nothing.
    static func text(of timeout: Duration) -> String {
        let (seconds, attoseconds) = timeout.components
        let units: [(Int64, Character)] = [(1_000_000, "u"), (1_000, "m"), (1, "S")]
        for (perSecond, unit) in units where seconds < 100_000_000 / perSecond {
            return "\(max(1, seconds * perSecond + attoseconds / (1_000_000_000_000_000_000 / perSecond)))\(unit)"
        }
        return "\(min(seconds / 3_600, 99_999_999))H"
    }

    // MARK: Answers

    /// What an answer's first list of headers says.
    enum Answer: Sendable, Equatable {
        /// An interim answer (1xx); the answer itself follows.
        case interim
        /// Messages may follow.
        case accepted(Metadata)
        /// It is all there is: the status came with it (trailers-only).
        case ended(Status, Metadata)
        /// It is no answer of gRPC.
        case refused(Status, cause: String?, Metadata)
    }

    static func answer(_ fields: [HeaderField], endsStream: Bool) -> Answer {
        let status = fields.first { $0.name == ":status" }?.value ?? ""
        if status.hasPrefix("1"), status.count == 3 { return .interim }
        let metadata = self.metadata(fields)
        if endsStream, let ended = self.status(metadata) { return .ended(ended, metadata) }
        guard status == "200" else {
            let code = self.code(ofHTTPStatus: status)
            return .refused(
                Status(code: code, message: "the server answered HTTP status \(status)"), cause: nil, metadata)
        }
        let type = metadata["content-type"]
        guard let type, isGRPC(type) else {
            let status = Status(code: .unknown, message: "the server's answer is not of gRPC")
            return .refused(status, cause: type.map { "content-type: \($0)" } ?? "it has no content-type", metadata)
        }
        if endsStream {
            return .refused(
                Status(code: .unknown, message: "the server ended the call without a status"), cause: nil, metadata)
        }
        return .accepted(metadata)
    }

    /// The status in trailers; nil where there is none. A code that is no number is `unknown`.
    static func status(_ trailers: Metadata) -> Status? {
        guard let number = trailers["grpc-status"] else { return nil }
        let message = trailers["grpc-message"].map(percentDecoded) ?? ""
        guard let code = Int(number).flatMap(Status.Code.init(rawValue:)) else {
            let words = message.isEmpty ? "" : ": \(message)"
            return Status(code: .unknown, message: "the server sent the unknown status \(number)\(words)")
        }
        return Status(code: code, message: message)
    }

    /// What a list of headers says to the caller: all but HTTP/2's own.
    static func metadata(_ fields: [HeaderField]) -> Metadata {
        var metadata = Metadata()
        for field in fields where !field.name.hasPrefix(":") { metadata.append(received: field.name, field.value) }
        return metadata
    }

    /// The code of an answer that has no grpc-status (`doc/http-grpc-status-mapping.md` of the gRPC project).
    static func code(ofHTTPStatus status: String) -> Status.Code {
        switch status {
        case "400": .internal
        case "401": .unauthenticated
        case "403": .permissionDenied
        case "404": .unimplemented
        case "429", "502", "503", "504": .unavailable
        default: .unknown
        }
    }

    /// The code of a stream that was reset (gRPC over HTTP/2, "Errors").
    static func code(ofReset code: ErrorCode) -> Status.Code {
        switch code {
        case .refusedStream: .unavailable
        case .cancel: .cancelled
        case .enhanceYourCalm: .resourceExhausted
        case .inadequateSecurity: .permissionDenied
        default: .internal
        }
    }

    /// A status message as it was before it was percent-encoded. What is no valid code stays as it is.
    static func percentDecoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return text }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue
            {
                decoded.append(UInt8(high << 4 | low))
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// `application/grpc`, alone or followed by `+…` or `;…`.
    private static func isGRPC(_ type: String) -> Bool {
        guard type.hasPrefix("application/grpc") else { return false }
        let next = type.dropFirst("application/grpc".count).first
        return next == nil || next == "+" || next == ";"
    }
}
