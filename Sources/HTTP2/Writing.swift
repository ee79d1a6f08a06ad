internal import AsyncIO

extension HTTP2Connection {
    /// How much of one stream's body may wait to be sent before who brings more has to wait, in bytes.
    package static let highWaterMark = 1 << 20
    /// So much is made of the frames at a time; what is not asked for yet stays in the streams' queues, where it can be dropped.
    private static let outputLimit = 64 << 10

    // MARK: Bodies in parts

    /// Queues a part of a request's body, at once or when no more than the high-water mark waits. Parts leave in the
    /// order they were brought.
    ///
    /// - Throws: ``StreamOver`` where the stream ends first or its body is complete; `CancellationError`, and then
    ///   nothing was queued.
    package func write(_ bytes: [UInt8], to stream: StreamID) async throws {
        guard let wait = try queue(bytes, to: stream) else { return }
        do {
            try await wait.wait()
        } catch {
            streams[stream]?.writers.removeAll { $0.wait === wait }
            throw error
        }
    }

    /// Says that a request's body ends with what was brought so far; nothing for a stream that is over.
    package func finish(_ stream: StreamID) {
        guard failure == nil, streams[stream]?.isFinished == false else { return }
        streams[stream]?.isFinished = true
        if streams[stream]?.writers.isEmpty == true { session.complete(stream) }
        flush()
    }

    /// Queues a part, or gives what to wait for.
    private func queue(_ bytes: [UInt8], to stream: StreamID) throws -> Suspension<Void>? {
        guard failure == nil, let open = streams[stream], !open.isFinished else { throw StreamOver() }
        if open.writers.isEmpty, session.waitingBytes(of: stream) <= Self.highWaterMark {
            session.append(bytes, to: stream)
            flush()
            return nil
        }
        let wait = Suspension<Void>(on: loop)
        streams[stream]?.writers.append((bytes, wait))
        crowded.insert(stream)
        return wait
    }

    /// Queues what waited for room, as far as there is room now.
    private func admitWriters() {
        for stream in crowded {
            while session.waitingBytes(of: stream) <= Self.highWaterMark, streams[stream]?.writers.isEmpty == false,
                let writer = streams[stream]?.writers.removeFirst()
            {
                // One that was cancelled meanwhile brings nothing.
                if writer.wait.resume() { session.append(writer.bytes, to: stream) }
            }
            guard streams[stream]?.writers.isEmpty != false else { continue }
            crowded.remove(stream)
            if streams[stream]?.isFinished == true { session.complete(stream) }
        }
    }

    /// Ends the waits for room on a stream that takes nothing more.
    func failWriters(of stream: StreamID) {
        guard crowded.remove(stream) != nil, let writers = streams[stream]?.writers else { return }
        streams[stream]?.writers = []
        for writer in writers { writer.wait.resume(with: .failure(StreamOver())) }
    }

    // MARK: Output

    /// Writes what there is, as far as the socket takes it; the rest is written when it is ready for more.
    func flush() {
        guard failure == nil, wire.isOpen, !waitsToWrite, writeError == nil else { return }
        defer { handleWritten() }
        do {
            while true {
                if outputStart == output.count, try !makeOutput() { return }
                switch try wire.write(output[outputStart...]) {
                case .bytes(let count):
                    outputStart += count
                    bytesWritten += count
                case .wait(let direction): return resumeWriting(when: direction)
                case .end: return
                }
            }
        } catch {
            // The peer may have said why before it went: reading goes on to the end.
            writeError = error
        }
    }

    private func makeOutput() throws -> Bool {
        output.removeAll(keepingCapacity: true)
        outputStart = 0
        if !crowded.isEmpty { admitWriters() }
        try session.takeOutput(into: &output, upTo: Self.outputLimit) { stream, end in
            streams[stream]?.headersEnd = bytesWritten + end
            leaving.append(stream)
        }
        return !output.isEmpty
    }

    /// Tells whose headers have left. Streams may have ended by what was written: our side's end after the peer's, the
    /// library's reset of a stream on which the peer broke a rule, a request that may no longer be sent.
    private func handleWritten() {
        while let stream = leaving.first {
            if let left = streams[stream], !wasSent(left) { break }
            leaving.removeFirst()
            tell(stream, .requestSent)
        }
        for event in session.takeEvents() {
            switch event {
            case .closed(let stream, let code) where code != .noError && code != .refusedStream:
                let reason = code == .protocolError ? session.complaint : nil
                _ = remove(stream)?.handler(.closed(.broken(code, reason: reason)))
            case .closed(let stream, let code): closed(stream, code)
            case .notSent(let stream): closed(stream, .refusedStream)
            default: break
            }
        }
    }

    private func resumeWriting(when direction: Socket.Direction) {
        waitsToWrite = true
        Task(executorPreference: loop) { await self.writeWhenReady(for: direction) }
    }

    private func writeWhenReady(for direction: Socket.Direction) async {
        do { try await wire.wait(direction) } catch { writeError = error }
        waitsToWrite = false
        flush()
    }
}
