public import ArrowIPC
public import GRPC

/// The rows that a query answers with, batch by batch as they arrive.
///
/// The answer is whole only if the iteration ends without an error: an end with any status but `OK` is thrown, after the
/// batches that came before it. One task reads at a time; batches that one reader took another does not see. A stream that
/// is dropped cancels its call.
public struct BatchStream: AsyncSequence, Sendable {
    /// Rows that came in one message.
    public typealias Element = RecordBatch
    /// `RPCError`, ``FlightError``, `ArrowError` or `CancellationError`.
    public typealias Failure = any Error

    /// What the columns of every batch are.
    public let schema: Schema
    /// What the server sent before its first message.
    public let initialMetadata: Metadata
    private let call: ServerStreamingCall
    private let reader: BatchReader

    /// Waits for the schema, which comes first.
    init(_ call: ServerStreamingCall) async throws {
        self.call = call
        reader = BatchReader({ try await call.nextMessages() }, cancel: { call.cancel() })
        schema = try await reader.schema()
        initialMetadata = try await call.initialMetadata()
    }

    /// All batches that have arrived, at least one; empty after the last.
    ///
    ///     let stream = try await connection.query(sql)
    ///     while case let batches = try await stream.nextBatches(), !batches.isEmpty { print(batches.count) }
    ///
    /// - Throws: `RPCError` where the call did not end well, ``FlightError`` or `ArrowError` where a message is malformed,
    ///   `CancellationError`. The same again at each further call.
    public func nextBatches() async throws -> [RecordBatch] { try await reader.nextBatches() }

    /// What came with the status; empty until the last batch was taken.
    public var trailingMetadata: Metadata {
        get async { await call.trailingMetadata }
    }

    /// Begins to read the batches; there is one reader.
    ///
    ///     let batches = try await connection.query(sql).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// Gives the batches of a stream one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: BatchReader

        /// The next batch; nil after the last.
        ///
        ///     let batches = try await connection.query(sql).makeAsyncIterator()
        ///     while let batch = try await batches.next() { print(batch.rowCount) }
        public func next() async throws -> RecordBatch? { try await reader.nextBatch() }
    }
}
