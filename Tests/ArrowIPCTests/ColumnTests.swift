import ArrowIPC
import GoldenCalls
import Testing

/// The typed views of columns.
@Suite struct ColumnTests {
    private func columns(_ name: String, batch: Int = 0) throws -> RecordBatch {
        var reader = StreamReader(try GoldenStream(name).bytes)
        return try reader.batches()[batch]
    }

    @Test("numbers are read at a row and in order") func numbers() throws {
        let batch = try columns("numbers")
        let column = try #require(batch.column("i64"))
        let values = try column.values(as: Int64.self)
        var inOrder: [Int64?] = []
        values.forEach { inOrder.append($0) }
        #expect(inOrder == [.min, nil, .max, 0, -1])
        #expect((0..<5).map { values[$0] } == inOrder)
        #expect(try (0..<5).map { try column.int64(at: $0) } == inOrder)
        #expect(column.nullCount == 1)
        #expect(column.isNull(at: 1))
        #expect(try batch.column("u8")?.int64(at: 0) == 255)
        #expect(try batch.column("f16")?.double(at: 2) == 65504)
        #expect(try batch.column("f32")?.values(as: Float.self)[0] == -0.5)
    }

    @Test("a column without nulls is read in order too") func withoutNulls() throws {
        let column = try #require(try columns("metadata-v4").column("x"))
        var sum: Int64 = 0
        try column.values(as: Int64.self).forEach { sum += $0 ?? 0 }
        #expect(sum == 1)
    }

    @Test("a timestamp reads as the number of its units") func timestamp() throws {
        let batch = try columns("temporal")
        #expect(try batch.column("tz-ns")?.values(as: Int64.self)[2] == -1)
        #expect(try batch.column("d32")?.int64(at: 0) == 20_000)
        #expect(try batch.column("d32")?.values(as: Int32.self)[1] == nil)
    }

    @Test("texts are strings and bytes") func texts() throws {
        let batch = try columns("texts")
        for name in ["s", "ls"] {
            let texts = try #require(batch.column(name)).texts()
            #expect(texts[3] == "naïve ☃")
            #expect(texts[2] == nil)
            #expect(texts.utf8.isNull(at: 2))
            #expect(texts.utf8[1] == [UInt8(ascii: "a")])
            #expect(texts.utf8.withBytes(at: 6) { $0?.count } == 40)
            var lengths: [Int?] = []
            texts.utf8.forEach { lengths.append($0?.count) }
            #expect(lengths == [0, 1, nil, 10, 10, nil, 40])
        }
        #expect(try batch.column("lb")?.bytes(at: 1) == [UInt8(ascii: "a"), 0xFF])
        #expect(try batch.column("flag")?.bool(at: 2) == false)
        #expect(try batch.column("flag")?.bool(at: 1) == nil)
    }

    @Test("a dictionary-encoded text reads as plain text does") func dictionary() throws {
        let batch = try columns("dictionary-nested")
        let holes = try #require(batch.column("holes"))
        #expect(try (0..<3).map { try holes.text(at: $0) } == [nil, "b", nil])
        #expect((0..<3).map(holes.isNull) == [true, false, true])
        let listed = try #require(batch.column("listed")).lists()
        let words = try listed.elements.texts()
        #expect(listed[0].map { $0.map { words[$0] } } == ["x", "y"])
    }

    @Test("lists are ranges of their elements") func lists() throws {
        let batch = try columns("nested")
        let lists = try #require(batch.column("list")).lists()
        #expect((0..<4).map { lists[$0] } == [0..<2, nil, 2..<2, 2..<3])
        #expect(try lists.elements.int64(at: 2) == 2)
        let members = try #require(batch.column("struct")).members()
        #expect(try members[1].text(at: 3) == "x")
    }

    @Test("another type than the column's is an error, not a null") func mismatch() throws {
        let batch = try columns("texts")
        let text = try #require(batch.column("s"))
        let error = #expect(throws: ArrowError.self) { try text.int64(at: 2) }
        #expect(error == ArrowError(.typeMismatch, "integers were asked of a column of type string"))
        #expect(throws: ArrowError.self) { try text.values(as: Int32.self) }
        #expect(throws: ArrowError.self) { try text.lists() }
        #expect(throws: ArrowError.self) { try text.bools() }
        #expect(throws: ArrowError.self) { try text.double(at: 0) }
        #expect(throws: ArrowError.self) { try batch.column("b")?.texts() }
        #expect(throws: ArrowError.self) { try batch.column("flag")?.binaries() }
        let numbers = try columns("numbers")
        #expect(throws: ArrowError.self) { try numbers.column("u64")?.int64(at: 0) }
        #expect(throws: ArrowError.self) { try numbers.column("i32")?.values(as: Int64.self) }
    }

    @Test("a name that is not there is nil") func missing() throws {
        #expect(try columns("texts").column("nobody")?.count == nil)
    }
}
