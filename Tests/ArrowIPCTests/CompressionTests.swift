import GoldenCalls
import Testing

@testable import ArrowIPC

/// Compressed bodies: what a false length can cost.
@Suite struct CompressionTests {
    private func batches(_ name: String, limit: Int) throws -> [RecordBatch] {
        let stream = try EncodedStream(GoldenStream(name).bytes)
        var decoder = StreamDecoder(uncompressedLimit: limit)
        var batches: [RecordBatch] = []
        for message in stream.messages {
            if case .batch(let batch) = try decoder.decode(message) { batches.append(batch) }
        }
        return batches
    }

    @Test("a message may not come to more bytes than the limit", arguments: ["lz4-small", "zstd-small"])
    func limit(_ name: String) throws {
        // 40 numbers, 41 offsets of lists, 120 elements' bitmap, 121 offsets and 120 letters: no bitmap elsewhere.
        let needed = 40 * 8 + 41 * 4 + 15 + 121 * 4 + 120
        #expect(throws: Never.self) { try batches(name, limit: needed) }
        let error = #expect(throws: ArrowError.self) { try batches(name, limit: 300) }
        #expect(error?.code == .malformed)
        #expect(error?.message.hasPrefix("its buffer of values cannot be 320 bytes that were compressed to") == true)
    }

    @Test("dictionaries may not come to more bytes than the limit together") func dictionaries() throws {
        // Three texts of 2,000 bytes come in three parts, with two offsets of 4 bytes each.
        #expect(throws: Never.self) { try batches("delta-zstd", limit: 3 * 2_008) }
        let error = #expect(throws: ArrowError.self) { try batches("delta-zstd", limit: 3 * 2_008 - 1) }
        #expect(error?.message.hasPrefix("its buffer of text cannot be 2000 bytes that were compressed to") == true)
        #expect(error?.place == ["dictionary 0", "column “values”"])
    }

    @Test("dictionaries that are not compressed count too, but not as parts of bytes that are kept as a whole")
    func plainDictionaries() throws {
        let messages = try EncodedStream(GoldenStream("delta").bytes).messages
        // The schema, a dictionary, its batch, a further part.
        let most = messages[1].body.count + messages[3].body.count
        var decoder = StreamDecoder(uncompressedLimit: most)
        var strict = StreamDecoder(uncompressedLimit: most - 1)
        var whole = StreamDecoder(most - 1, isOfWhole: true)
        for message in messages[..<3] {
            _ = try (decoder.decode(message), strict.decode(message), whole.decode(message))
        }
        #expect(throws: Never.self) { _ = try (decoder.decode(messages[3]), whole.decode(messages[3])) }
        let error = #expect(throws: ArrowError.self) { try strict.decode(messages[3]) }
        #expect(error?.code == .tooLarge)
        #expect(error?.message == "the stream's dictionaries come to more than \(most - 1) bytes")
    }

    @Test("a length that no compression reaches is refused before memory is taken", arguments: [0, 1] as [UInt8])
    func ratio(_ codec: UInt8) throws {
        let compression = codec == 0 ? Compression.lz4Frame : .zstd
        for name in ["lz4-small", "zstd-small"] where name.hasPrefix(codec == 0 ? "lz4" : "zstd") {
            var bytes = try GoldenStream(name).bytes
            let length = Damage.longs(320)
            let start = try #require(bytes.indices.dropLast(16).last { bytes[$0...].starts(with: length) })
            bytes.replaceSubrange(start..<start + 8, with: Damage.longs(Int64(compression.largestRatio) * 4096))
            var reader = StreamReader(bytes)
            #expect(throws: ArrowError.self) { try reader.batches() }
        }
    }

    @Test("a compressed buffer that holds fewer or more bytes than it announces is refused") func otherLength() throws {
        for name in ["lz4-small", "zstd-small"] {
            for length: Int64 in [319, 321, 328] {
                var bytes = try GoldenStream(name).bytes
                let start = try #require(
                    bytes.indices.dropLast(16).last { bytes[$0...].starts(with: Damage.longs(320)) })
                bytes.replaceSubrange(start..<start + 8, with: Damage.longs(length))
                var reader = StreamReader(bytes)
                let error = #expect(throws: ArrowError.self) { try reader.batches() }
                #expect(error?.code == .malformed)
            }
        }
    }
}
