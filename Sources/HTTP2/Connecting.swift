package import AsyncIO

extension HTTP2Connection {
    /// Finds a host, connects to the first of its addresses that answers, and waits for the server's first settings.
    ///
    /// - Parameter tls: What TLS is to ask of the server; nil for plaintext.
    /// - Throws: ``ConnectionError`` that names what failed and where; `CancellationError`.
    package static func connect(
        host: String, port: Int, tls: TLSSettings?, limits: Limits, on loop: EventLoop,
        until deadline: ContinuousClock.Instant
    ) async throws -> HTTP2Connection {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        do {
            let addresses = try await Resolver.addresses(of: host, port: port, on: loop, until: deadline)
            let socket = try await Socket.connect(toAnyOf: addresses, on: loop, until: deadline)
            return try await open(socket, tls: tls, limits: limits, on: loop, until: deadline)
        } catch let error as ResolutionError {
            throw ConnectionError(.unresolved, "the name \(host) has no address", cause: error.reason)
        } catch let error as ConnectError {
            throw ConnectionError(.unreachable, "nothing answers at \(place)", cause: error.description)
        } catch WaitError.timedOut {
            throw ConnectionError(.timedOut, "\(place) did not answer in time")
        } catch var error as ConnectionError {
            error.message = "\(place): \(error.message)"
            throw error
        } catch let error as SystemError {
            throw ConnectionError(.unreachable, "no connection to \(place)", cause: error.description)
        }
    }
}
