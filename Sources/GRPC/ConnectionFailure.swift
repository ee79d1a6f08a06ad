internal import HTTP2

extension RPCError {
    /// The error of a call whose request was not sent since there was no connection for it.
    init(_ error: ConnectionError) {
        let code: Status.Code =
            switch error.kind {
            case .closed: .cancelled
            case .refusedHere: .invalidArgument
            default: .unavailable
            }
        self.init(code: code, message: error.message, cause: error.cause, mayHaveBeenProcessed: false)
        security = error.security
    }
}

extension ConnectionError {
    /// Whether another connection may do better.
    var isOfThisConnection: Bool {
        switch kind {
        case .lost, .goingAway, .silent: true
        default: false
        }
    }

    /// Whether the same may succeed a moment later, from a server that was there a moment ago.
    var mayPass: Bool { kind != .closed && security == nil }

    /// What it was of TLS that failed, if it was that.
    var security: RPCError.Security? {
        switch kind {
        case .settings: .settings
        case .missingLibrary, .notTLS, .needsTLS, .certificate, .clientCertificate, .handshake: .peer
        default: nil
        }
    }
}
