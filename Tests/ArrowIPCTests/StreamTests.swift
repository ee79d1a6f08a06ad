import ArrowIPC
import GoldenCalls
import Testing

/// Streams that pyarrow wrote, held against what pyarrow reads in them.
@Suite struct StreamTests {
    static let names = (try? GoldenStream.names()) ?? []
    static let readable = names.filter { !$0.hasPrefix("refused-") && !$0.hasPrefix("expands-") }

    @Test("the streams are there") func allThere() {
        #expect(Self.readable.count == 35)
        #expect(Self.names.filter { $0.hasPrefix("refused-") }.count == 2)
    }

    @Test("a stream decodes to what pyarrow reads", arguments: readable)
    func good(_ name: String) throws {
        let stream = try GoldenStream(name)
        var reader = StreamReader(stream.bytes)
        let batches = try reader.batches()
        let schema = try #require(reader.schema)
        #expect(try GoldenComparison(stream.expected).differences(schema: schema, batches: batches) == [])
    }

    @Test("streams that pyarrow makes on the spot decode to what it reads", .timeLimit(.minutes(2)))
    func onTheSpot() throws {
        let (drawn, anew) = (try PyarrowStreams(seed: 1, count: 250), try PyarrowStreams.goldenAnew())
        let golden = anew.streams.filter { Self.readable.contains($0.name) }
        #expect(drawn.streams.count == 250 && golden.count == Self.readable.count)
        for stream in drawn.streams + golden {
            var reader = StreamReader(stream.bytes)
            do {
                let batches = try reader.batches()
                let schema = try #require(reader.schema)
                let comparison = GoldenComparison(stream.expected)
                #expect(try comparison.differences(schema: schema, batches: batches) == [], "\(stream.name)")
            } catch {
                Issue.record("\(stream.name): \(error)")
            }
        }
    }

    @Test("what is not read is refused by name", arguments: names.filter { $0.hasPrefix("refused-") })
    func refused(_ name: String) throws {
        let stream = try GoldenStream(name)
        var reader = StreamReader(stream.bytes)
        let error = #expect(throws: ArrowError.self) { try reader.batches() }
        #expect(error?.code == .unsupported)
        #expect(try error?.message.contains(stream.expected.member("refused").text()) == true)
    }

    @Test("a batch keeps the dictionary it came with") func dictionaryReplaced() throws {
        var reader = StreamReader(try GoldenStream("dictionary-replaced").bytes)
        let batches = try reader.batches()
        #expect(try batches.map { try $0.columns[0].text(at: 0) } == ["a", "c", "a"])
        #expect(try batches[1].columns[0].text(at: 2) == "b")
    }
}

extension StreamReader {
    /// The batches of the rest of the stream.
    mutating func batches() throws(ArrowError) -> [RecordBatch] {
        var batches: [RecordBatch] = []
        while let decoded = try next() {
            if case .batch(let batch) = decoded { batches.append(batch) }
        }
        return batches
    }
}
