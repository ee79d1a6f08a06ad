package import ArrowIPC

/// Takes the messages of one DoGet call and decodes them in order.
package actor BatchReader {
    /// Everything that has arrived, at least one message; empty after a good end, an error after any other.
    private let arrived: @Sendable () async throws -> [[UInt8]]
    /// Ends the call early.
    private let cancel: @Sendable () -> Void
    private var decoder = StreamDecoder()
    /// Messages that came together, those that were decoded let go.
    private var waiting: [[UInt8]] = []
    /// The next one of them.
    private var next = 0
    private var end: Result<Void, any Error>?

    package init(_ arrived: @escaping @Sendable () async throws -> [[UInt8]], cancel: @escaping @Sendable () -> Void) {
        self.arrived = arrived
        self.cancel = cancel
    }

    /// The stream's schema, once it came.
    package func schema() async throws -> Schema {
        while true {
            if let schema = decoder.schema { return schema }
            guard let message = try await nextMessage() else {
                throw FlightError("the answer ended without a schema")
            }
            _ = try decode(message)
        }
    }

    /// The next batch, nil after the last.
    package func nextBatch() async throws -> RecordBatch? {
        while let message = try await nextMessage() {
            if let batch = try decode(message) { return batch }
        }
        return nil
    }

    /// The next batch and all behind it that have arrived; empty after the last.
    package func nextBatches() async throws -> [RecordBatch] {
        guard let first = try await nextBatch() else { return [] }
        var batches = [first]
        while let message = takeWaiting() {
            // What came before a malformed message is given first; the error comes with the next call.
            guard let decoded = try? decode(message) else { continue }
            batches.append(decoded)
        }
        return batches
    }

    /// The next message that was not decoded yet, nil after a good end.
    private func nextMessage() async throws -> [UInt8]? {
        while true {
            if let message = takeWaiting() { return message }
            if let end {
                try end.get()
                return nil
            }
            do {
                let messages = try await arrived()
                if messages.isEmpty { end = .success(()) }
                (waiting, next) = (messages, 0)
            } catch {
                end = .failure(error)
            }
        }
    }

    private func takeWaiting() -> [UInt8]? {
        guard next < waiting.count else { return nil }
        var message: [UInt8] = []
        swap(&message, &waiting[next])
        next += 1
        return message
    }

    /// The batch that a message holds, nil where it holds something else. An error ends the stream.
    private func decode(_ message: [UInt8]) throws -> RecordBatch? {
        do {
            let data = try FlightData(message)
            // A message without a header carries only the application's metadata.
            if data.header.isEmpty { return nil }
            let decoded = try decoder.decode(metadata: data.header, body: data.body, in: data.message)
            if case .batch(let batch) = decoded { return batch }
            return nil
        } catch {
            end = .failure(error)
            waiting = []
            cancel()
            throw error
        }
    }
}
