package import AsyncIO

extension HTTP2Connection {
    /// Finds a host, connects to the first of its addresses where a server greets as it should, and waits for its first
    /// settings.
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
            return try await connect(toAnyOf: addresses, tls: tls, limits: limits, on: loop, until: deadline)
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

    /// Connects to the first address where a server greets as it should. One that takes the connection and then does not
    /// has a fair part of the time, and is left out afterwards.
    ///
    /// - Throws: What the first one that took a connection did wrong (``ConnectionError``), else ``ConnectError`` or
    ///   ``WaitError``; `CancellationError`.
    package static func connect(
        toAnyOf addresses: [SocketAddress], tls: TLSSettings?, limits: Limits, on loop: EventLoop,
        until deadline: ContinuousClock.Instant
    ) async throws -> HTTP2Connection {
        var remaining = addresses
        var fault: ConnectionError?
        while true {
            do {
                let (socket, address) = try await Socket.connect(toAnyOf: remaining, on: loop, until: deadline)
                let part = (deadline - .now) / remaining.count
                remaining.removeAll { $0 == address }
                let end = remaining.isEmpty ? deadline : .now + part
                return try await open(socket, tls: tls, limits: limits, on: loop, until: end)
            } catch let error as ConnectionError {
                // Our own settings are wrong everywhere.
                if error.kind == .settings { throw error }
                fault = fault ?? error
                if let fault, remaining.isEmpty { throw fault }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw fault ?? error
            }
        }
    }
}
