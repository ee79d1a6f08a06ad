import Testing

@testable import HTTP2

/// Bodies that come in parts: by themselves, and through a session to a server's.
@Suite struct RequestBodyTests {
    private func read(_ body: inout RequestBody, _ room: Int) -> (RequestBody.Next, [UInt8]) {
        var buffer = [UInt8](repeating: 0xFF, count: room)
        let next = buffer.withUnsafeMutableBytes { body.read(into: $0) }
        return switch next {
        case .part(let count), .last(let count): (next, Array(buffer[..<count]))
        case .later: (next, [])
        }
    }

    @Test func partsAreReadAcrossTheirEdges() {
        var body = RequestBody([1, 2, 3], isComplete: false)
        body.append([4])
        body.append([5, 6])
        #expect(body.count == 6)
        #expect(read(&body, 2) == (.part(2), [1, 2]))
        #expect(read(&body, 3) == (.part(3), [3, 4, 5]))
        #expect(read(&body, 9) == (.part(1), [6]))
        #expect(read(&body, 9) == (.later, []))
        let first = body.takeAwaited()
        let second = body.takeAwaited()
        #expect(first && !second)
        body.append([7])
        body.complete()
        #expect(read(&body, 9) == (.last(1), [7]))
    }

    @Test func anEndAfterAllBytesIsALastPartOfNone() {
        var body = RequestBody([], isComplete: false)
        #expect(read(&body, 9) == (.later, []))
        body.complete()
        let isAwaited = body.takeAwaited()
        #expect(isAwaited)
        #expect(read(&body, 9) == (.last(0), []))
    }

    @Test func manySmallPartsKeepTheirOrder() {
        var body = RequestBody([], isComplete: false)
        var all: [UInt8] = []
        for number in 0..<1_000 {
            body.append([UInt8(number % 251), 255])
            if number.isMultiple(of: 3) { all += read(&body, 5).1 }
        }
        body.complete()
        while body.count > 0 { all += read(&body, 7).1 }
        #expect(all == (0..<1_000).flatMap { [UInt8($0 % 251), 255] })
    }

    private func exchange(_ client: HTTP2Session, _ server: ServerSession) throws {
        var bytes: [UInt8] = []
        try client.takeOutput(into: &bytes, upTo: .max) { _, _ in }
        #expect(server.receive(bytes))
        _ = try client.receive(server.output()[...])
    }

    private let request = [
        HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/"),
        HeaderField(":authority", "test"),
    ]

    @Test func aBodyArrivesAsItIsBroughtAndEndsWhenItIsSaidTo() throws {
        let (client, server) = (try HTTP2Session(maximumHeaderListSize: 1 << 16), ServerSession())
        try exchange(client, server)
        let stream = try client.submit(request, body: [], isComplete: false)
        try exchange(client, server)
        #expect(server.headers[stream]?.count == 4)
        #expect(server.complete == [])
        client.append([1, 2], to: stream)
        try exchange(client, server)
        #expect(server.bodies[stream] == [1, 2])
        client.append([3], to: stream)
        client.append([4, 5], to: stream)
        try exchange(client, server)
        #expect(server.bodies[stream] == [1, 2, 3, 4, 5])
        #expect(server.complete == [])
        #expect(!client.hasSentAll(stream))
        client.complete(stream)
        try exchange(client, server)
        #expect(server.complete == [stream])
        #expect(client.hasSentAll(stream))
    }

    @Test func whatTheServersWindowDoesNotTakeWaits() throws {
        let (client, server) = (try HTTP2Session(maximumHeaderListSize: 1 << 16), ServerSession(initialWindow: 1_000))
        try exchange(client, server)
        let stream = try client.submit(request, body: [], isComplete: false)
        client.append([UInt8](repeating: 1, count: 1_500), to: stream)
        try exchange(client, server)
        #expect(server.bodies[stream]?.count ?? 0 >= 1_000)
        #expect(client.waitingBytes(of: stream) <= 500)
        // The server's library opens the window by what it took.
        client.append([2], to: stream)
        for _ in 0..<4 { try exchange(client, server) }
        #expect(server.bodies[stream]?.count == 1_501)
        #expect(client.waitingBytes(of: stream) == 0)
    }

    @Test func partsForAStreamThatIsOverAreDropped() throws {
        let (client, server) = (try HTTP2Session(maximumHeaderListSize: 1 << 16), ServerSession())
        try exchange(client, server)
        let stream = try client.submit(request, body: [], isComplete: false)
        try exchange(client, server)
        client.reset(stream, .cancel)
        client.append([1], to: stream)
        client.complete(stream)
        try exchange(client, server)
        #expect(server.closed[stream] == ErrorCode.cancel.rawValue)
        #expect(server.bodies[stream] == nil)
        #expect(client.waitingBytes(of: stream) == 0)
    }
}
