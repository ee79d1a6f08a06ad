import ArrowIPC
import GoldenCalls
import Testing

/// Small streams that stand for large values.
@Suite struct ValueSizeTests {
    static let names = StreamTests.names.filter { $0.hasPrefix("expands-") }

    @Test("the streams are there") func allThere() { #expect(Self.names.count == 6) }

    @Test("a value of more than there may be is refused by name before it is made", arguments: names)
    func refused(_ name: String) throws {
        let stream = try GoldenStream(name)
        var reader = StreamReader(stream.bytes)
        let column = try reader.batches()[0].columns[0]
        #expect(throws: Never.self) { try column.value(at: 0) }
        let error = #expect(throws: ArrowError.self) { try column.value(at: 1) }
        #expect(error?.code == .tooLarge)
        let most = try stream.expected.member("expands").text() == "values" ? Value.maximumCount : Value.maximumBytes
        #expect(error?.message == "it comes to more than \(most) \(try stream.expected.member("expands").text())")
        #expect(error?.place == ["row 1"])
        #expect(try column.value(at: 2) == column.value(at: 0))
    }

    @Test("typed views read what is too large for a value", arguments: names)
    func typed(_ name: String) throws {
        var reader = StreamReader(try GoldenStream(name).bytes)
        let lists = try reader.batches()[0].columns[0].lists()
        #expect(try #require(lists[1]).count >= 128)
    }

    @Test("the bound is on the value, not on its column") func aRow() throws {
        var reader = StreamReader(try GoldenStream("expands-nulls").bytes)
        let batch = try reader.batches()[0]
        #expect(batch.rows(from: 0, most: 3) == 0..<1)
        #expect(batch.rows(from: 1, most: 3) == 1..<2)
        #expect(batch.rows(from: 2, most: 3) == 2..<3)
        #expect(throws: ArrowError.self) { try batch.checkSizes() }
        for name in StreamTests.readable {
            var reader = StreamReader(try GoldenStream(name).bytes)
            for batch in try reader.batches() {
                #expect(throws: Never.self) { try batch.checkSizes() }
                #expect(batch.rows(from: 0, most: 500) == 0..<batch.rowCount)
            }
        }
    }
}
