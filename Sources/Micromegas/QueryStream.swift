public import ArrowIPC
import AsyncIO
import FlightSQL
import GRPC
public import UTCTime

/// The rows a query answers with, batch by batch as they arrive.
///
/// The answer is whole only if the iteration ends without an error. One task reads at a time; dropping the stream cancels
/// the query.
public struct QueryStream: AsyncSequence, Sendable {
    /// Rows that came in one message.
    public typealias Element = RecordBatch

    private let stream: BatchStream
    private let loop: EventLoop
    private let translate: @Sendable (any Error) -> any Error

    init(_ stream: BatchStream, on loop: EventLoop, translate: @escaping @Sendable (any Error) -> any Error) {
        self.stream = stream
        self.loop = loop
        self.translate = translate
    }

    /// What the columns of every batch are.
    public var schema: Schema { stream.schema }

    /// The server's clock when it began to answer, to a second; nil where its `date` header is missing or unreadable.
    public var serverNow: Timestamp? { stream.initialMetadata["date"].flatMap(Timestamp.init(httpDate:)) }

    /// All batches that have arrived, at least one; empty after the last.
    ///
    ///     let stream = try await client.queryStream(sql, range: day)
    ///     while case let batches = try await stream.nextBatches(), !batches.isEmpty { print(batches.count) }
    ///
    /// - Throws: ``MicromegasError`` where the answer did not end well; `CancellationError`.
    public func nextBatches() async throws -> [RecordBatch] {
        try loop.checkRuns()
        do { return try await stream.nextBatches() } catch { throw translate(error) }
    }

    /// Begins to read the batches; there is one reader.
    ///
    ///     let batches = try await client.queryStream(sql, range: day).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: stream.makeAsyncIterator(), loop: loop, translate: translate)
    }

    /// Gives the batches one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let stream: BatchStream.Iterator
        let loop: EventLoop
        let translate: @Sendable (any Error) -> any Error

        /// The next batch; nil after the last.
        ///
        ///     let batches = try await client.queryStream(sql, range: day).makeAsyncIterator()
        ///     while let batch = try await batches.next() { print(batch.rowCount) }
        ///
        /// - Throws: ``MicromegasError`` where the answer did not end well; `CancellationError`.
        public func next() async throws -> RecordBatch? {
            try loop.checkRuns()
            do { return try await stream.next() } catch { throw translate(error) }
        }
    }
}
