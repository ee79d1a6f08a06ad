internal import ArrowIPC
internal import FlightSQL

/// The messages of DoGet: FlightData by FlightData, every value read, and the same as a stream of encapsulated messages.
struct FlightSubject: Subject {
    let name = "flight"
    let share = 20
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        // Long answers teach no more than short ones.
        seeds = try corpus.calls().map { Array($0.messages.prefix(12)) }.filter { !$0.isEmpty }
    }

    func joined(_ pieces: [[UInt8]]) -> [UInt8] { Parts.joined(pieces) }

    func read(_ input: [UInt8]) async -> Bool {
        let messages = Parts.split(input)
        let arrivals = Arrivals(messages, Randomness(of: input))
        let reader = BatchReader({ await arrivals.next() }, cancel: {})
        var rowsLeft = BatchReading.rows
        var batches = 0
        do {
            _ = try await reader.schema()
            while case let arrived = try await reader.nextBatches(), !arrived.isEmpty {
                batches += arrived.count
                for batch in arrived { BatchReading(batch, &rowsLeft).read() }
            }
        } catch {
            _ = Self.encapsulated(messages)
            return false
        }
        guard let stream = Self.encapsulated(messages) else { return true }
        // A finding: it ends the process, which the program that started it reports with the case.
        guard Self.batches(of: stream) == batches else { fatalError("a stream is another one when encapsulated") }
        return true
    }

    /// The messages as an IPC stream; nil where one announces another body than it has.
    private static func encapsulated(_ messages: [[UInt8]]) -> [UInt8]? {
        var stream: [UInt8] = []
        for message in messages {
            guard let data = try? FlightData(message) else { return nil }
            do {
                if let encapsulated = try EncapsulatedMessage(data) { stream += encapsulated.bytes }
            } catch {
                return nil
            }
        }
        return stream + EncodedMessage.endOfStream
    }

    /// How many batches a stream holds, -1 where it is malformed.
    private static func batches(of stream: [UInt8]) -> Int {
        var reader = StreamReader(stream)
        var batches = 0
        do {
            while let decoded = try reader.next() { if case .batch = decoded { batches += 1 } }
        } catch {
            return -1
        }
        return batches
    }
}

/// Messages as they arrive: now one, now several.
private actor Arrivals {
    private var rest: ArraySlice<[UInt8]>
    private var random: Randomness

    init(_ messages: [[UInt8]], _ random: Randomness) {
        rest = messages[...]
        self.random = random
    }

    func next() -> [[UInt8]] {
        let part = rest.prefix(1 + random.below(4))
        rest = rest.dropFirst(part.count)
        return Array(part)
    }
}
