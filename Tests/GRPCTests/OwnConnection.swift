import AsyncIO
import Testing

@testable import GRPC
@testable import HTTP2

/// What of a connection no call of a channel can bring about in a test's time.
extension Channel {
    /// The headers of a request.
    nonisolated var headers: [HeaderField] {
        HeaderMapping.request(method, configuration, Metadata(), timeout: nil)
    }

    /// Connects to its server beside the channel.
    nonisolated func connectBeside() async throws -> HTTP2Connection {
        let keepalive = ConnectionState.Keepalive(interval: .seconds(300), timeout: .seconds(20))
        return try await HTTP2Connection.connect(
            host: configuration.host, port: configuration.port, tls: nil,
            limits: .init(maximumHeaderListSize: 1_000, keepalive: keepalive), on: loop, until: .now + .seconds(5))
    }
}

extension HTTP2Connection {
    /// Leaves stream ids out.
    func skipStreams(to next: StreamID) { session.skipStreams(to: next) }

    /// Makes a request and waits for the stream's end.
    func request(_ headers: [HeaderField]) async throws -> (StreamID, StreamEnd) {
        let ended = Suspension<StreamEnd>(on: loop)
        let stream = try await open(headers, body: [], until: nil) { event in
            if case .closed(let end) = event { ended.resume(with: .success(end)) }
            return StreamReply()
        }
        return (stream, try await ended.wait(until: .now + .seconds(5)))
    }

    /// Opens a stream when there is a slot, and leaves that to the next.
    func openAndReset(_ headers: [HeaderField]) async throws -> StreamID {
        let stream = try await open(headers, body: [], until: .now + .seconds(5)) { _ in StreamReply() }
        reset(stream, .cancel)
        return stream
    }

    /// Waits at a gate, then for a slot.
    func openAndReset(
        _ headers: [HeaderField], arrived: Suspension<Void>, gate: Suspension<Void>
    ) async throws -> StreamID {
        arrived.resume()
        try await gate.wait()
        return try await openAndReset(headers)
    }

    /// Ends a stream. Who waits at the gate asks for its slot before anyone runs who waited for that.
    func reset(_ stream: StreamID, opening gate: Suspension<Void>) {
        gate.resume()
        reset(stream, .cancel)
    }
}
