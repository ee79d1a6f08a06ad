public import ArrowIPC
public import GRPC

extension FlightSQLConnection {
    /// Sends rows into a table of the server's: DoPut with CommandStatementIngest.
    ///
    /// It changes the table and is never sent again by itself. A message is asked for when the one before was taken, so
    /// that no more of them are in memory than wait to be sent (`StreamingCall/send(_:)`).
    ///
    ///     let writer = try StreamWriter(batch.schema)
    ///     var messages = try [writer.schemaMessage] + writer.messages(of: batch)
    ///     let count = try await connection.ingest(into: "payloads") { messages.isEmpty ? nil : messages.removeFirst() }
    ///
    /// - Parameters:
    ///   - table: The table, which must be there; the rows are added to it.
    ///   - metadata: sent with the call.
    ///   - timeout: for the whole call; nil for no limit.
    ///   - next: The next message of the rows' IPC stream, the schema's first; nil after the last.
    /// - Returns: How many rows the server says it took, -1 where it does not know.
    /// - Throws: `RPCError` where the server refuses it or the call fails, ``FlightError`` where the answer is malformed,
    ///   `CancellationError`; what `next` throws, which ends the call.
    public func ingest(
        into table: String, metadata: Metadata = Metadata(), timeout: Duration? = nil,
        _ next: () async throws -> EncodedMessage?
    ) async throws -> Int64 {
        let results = try await put(FlightDescriptor.ingest(table), metadata: metadata, timeout: timeout, next)
        guard results.count == 1 else {
            throw FlightError("\(results.count) results came for the rows of one table")
        }
        return try UpdateResult(results[0]).recordCount
    }

    /// Sends the messages of an IPC stream, a descriptor with the first of them.
    ///
    /// - Returns: The application's metadata of each result.
    func put(
        _ descriptor: [UInt8], metadata: Metadata, timeout: Duration?, _ next: () async throws -> EncodedMessage?
    ) async throws -> [[UInt8]] {
        let call = try await channel.streaming(Self.service + "DoPut", metadata: metadata, timeout: timeout)
        // Read from the beginning: a server that answers each message would stop reading once its answers filled the window.
        async let results = Self.results(of: call)
        do {
            var descriptor = descriptor
            while let message = try await next() {
                try await call.send(
                    FlightData.encoded(header: message.header, body: message.body, descriptor: descriptor))
                descriptor = []
            }
            try await call.finish()
        } catch {
            await call.cancel()
            throw error
        }
        return try await results
    }

    private static func results(of call: StreamingCall) async throws -> [[UInt8]] {
        var results: [[UInt8]] = []
        while case let messages = try await call.nextMessages(), !messages.isEmpty {
            for message in messages { results.append(try PutResult.metadata(message)) }
        }
        return results
    }
}

/// What DoPut answers: PutResult (Flight.proto: `app_metadata` 1).
package struct PutResult {
    /// The application's metadata; empty where there is none.
    package static func metadata(_ message: [UInt8]) throws(FlightError) -> [UInt8] {
        var metadata: [UInt8] = []
        var reader = ProtobufReader(message, 0..<message.count)
        while let field = try reader.next() {
            if field.number == 1 { metadata = Array(message[try field.bytes(of: "PutResult")]) }
        }
        return metadata
    }
}

/// What a change of rows answers, not packed: DoPutUpdateResult (FlightSql.proto: `record_count` 1).
package struct UpdateResult: Equatable {
    /// Count of rows, -1 where unknown.
    package let recordCount: Int64

    package init(_ message: [UInt8]) throws(FlightError) {
        var count: Int64 = 0
        var reader = ProtobufReader(message, 0..<message.count)
        while let field = try reader.next() {
            if field.number == 1 { count = try field.integer(of: "DoPutUpdateResult") }
        }
        recordCount = count
    }
}
