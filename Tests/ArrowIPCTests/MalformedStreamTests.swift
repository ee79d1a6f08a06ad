import ArrowIPC
import GoldenCalls
import Testing

/// Damaged streams: whatever the bytes, the answer is an error or rows that can be read.
@Suite struct MalformedStreamTests {
    static let names = [
        "nested", "texts", "numbers", "temporal", "dictionary-nested", "dictionary-replaced", "no-rows", "lz4-small",
        "zstd-small", "fixed", "maps", "unions", "unions-v4", "views", "list-views", "runs", "delta", "delta-views",
        "dictionary-of-dictionaries",
    ]

    /// The streams of kinds that servers seldom send.
    static let kinds = [
        "fixed", "maps", "unions", "views", "list-views", "runs", "delta-views", "dictionary-of-dictionaries",
    ]

    @Test("a stream cut anywhere gives the batches before the cut or an error", arguments: names)
    func cut(_ name: String) throws {
        let bytes = try GoldenStream(name).bytes
        var reader = StreamReader(bytes)
        let whole = (try? reader.batches().count) ?? 0
        for length in 0..<bytes.count {
            var reader = StreamReader(Array(bytes[..<length]))
            guard let batches = try? reader.batches() else { continue }
            #expect(batches.count <= whole)
            batches.forEach(readAll)
        }
    }

    @Test("a body or metadata cut anywhere inside a message is an error") func cutMessage() throws {
        let stream = try EncodedStream(GoldenStream("texts").bytes)
        var decoder = StreamDecoder()
        _ = try decoder.decode(stream.messages[0])
        let (bytes, metadata, body) = stream.messages[1]
        for end in metadata {
            #expect(throws: ArrowError.self) {
                try decoder.decode(metadata: metadata.lowerBound..<end, body: body, in: bytes)
            }
        }
        for end in body {
            #expect(throws: ArrowError.self) {
                try decoder.decode(metadata: metadata, body: body.lowerBound..<end, in: bytes)
            }
        }
        let batch = try decoder.decode(stream.messages[1])
        guard case .batch = batch else { return #expect(Bool(false), "a failed message leaves the decoder usable") }
    }

    @Test(
        "a stream with any bit flipped gives rows that can be read or an error",
        arguments: ["nested", "texts", "dictionary-nested", "no-rows", "lz4-small", "zstd-small"] + kinds)
    func flipped(_ name: String) throws {
        var bytes = try GoldenStream(name).bytes
        var refused = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << UInt8(bit)
                var reader = StreamReader(bytes)
                do { try reader.batches().forEach(readAll) } catch { refused += 1 }
                bytes[index] ^= 1 << UInt8(bit)
            }
        }
        // Every length, offset and count that matters is in there: an eighth of all flips at the very least is seen.
        #expect(refused > bytes.count)
    }

    @Test(
        "a stream with any byte set to an extreme gives rows that can be read or an error",
        arguments: ["dictionary-replaced", "to-damage", "delta-numbers", "unions-v4"])
    func extreme(_ name: String) throws {
        var bytes = try GoldenStream(name).bytes
        for index in bytes.indices {
            let original = bytes[index]
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                bytes[index] = value
                var reader = StreamReader(bytes)
                if let batches = try? reader.batches() { batches.forEach(readAll) }
            }
            bytes[index] = original
        }
    }

    /// Reads the values of the first rows: a column of nulls can have more of them than there is time for.
    private func readAll(_ batch: RecordBatch) {
        for column in batch.columns {
            for row in 0..<min(column.count, 50) { _ = try? column.value(at: row) }
            if let texts = try? column.texts() { texts.utf8.forEach { _ = $0?.count } }
            if let lists = try? column.lists() { for row in 0..<min(column.count, 50) { _ = lists[row] } }
        }
    }
}

/// The messages of a stream, apart.
struct EncodedStream {
    typealias Message = (bytes: [UInt8], metadata: Range<Int>, body: Range<Int>)
    private(set) var messages: [Message] = []

    /// Takes apart a stream of messages with markers, each body reaching to the next marker.
    init(_ bytes: [UInt8]) throws {
        var starts: [Int] = []
        for index in stride(from: 0, to: bytes.count, by: 8) where bytes[index..<index + 4].allSatisfy({ $0 == 0xFF }) {
            starts.append(index)
        }
        for (start, end) in zip(starts, starts.dropFirst()) {
            let length = bytes[start + 4..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            messages.append((bytes, start + 8..<start + 8 + length, start + 8 + length..<end))
        }
    }
}

extension StreamDecoder {
    mutating func decode(_ message: EncodedStream.Message) throws(ArrowError) -> Decoded {
        try decode(metadata: message.metadata, body: message.body, in: message.bytes)
    }
}
