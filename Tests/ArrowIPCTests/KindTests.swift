import GoldenCalls
import Testing

@testable import ArrowIPC

/// The typed views of columns of kinds that servers seldom send.
@Suite struct KindTests {
    private func batches(_ name: String) throws -> [RecordBatch] {
        var reader = StreamReader(try GoldenStream(name).bytes)
        return try reader.batches()
    }

    private func texts(_ column: Column?) throws -> [String?] {
        let texts = try #require(column).texts()
        return (0..<texts.count).map { texts[$0] }
    }

    @Test("views, runs and dictionaries in parts read as plain text does") func texts() throws {
        let views = try batches("views")[0]
        let words = ["", "twelve bytes", nil, "thirteen byte", "日本🦉日本🦉", String(repeating: "x", count: 40), "yyyyy"]
        #expect(try texts(views.column("s")) == words)
        #expect(try texts(views.column("d")) == [words[5], nil, nil, words[1], words[0], words[3], words[3]])
        let bytes = try #require(views.column("b")).binaries()
        #expect(bytes[1] == Array("twelve bytes".utf8) + [0xFF])
        #expect(bytes.isNull(at: 2))
        var lengths: [Int?] = []
        bytes.forEach { lengths.append($0?.count) }
        #expect(lengths == words.map { $0.map { $0.utf8.count + 1 } })
        let runs = try batches("runs")[0]
        #expect(try texts(runs.column("short")) == ["a", "a", nil, "b", "b", "b", "b"])
        #expect(try texts(runs.column("long")) == ["x", "x", "x", "x", "x", "x", "y"])
        #expect(
            try (0..<7).map { try runs.column("int")?.double(at: $0) } == [1.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5])
        #expect(try texts(batches("delta")[2].columns[0]) == ["a", "b", nil, "", "naïve", nil])
        #expect(try batches("fixed")[0].column("b")?.bytes(at: 2) == [0, 0xFF, 1])
    }

    @Test("a batch keeps the dictionary as it was before a part was added") func deltas() throws {
        let batches = try batches("delta-numbers")
        #expect(try batches.map { try $0.columns[0].int64(at: 1) } == [2, 2, 2])
        #expect(try batches[2].columns[0].int64(at: 4) == 5)
        #expect(batches[2].columns[0].isNull(at: 3))
        #expect(batches.map { $0.columns[0].count } == [3, 4, 6])
    }

    @Test("a dictionary comes in thousands of parts, but not in any number of them") func manyParts() throws {
        let stream = try EncodedStream(GoldenStream("delta").bytes)
        var decoder = StreamDecoder()
        // The schema, and a dictionary of "a"; each part adds "b" and a null.
        for message in stream.messages[..<2] { _ = try decoder.decode(message) }
        for _ in 1..<128 * 128 { _ = try decoder.decode(stream.messages[3]) }
        let error = #expect(throws: ArrowError.self) { try decoder.decode(stream.messages[3]) }
        #expect(error?.message == "a dictionary in more than 16384 parts")
        let decoded = try decoder.decode(stream.messages[4])
        let batch = try #require({ if case .batch(let batch) = decoded { batch } else { nil } }() as RecordBatch?)
        #expect(try texts(batch.columns[0]) == ["a", "b", nil, nil])
        guard case .dictionary(let indices, let values) = batch.columns[0].storage else {
            Issue.record("a dictionary-encoded column has no dictionary")
            return
        }
        #expect(indices[1] == 1 && values.count == 1 + 2 * (128 * 128 - 1))
        #expect(try (1..<values.count).allSatisfy { try values.text(at: $0) == ($0 % 2 == 1 ? "b" : nil) })
    }

    @Test("a part of a dictionary that has not come is an error") func deltaFirst() throws {
        let stream = try EncodedStream(GoldenStream("delta").bytes)
        var decoder = StreamDecoder()
        _ = try decoder.decode(stream.messages[0])
        // The schema, the dictionary, its batch, and then the first part.
        let error = #expect(throws: ArrowError.self) { try decoder.decode(stream.messages[3]) }
        #expect(error?.message == "a further part of it came before the first")
    }

    @Test("lists without offsets are ranges of their elements too") func lists() throws {
        let fixed = try #require(try batches("fixed")[0].column("l")).lists()
        #expect((0..<3).map { fixed[$0] } == [0..<2, nil, 4..<6])
        for name in ["o", "large"] {
            let views = try #require(try batches("list-views")[0].column(name)).lists()
            #expect((0..<4).map { views[$0] } == [3..<5, 0..<4, 0..<0, 5..<5])
        }
        let map = try #require(try batches("maps")[0].column("m")).lists()
        #expect(map[0] == 0..<2)
        #expect(try map.elements.members()[0].text(at: 1) == "b")
    }

    @Test("a union is null where its member is") func unions() throws {
        for name in ["unions", "unions-v4"] {
            let dense = try #require(try batches(name)[0].column("dense"))
            #expect((0..<3).map(dense.isNull) == [false, true, true])
            #expect(try dense.value(at: 0) == .integer(1))
        }
    }

    @Test("what other kinds hold is not read as another") func mismatch() throws {
        let fixed = try batches("fixed")[0]
        #expect(throws: ArrowError.self) { try fixed.column("d64")?.values(as: Int64.self) }
        #expect(throws: ArrowError.self) { try fixed.column("d64")?.int64(at: 0) }
        #expect(throws: ArrowError.self) { try fixed.column("b")?.texts() }
        #expect(throws: ArrowError.self) { try fixed.column("i")?.binaries() }
        #expect(throws: ArrowError.self) { try batches("runs")[0].column("int")?.texts() }
    }
}
