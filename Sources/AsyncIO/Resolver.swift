internal import Glibc

/// A name that could not be turned into addresses.
package struct ResolutionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name that was asked for.
    package var host: String
    /// The system's words.
    package var reason: String

    package var description: String { "\(host): \(reason)" }
}

/// Turns names into addresses with the system's `getaddrinfo`, which knows `/etc/hosts` and the rest.
package enum Resolver {
    /// The addresses of a host, in the order to try them: the system's, the families taking turns (RFC 8305 §4).
    ///
    /// `getaddrinfo` blocks and cannot be called off, so it runs on a thread of its own; a wait that ends before it
    /// leaves it to end alone.
    ///
    /// - Parameter host: A name or an address, an IPv6 address without brackets.
    /// - Throws: ``ResolutionError``, ``WaitError``, `CancellationError`.
    package static func addresses(
        of host: String, port: Int, on loop: EventLoop, until deadline: ContinuousClock.Instant
    ) async throws -> [SocketAddress] {
        // An address needs no asking, hence no thread.
        if let literal = try? lookUp(host, port, flags: AI_NUMERICHOST).get() { return literal }
        let answer = Suspension<[SocketAddress]>(on: loop)
        try startThread {
            // Without AI_ADDRCONFIG, which leaves out ::1 where the network is of IPv4 alone, as in most containers. What
            // cannot be reached comes last anyhow (RFC 6724 §6) and fails at once.
            answer.resume(with: lookUp(host, port, flags: 0).map(takingTurns).mapError { $0 })
        }
        return try await answer.wait(until: deadline)
    }

    /// The families taking turns, the first one's first.
    static func takingTurns(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        let preferred = addresses.filter { $0.family == first.family }
        let others = addresses.filter { $0.family != first.family }
        var order: [SocketAddress] = []
        for index in 0..<max(preferred.count, others.count) {
            if index < preferred.count { order.append(preferred[index]) }
            if index < others.count { order.append(others[index]) }
        }
        return order
    }

    private static func lookUp(
        _ host: String, _ port: Int, flags: CInt
    ) -> Result<[SocketAddress], ResolutionError> {
        var hints = addrinfo()
        hints.ai_flags = flags | AI_NUMERICSERV
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else {
            let reason = result == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(result))
            return .failure(ResolutionError(host: host, reason: reason))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = SocketAddress(info.ai_addr, length: info.ai_addrlen), !addresses.contains(address) {
                addresses.append(address)
            }
            entry = info.ai_next
        }
        guard !addresses.isEmpty else { return .failure(ResolutionError(host: host, reason: "it has no address")) }
        return .success(addresses)
    }
}
