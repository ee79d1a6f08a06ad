import AsyncIO

/// Keeps the token of one client of an issuer, for as many callers as there are.
///
/// Requests are made on a thread of their own, one at a time: libcurl blocks, and what is renewed beside the calls needs no
/// task that someone would have to wait for.
package final class TokenKeeper: Sendable {
    private struct State: Sendable {
        var lifecycle = TokenLifecycle()
        var waiting: [Suspension<IssuedToken>] = []
    }

    private let state = Lock(State())
    private let request: @Sendable () throws(OIDCError) -> IssuedToken
    private let start: @Sendable (@escaping @Sendable () -> Void) throws -> Void
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A keeper that asks an issuer when a token is first needed.
    ///
    /// - Parameter secret: Gives the client's secret as it is kept now; called before each request, on its thread.
    package convenience init(_ settings: OIDCSettings, secret: @escaping @Sendable () throws -> String) {
        let request = TokenRequest(settings: settings, secret: secret, transfer: { HTTPSTransfer.perform($0) })
        self.init(
            request: { () throws(OIDCError) in try request.perform() }, start: { try startThread($0) }, now: { .now })
    }

    /// - Parameters:
    ///   - request: Asks for a token and blocks until there is one.
    ///   - start: Has a request made, away from the caller.
    init(
        request: @escaping @Sendable () throws(OIDCError) -> IssuedToken,
        start: @escaping @Sendable (@escaping @Sendable () -> Void) throws -> Void,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.request = request
        self.start = start
        self.now = now
    }

    /// A good token: the one that is kept, or the next one that comes.
    ///
    /// - Throws: ``OIDCError``, `CancellationError`.
    package func token() async throws -> IssuedToken {
        let waiting = Suspension<IssuedToken>()
        let action = state.withLock { state in
            let action = state.lifecycle.asked(at: now())
            if case .wait = action { state.waiting.append(waiting) }
            return action
        }
        switch action {
        case .use(let token, let renews):
            if renews { begin() }
            return token
        case .fail(let error): throw error
        case .wait(let asks):
            if asks { begin() }
            return try await waiting.wait()
        }
    }

    /// Hears that the lake did not accept a token.
    package func rejected(_ text: String) { state.withLock { $0.lifecycle.rejected(text, at: now()) } }

    /// What is worth a word about the token; nil where nothing is.
    package var note: String? { state.withLock { $0.lifecycle.note } }

    private func begin() {
        do {
            try start {
                do throws(OIDCError) { self.end(.success(try self.request())) } catch { self.end(.failure(error)) }
            }
        } catch {
            end(.failure(OIDCError("a token cannot be asked for: \(error)")))
        }
    }

    private func end(_ result: Result<IssuedToken, OIDCError>) {
        let waiting = state.withLock { state in
            switch result {
            case .success(let token): state.lifecycle.issued(token, at: now())
            case .failure(let error): state.lifecycle.failed(error, at: now())
            }
            defer { state.waiting = [] }
            return state.waiting
        }
        for suspension in waiting { suspension.resume(with: result.mapError { $0 }) }
    }
}
