/// An error code of HTTP/2 (RFC 9113 §7); unknown ones keep their number.
package struct ErrorCode: RawRepresentable, Sendable, Hashable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let noError = ErrorCode(rawValue: 0)
    package static let protocolError = ErrorCode(rawValue: 1)
    package static let internalError = ErrorCode(rawValue: 2)
    package static let flowControlError = ErrorCode(rawValue: 3)
    package static let settingsTimeout = ErrorCode(rawValue: 4)
    package static let streamClosed = ErrorCode(rawValue: 5)
    package static let frameSizeError = ErrorCode(rawValue: 6)
    package static let refusedStream = ErrorCode(rawValue: 7)
    package static let cancel = ErrorCode(rawValue: 8)
    package static let compressionError = ErrorCode(rawValue: 9)
    package static let connectError = ErrorCode(rawValue: 10)
    package static let enhanceYourCalm = ErrorCode(rawValue: 11)
    package static let inadequateSecurity = ErrorCode(rawValue: 12)
    package static let http11Required = ErrorCode(rawValue: 13)
}

extension ErrorCode: CustomStringConvertible {
    /// The code's name in the RFC.
    package var description: String {
        let names = [
            "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
            "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
            "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
        ]
        return Int(exactly: rawValue).flatMap { names.indices.contains($0) ? names[$0] : nil } ?? "error \(rawValue)"
    }
}
