import ArrowIPC
public import UTCTime

/// A row of a materialization with its time.
public struct MaterializationEvent: Sendable, Hashable {
    /// When the server wrote it.
    public var time: Timestamp
    /// What it says.
    public var row: MaterializationRow
    /// Its text as it came.
    public var message: String

    /// An event.
    ///
    ///     let event = MaterializationEvent(time: now, message: text)
    public init(time: Timestamp, message: String) {
        self.time = time
        self.row = MaterializationRow(message: message)
        self.message = message
    }
}

/// The rows of a materialization as they arrive. Read it to its end: dropping it cancels what is left of the call.
public struct MaterializationStream: AsyncSequence, Sendable {
    /// A row of the answer.
    public typealias Element = MaterializationEvent

    let stream: QueryStream

    /// Begins to read the rows; there is one reader.
    ///
    ///     var events = try await client.run(call).makeAsyncIterator()
    public func makeAsyncIterator() -> Iterator { Iterator(stream: stream.makeAsyncIterator()) }

    /// Gives the rows one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let stream: QueryStream.Iterator
        private var waiting: [MaterializationEvent] = []

        init(stream: QueryStream.Iterator) { self.stream = stream }

        /// The next row; nil after the last.
        ///
        ///     var events = try await client.run(call).makeAsyncIterator()
        ///     while let event = try await events.next() { print(event.row) }
        ///
        /// - Throws: ``MicromegasError`` where the answer did not end well; `CancellationError`.
        public mutating func next() async throws -> MaterializationEvent? {
            while waiting.isEmpty {
                guard let batch = try await stream.next() else { return nil }
                let columns = ListedColumns(batch: batch, listing: "a materialization")
                let times = try columns.times("time")
                let texts = try columns.texts("msg")
                for row in (0..<batch.rowCount).reversed() {
                    let time = try columns.required(times[row], "time", row: row)
                    waiting.append(
                        MaterializationEvent(
                            time: Timestamp(nanoseconds: time),
                            message: try columns.required(texts[row], "msg", row: row)))
                }
            }
            return waiting.removeLast()
        }
    }
}
