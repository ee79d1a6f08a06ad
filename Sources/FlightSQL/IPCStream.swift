import ArrowIPC
public import GRPC

/// What a query answers as the bytes of an Arrow IPC stream, a message at a time: the schema, dictionaries and batches as the
/// server sent them, then the mark that ends a stream.
///
/// Nothing is decoded, so that every type passes. Without the mark at its end the stream is not whole: an end with any status
/// but `OK` is thrown. One task reads; a stream that is dropped cancels its call.
public struct IPCStream: AsyncSequence, Sendable {
    /// Bytes of the stream, whole messages of it.
    public typealias Element = [UInt8]
    /// `RPCError`, ``FlightError`` or `CancellationError`.
    public typealias Failure = any Error

    /// What the server sent before its first message.
    public let initialMetadata: Metadata
    private let call: ServerStreamingCall
    private let first: [[UInt8]]

    /// Waits for the first messages.
    init(_ call: ServerStreamingCall) async throws {
        self.call = call
        first = try await call.nextMessages()
        if first.isEmpty { throw FlightError("the answer ended without a schema") }
        initialMetadata = try await call.initialMetadata()
    }

    /// Begins to read the messages; there is one reader.
    ///
    ///     var messages = try await connection.ipcStream(sql).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator { Iterator(call: call, waiting: first.reversed()) }

    /// Gives the messages of a stream one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let call: ServerStreamingCall
        /// Messages that came and were not given yet, the next one last.
        var waiting: [[UInt8]]
        private var isEnded = false

        init(call: ServerStreamingCall, waiting: [[UInt8]]) {
            self.call = call
            self.waiting = waiting
        }

        /// The next bytes; nil after the last.
        ///
        ///     var messages = try await connection.ipcStream(sql).makeAsyncIterator()
        ///     while let bytes = try await messages.next() { file.write(bytes) }
        public mutating func next() async throws -> [UInt8]? {
            if isEnded { return nil }
            while true {
                if waiting.isEmpty { waiting = try await call.nextMessages().reversed() }
                guard let message = waiting.popLast() else {
                    isEnded = true
                    return EncodedMessage.endOfStream
                }
                if let encapsulated = try EncapsulatedMessage(FlightData(message)) { return encapsulated.bytes }
            }
        }
    }
}
