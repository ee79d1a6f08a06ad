import AsyncIO
import GRPC
import HTTP2
import Testing

/// Calls that wait since the server takes no more streams at once.
@Suite(.timeLimit(.minutes(1))) struct SlotTests {
    @Test func aSlotThatIsNotTakenGoesToTheNextWhoWaits() async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumStreams: 1, maximumHeaderListSize: 1_000)
            for _ in 0..<2 {
                let stream = try peer.request()
                try peer.answer(stream)
            }
            peer.untilClosed()
        } _: { (channel) async throws in
            let first = try await channel.streaming(method)
            var tooLarge = Metadata()
            try tooLarge.add("x", String(repeating: "v", count: 1_000))
            let refused = Task(executorPreference: channel.loop) { [tooLarge] in
                try await channel.unary(method, [], metadata: tooLarge)
            }
            await Self.letAllWait(channel.loop)
            let next = Task(executorPreference: channel.loop) {
                try await channel.unary(method, [], timeout: .seconds(20))
            }
            await Self.letAllWait(channel.loop)
            #expect(try await first.response().message == [1])
            let error = await #expect(throws: RPCError.self) { try await refused.value }
            #expect(error?.code == .invalidArgument)
            #expect(try await next.value.message == [1])
        }
    }

    @Test func whoComesWhenASlotIsFreedIsBehindThoseWhoWaitForIt() async throws {
        try await Self.withItsOnlySlotTaken { (channel, connection, headers, open) async throws in
            var waiting: [Task<StreamID, any Error>] = []
            for _ in 0..<2 {
                waiting.append(Task(executorPreference: channel.loop) { try await connection.openAndReset(headers) })
                await Self.letAllWait(channel.loop)
            }
            let (arrived, gate) = (Suspension<Void>(on: channel.loop), Suspension<Void>(on: channel.loop))
            waiting.append(
                Task(executorPreference: channel.loop) {
                    try await connection.openAndReset(headers, arrived: arrived, gate: gate)
                })
            try await arrived.wait()
            await connection.reset(open, opening: gate)
            var streams: [StreamID] = []
            for task in waiting { streams.append(try await task.value) }
            #expect(streams == [open + 2, open + 4, open + 6])
        }
    }

    @Test func whoWaitsAndIsCancelledHoldsNobodyUp() async throws {
        try await Self.withItsOnlySlotTaken { (channel, connection, headers, open) async throws in
            let cancelled = Task(executorPreference: channel.loop) { try await connection.openAndReset(headers) }
            await Self.letAllWait(channel.loop)
            let next = Task(executorPreference: channel.loop) { try await connection.openAndReset(headers) }
            await Self.letAllWait(channel.loop)
            cancelled.cancel()
            await connection.reset(open, .cancel)
            #expect(try await next.value == open + 2)
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }
    }

    @Test func theLastStreamIDEndsWellAndWhoWaitsGoesElsewhere() async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumStreams: 1)
            for _ in 0..<2 {
                let stream = try peer.request()
                try peer.accept(stream)
                try peer.trailers(stream, status: 0)
            }
            peer.untilClosed()
        } _: { (channel) async throws in
            let (connection, headers) = (try await channel.connectBeside(), channel.headers)
            await connection.skipStreams(to: .max - 2)
            let requests = (0..<3).map { _ in
                Task(executorPreference: channel.loop) { try await connection.request(headers) }
            }
            for (request, id) in zip(requests, [StreamID.max - 2, .max]) {
                let (stream, end) = try await request.value
                #expect(stream == id)
                guard case .reset(.noError) = end else {
                    Issue.record("\(end)")
                    return
                }
            }
            let error = await #expect(throws: ConnectionError.self) { _ = try await requests[2].value }
            #expect(error?.kind == .goingAway)
            #expect(await !connection.takesStreams)
        }
    }

    /// A connection whose server takes one stream, and that stream, which is open.
    private static func withItsOnlySlotTaken(
        _ body: (Channel, HTTP2Connection, [HeaderField], StreamID) async throws -> Void
    ) async throws {
        try await withPeer { peer, _ in
            try peer.greet(maximumStreams: 1)
            peer.untilClosed()
        } _: { (channel) async throws in
            let (connection, headers) = (try await channel.connectBeside(), channel.headers)
            let open = try await connection.open(headers, body: [], until: nil) { _ in StreamReply() }
            try await body(channel, connection, headers, open)
            await connection.close()
        }
    }

    /// Runs what can run now: a call is then where it waits.
    private static func letAllWait(_ loop: EventLoop) async {
        for _ in 0..<20 { await loop.turn() }
    }
}
