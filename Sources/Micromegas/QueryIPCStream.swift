import AsyncIO
import FlightSQL

/// What a query answers, as the bytes of an Arrow IPC stream, a message an element: any Arrow reader takes them.
///
/// The stream is whole only if the iteration ends without an error. One task reads; dropping the stream cancels the query.
///
///     for try await bytes in try await client.queryIPC("SELECT * FROM log_entries", limit: 10) { file.write(bytes) }
public struct QueryIPCStream: AsyncSequence, Sendable {
    /// Bytes of the stream, whole messages of it.
    public typealias Element = [UInt8]

    private let stream: IPCStream
    private let loop: EventLoop
    private let translate: @Sendable (any Error) -> any Error

    init(_ stream: IPCStream, on loop: EventLoop, translate: @escaping @Sendable (any Error) -> any Error) {
        self.stream = stream
        self.loop = loop
        self.translate = translate
    }

    /// Begins to read the messages; there is one reader.
    ///
    ///     var messages = try await client.queryIPC(sql).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: stream.makeAsyncIterator(), loop: loop, translate: translate)
    }

    /// Gives the messages one by one; the last is the mark that ends a stream.
    public struct Iterator: AsyncIteratorProtocol {
        var stream: IPCStream.Iterator
        let loop: EventLoop
        let translate: @Sendable (any Error) -> any Error

        /// The next bytes; nil after the last.
        ///
        ///     var messages = try await client.queryIPC(sql).makeAsyncIterator()
        ///     while let bytes = try await messages.next() { file.write(bytes) }
        ///
        /// - Throws: ``MicromegasError`` where the answer did not end well; `CancellationError`.
        public mutating func next() async throws -> [UInt8]? {
            try loop.checkRuns()
            do { return try await stream.next() } catch { throw translate(error) }
        }
    }
}
