internal import ArrowIPC

/// Arrow IPC streams: message by message, every value of what was decoded, every form of text.
struct ArrowSubject: Subject {
    let name = "arrow"
    let share = 40
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        seeds = try corpus.files("Tests/Golden/streams", ".stream").map { Self.messages($0.bytes) }
    }

    func read(_ input: [UInt8]) -> Bool {
        var reader = StreamReader(input)
        var rowsLeft = BatchReading.rows
        do {
            while let decoded = try reader.next() {
                if case .batch(let batch) = decoded { BatchReading(batch, &rowsLeft).read() }
            }
            return true
        } catch {
            return false
        }
    }

    /// The encapsulated messages of a good stream, each with its marker, its length and its body, which reaches to the next
    /// marker on a multiple of 8 bytes.
    private static func messages(_ bytes: [UInt8]) -> [[UInt8]] {
        let starts = stride(from: 0, to: bytes.count - 3, by: 8).filter { bytes[$0..<$0 + 4].allSatisfy { $0 == 0xFF } }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }
}
