public import AsyncIO
internal import HTTP2

/// A way to one server: connects when a call needs it, keeps the connection for later calls, makes a new one after it was lost.
///
/// Of a name with several addresses each is tried until one answers as it should. The calls that wait for a connection
/// get the error where none does; a call that comes soon after waits for the next attempt, which is put off longer each
/// time (``Backoff``). A server that goes away (GOAWAY) finishes the calls it took while others connect anew.
public actor Channel {
    private enum State {
        case idle
        case connecting(Task<Void, Never>, [Suspension<HTTP2Connection>])
        case ready(HTTP2Connection)
        /// By ``withChannel(_:on:_:)``: there will be no other connection.
        case ended
    }

    /// Where it leads and the bounds it keeps.
    public nonisolated let configuration: ChannelConfiguration
    /// The event loop that its connections live on.
    public nonisolated let loop: EventLoop
    /// The event loop, as the executor of this actor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private var state = State.idle
    /// When a silent server is pinged on the next connection.
    private var keepalive: ChannelConfiguration.Keepalive
    /// Connections that take no more calls and still have some.
    private var draining: [HTTP2Connection] = []
    /// Since the last connection that was made, where one failed: the error, and until when there is no other attempt.
    private var failed: (error: RPCError, until: ContinuousClock.Instant, backoff: Backoff)?

    /// A channel whose connection lives on an event loop. Nothing is connected yet.
    ///
    ///     let channel = Channel(ChannelConfiguration(host: "127.0.0.1", port: 50_051), on: loop)
    public init(_ configuration: ChannelConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        keepalive = configuration.keepalive
    }

    deinit {
        guard case .ready(let connection) = state else { return }
        loop.execute { connection.assumeIsolated { $0.close() } }
    }

    /// Makes a channel for the time of `body` and closes it on every way out.
    ///
    ///     let server = ChannelConfiguration(host: "127.0.0.1", port: 50_051)
    ///     let response = try await Channel.withChannel(server, on: loop) { try await $0.unary("/demo.Echo/Say", request) }
    public static func withChannel<Result>(
        _ configuration: ChannelConfiguration, on loop: EventLoop, _ body: (Channel) async throws -> Result
    ) async throws -> Result {
        let channel = Channel(configuration, on: loop)
        do {
            let result = try await body(channel)
            await channel.finish()
            return result
        } catch {
            await channel.finish()
            throw error
        }
    }

    /// Calls a method that answers with one message.
    ///
    ///     let response = try await channel.unary("/demo.Echo/Say", request, timeout: .seconds(5)).message
    ///
    /// - Parameters:
    ///   - method: The full path, `/package.Service/Method`.
    ///   - request: The request's one message, without prefix.
    ///   - timeout: The time the whole call may take, its attempts together; nil for no limit.
    ///   - retry: Whether the call may be made again though the server may have acted on it; never where it changes anything.
    /// - Throws: ``RPCError`` for every end but one message and status `OK`; `CancellationError` where the calling task was cancelled.
    public func unary(
        _ method: String, _ request: [UInt8], metadata: Metadata = Metadata(), timeout: Duration? = nil,
        retry: RetryPolicy = .never
    ) async throws -> UnaryResponse {
        let call = try await answered(method, request, metadata, timeout, retry)
        return try await call.onlyMessage()
    }

    /// Calls a method that answers with a stream of messages; returns when the server has answered with its headers, or
    /// where the call may be made again with its first message.
    ///
    ///     let answer = try await channel.serverStreaming("/demo.Echo/Repeat", request)
    ///     while case let messages = try await answer.nextMessages(), !messages.isEmpty { print(messages.count) }
    ///
    /// - Parameters: As of ``unary(_:_:metadata:timeout:retry:)``; `timeout` is for the whole call, its last message included.
    /// - Throws: ``RPCError`` where the call ended before anything of the answer came; `CancellationError` where the calling task was cancelled.
    public func serverStreaming(
        _ method: String, _ request: [UInt8], metadata: Metadata = Metadata(), timeout: Duration? = nil,
        retry: RetryPolicy = .never
    ) async throws -> ServerStreamingCall {
        ServerStreamingCall(try await answered(method, request, metadata, timeout, retry))
    }

    /// Calls a method whose request is a stream of messages; returns when its headers have left, before the server answered.
    ///
    /// From then on the call is never made again by the transport: an error's ``RPCError/mayHaveBeenProcessed`` says whether
    /// the caller may.
    ///
    ///     let exchange = try await channel.streaming("/demo.Echo/Gather")
    ///     try await exchange.send(request)
    ///     let response = try await exchange.response()
    ///
    /// - Parameters: As of ``unary(_:_:metadata:timeout:retry:)``; `timeout` is for the whole call, its last message included.
    /// - Throws: ``RPCError`` where the headers cannot be sent; `CancellationError` where the calling task was cancelled.
    public func streaming(
        _ method: String, metadata: Metadata = Metadata(), timeout: Duration? = nil
    ) async throws -> StreamingCall {
        StreamingCall(try await answered(method, nil, metadata, timeout, .never))
    }

    /// Ends what is open with `cancelled` and closes the connection. A later call makes a new one.
    ///
    ///     await channel.close()
    public func close() async { shut(leaving: .idle) }

    private func finish() { shut(leaving: .ended) }

    private func shut(leaving next: State) {
        let last = state
        state = next
        failed = nil
        switch last {
        case .idle, .ended: break
        case .connecting(let task, let waiting):
            task.cancel()
            for wait in waiting { wait.resume(with: .failure(Self.closedError)) }
        case .ready(let connection):
            heedPings(of: connection)
            draining.append(connection)
        }
        for connection in draining { connection.assumeIsolated { $0.close() } }
        draining = []
    }

    private static let closedError = ConnectionError(.closed, "the channel was closed")

    // MARK: Calls

    /// Makes a call and waits for its answer, or without a request until its headers have left. A request that is proved
    /// unprocessed is sent again, on another connection if need be; another one where the policy says so.
    private func answered(
        _ method: String, _ request: [UInt8]?, _ metadata: Metadata, _ timeout: Duration?, _ retry: RetryPolicy
    ) async throws -> ClientCall {
        guard method.hasPrefix("/"), method.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RPCError(
                code: .invalidArgument, message: "“\(method)” is no method's path", mayHaveBeenProcessed: false)
        }
        let deadline = timeout.map { ContinuousClock.now + $0 }
        // Until then it may be made again; what comes later is for the caller.
        let progress: StreamState.Progress = request == nil ? .sent : retry == .never ? .headers : .message
        var attempts = Attempts(retry)
        while true {
            do {
                let call = try await begun(method, request, metadata, deadline, isFirst: attempts.count == 1)
                try await call.waitFor(progress)
                return call
            } catch let failure as AttemptError {
                let left = deadline.map { $0 - .now }
                switch attempts.failed(failure, chance: .random(in: 0...1), left: left) {
                case .end(let error): throw error
                case .attempt(let pause):
                    if let left, pause >= left {
                        throw attempts.told(Self.deadlineError(after: failure.error))
                    }
                    try await loop.sleep(for: pause)
                }
            } catch WaitError.timedOut {
                throw attempts.told(Self.deadlineError(after: failed?.error))
            } catch let error as ConnectionError {
                throw attempts.told(RPCError(error))
            }
        }
    }

    /// Begins an attempt on a connection.
    ///
    /// - Throws: ``AttemptError``, ``ConnectionError`` where nothing was sent, ``WaitError``, `CancellationError`.
    private func begun(
        _ method: String, _ request: [UInt8]?, _ metadata: Metadata, _ deadline: ContinuousClock.Instant?, isFirst: Bool
    ) async throws -> ClientCall {
        let connection: HTTP2Connection
        do {
            connection = try await self.connection(until: deadline)
        } catch let error as ConnectionError where !isFirst && error.mayPass {
            // There was a server a moment ago: it may be restarting.
            throw AttemptError(error: RPCError(error), isUnprocessed: true)
        }
        let timeout = deadline.map { $0 - .now }
        if let timeout, timeout <= .zero { throw WaitError.timedOut }
        let call = ClientCall(on: connection, maximumMessageSize: configuration.maximumMessageSize, until: deadline)
        let headers = HeaderMapping.request(method, configuration, metadata, timeout: timeout)
        do {
            try await call.start(headers, body: request.map(MessageFraming.framed))
        } catch let error as ConnectionError where error.isOfThisConnection {
            throw AttemptError(error: RPCError(error), isUnprocessed: true)
        }
        return call
    }

    private static func deadlineError(after last: RPCError?) -> RPCError {
        RPCError(
            code: .deadlineExceeded, message: "the call's time was over before the request could be sent",
            cause: last?.description, mayHaveBeenProcessed: false)
    }

    // MARK: The connection

    /// The connection for the next call; the first that asks makes it.
    private func connection(until deadline: ContinuousClock.Instant?) async throws -> HTTP2Connection {
        let wait = Suspension<HTTP2Connection>(on: loop)
        switch state {
        case .ended: throw Self.closedError
        case .ready(let connection):
            if takesCalls(connection) { return connection }
            state = .connecting(connect(), [wait])
        case .connecting(let task, let waiting): state = .connecting(task, waiting + [wait])
        case .idle: state = .connecting(connect(), [wait])
        }
        // Where the last attempt failed a moment ago, this one waits for its time.
        return try await wait.wait(until: deadline)
    }

    /// Whether a connection takes another call; one that does not is kept for the calls it has.
    private func takesCalls(_ connection: HTTP2Connection) -> Bool {
        if connection.assumeIsolated({ $0.takesStreams }) { return true }
        heedPings(of: connection)
        draining.removeAll { $0.assumeIsolated { $0.isClosed } }
        draining.append(connection)
        return false
    }

    /// Called once for each connection that is done with.
    private func heedPings(of connection: HTTP2Connection) {
        if connection.assumeIsolated({ $0.pingedTooOften }) { keepalive.slowDown() }
    }

    private func connect() -> Task<Void, Never> {
        Task(executorPreference: loop) { await self.makeConnection() }
    }

    private func makeConnection() async {
        let limits = HTTP2Connection.Limits(
            maximumHeaderListSize: configuration.maximumHeaderListSize,
            keepalive: .init(interval: keepalive.interval, timeout: keepalive.timeout))
        var tls: TLSSettings?
        if case .tls(let asked) = configuration.security { tls = asked.settings(for: configuration.host) }
        do {
            if let failed { try await loop.sleep(for: failed.until - .now) }
            let connection = try await HTTP2Connection.connect(
                host: configuration.host, port: configuration.port, tls: tls, limits: limits, on: loop,
                until: .now + configuration.connectTimeout)
            connected(.success(connection))
        } catch {
            connected(.failure(error))
        }
    }

    private func connected(_ result: Result<HTTP2Connection, any Error>) {
        // Closed meanwhile, and perhaps connecting anew: this connection is not for those who wait now.
        guard !Task.isCancelled, case .connecting(_, let waiting) = state else {
            if case .success(let connection) = result { connection.assumeIsolated { $0.close() } }
            return
        }
        switch result {
        case .success(let connection):
            state = .ready(connection)
            failed = nil
        case .failure(let error):
            state = .idle
            if let error = error as? ConnectionError { failedToConnect(error) }
        }
        for wait in waiting { wait.resume(with: result) }
    }

    private func failedToConnect(_ error: ConnectionError) {
        var backoff = failed?.backoff ?? .ofConnections
        let pause = backoff.pause(chance: .random(in: 0...1))
        failed = (RPCError(error), .now + pause, backoff)
    }
}
