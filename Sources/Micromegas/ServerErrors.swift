package import GRPC

extension MicromegasError {
    /// What a failed call means, by the server's status and the beginning of its message (contract §1, "Errors").
    package init(_ error: RPCError) {
        self.init(
            Self.code(of: error), Self.shown(error), detail: nil, cause: error.cause,
            mayHaveBeenProcessed: error.mayHaveBeenProcessed)
        if error.message.contains(where: \.isNewline) { detail = error.message }
    }

    /// Whether the same call could succeed a little later, nothing having been changed by either side.
    public var isTransient: Bool { code == .unavailable || code == .deadlineExceeded }

    private static func shown(_ error: RPCError) -> String {
        error.message.isEmpty ? "the call ended with \(error.code) and no further word" : error.message
    }

    private static func code(of error: RPCError) -> Code {
        if let security = error.security { return security == .settings ? .configuration : .insecure }
        return switch error.code {
        case .invalidArgument: namesMissingFunction(error.message) ? .functionMissing : .invalidQuery
        case .internal, .unknown, .dataLoss, .aborted: .failedWhileRunning
        case .unauthenticated: .unauthenticated
        case .permissionDenied: .permissionDenied
        case .resourceExhausted: error.message.hasPrefix("query denied by rule") ? .deniedByRule : .resourceExhausted
        case .unavailable: .unavailable
        case .deadlineExceeded: .deadlineExceeded
        case .notFound: .notFound
        case .unimplemented: .unimplemented
        case .ok, .cancelled, .alreadyExists, .failedPrecondition, .outOfRange: .other
        }
    }

    /// `… table function 'X' not found` and `… Invalid function 'X'`.
    private static func namesMissingFunction(_ message: String) -> Bool {
        guard let line = message.split(whereSeparator: \.isNewline).first else { return false }
        if line.contains("Invalid function '") { return true }
        guard let table = line.range(of: "table function '") else { return false }
        return line[table.upperBound...].contains("' not found")
    }
}

extension StringProtocol {
    /// Where a text occurs first; the standard library has no such search.
    func range(of part: String) -> Range<Index>? {
        guard let first = part.first else { return startIndex..<startIndex }
        var from = startIndex
        while let start = self[from...].firstIndex(of: first) {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            from = index(after: start)
        }
        return nil
    }
}
