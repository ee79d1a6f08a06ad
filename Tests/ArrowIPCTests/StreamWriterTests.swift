import ArrowIPC
import GoldenCalls
import Testing

/// Streams that are written here, held against what was written and against what pyarrow reads in them.
@Suite struct StreamWriterTests {
    /// Golden streams of layouts that are not written; those of rows too large for a value (`expands-`) cannot be compared.
    static let unwritten: Set<String> = [
        "delta-views", "fixed", "list-views", "runs", "unions", "unions-v4", "views",
    ]
    static let written = StreamTests.names.filter { name in
        !name.hasPrefix("refused-") && !name.hasPrefix("expands-") && !unwritten.contains(name)
    }

    private func batches(_ bytes: [UInt8]) throws -> (schema: Schema?, batches: [RecordBatch]) {
        var reader = StreamReader(bytes)
        let batches = try reader.batches()
        return (reader.schema, batches)
    }

    private func values(_ batches: [RecordBatch]) throws -> [[[Value]]] {
        try batches.map { batch in try batch.columns.map { column in try (0..<batch.rowCount).map(column.value(at:)) } }
    }

    @Test("a stream that was read and written again holds the same", arguments: written)
    func rewritten(_ name: String) throws {
        let stream = try GoldenStream(name)
        let (schema, read) = try batches(stream.bytes)
        let again = try batches(StreamWriter(#require(schema)).stream(of: read))
        #expect(again.schema == schema)
        #expect(try values(again.batches) == values(read))
        let found = try #require(again.schema)
        #expect(try GoldenComparison(stream.expected).differences(schema: found, batches: again.batches) == [])
    }

    @Test("pyarrow reads and validates every stream that is written here") func pyarrow() throws {
        var streams: [String: [UInt8]] = [:]
        var wanted: [String: (schema: Schema, batches: [RecordBatch])] = [:]
        for name in Self.written {
            let (schema, read) = try batches(GoldenStream(name).bytes)
            let slices = try read.flatMap { batch in try Self.slices(of: batch) }
            let writer = try StreamWriter(try #require(schema))
            streams[name] = try writer.stream(of: read)
            streams["\(name)-slices"] = try writer.stream(of: slices)
            wanted[name] = (writer.schema, read)
            wanted["\(name)-slices"] = (writer.schema, slices)
        }
        let made = try RecordBatch(Self.schema, Self.columns())
        streams["made"] = try StreamWriter(Self.schema).stream(of: [made, made])
        wanted["made"] = (Self.schema, [made, made])
        let reading = try PyarrowReading(streams)
        #expect(streams.count == 2 * 28 + 1)
        for (name, (schema, batches)) in wanted {
            let differences = try reading.comparison(name).differences(schema: schema, batches: batches)
            #expect(differences == [], "\(name)")
        }
    }

    @Test("pyarrow says so where a stream is not good") func pyarrowRefuses() throws {
        var bytes = try StreamWriter(Self.schema).stream(of: [RecordBatch(Self.schema, Self.columns())])
        bytes.removeLast(40)
        let reading = try PyarrowReading(["cut": bytes])
        #expect(throws: GoldenError.self) { try reading.comparison("cut") }
    }

    @Test("some rows of a batch are written as those rows alone", arguments: written)
    func slices(_ name: String) throws {
        for batch in try batches(GoldenStream(name).bytes).batches {
            let whole = try values([batch])[0]
            let slices = try Self.slices(of: batch)
            var position = 0
            for slice in slices {
                let rows = position..<position + slice.rowCount
                #expect(try values([slice])[0] == whole.map { Array($0[rows]) })
                position = rows.upperBound
            }
            #expect(position == batch.rowCount)
        }
    }

    /// A batch cut after 1, 3, 6, … rows, each part written and read.
    private static func slices(of batch: RecordBatch) throws -> [RecordBatch] {
        let writer = try StreamWriter(batch.schema)
        var slices: [RecordBatch] = []
        var (start, length) = (0, 1)
        repeat {
            let end = min(start + length, batch.rowCount)
            let messages = [writer.schemaMessage] + (try writer.messages(of: batch, rows: start..<end))
            var reader = StreamReader(messages.flatMap(\.encapsulated) + EncodedMessage.endOfStream)
            slices += try reader.batches()
            (start, length) = (end, length + 1)
        } while start < batch.rowCount
        return slices
    }

    /// The first columns of batches of streams, beside each other; all go by the dictionary of number 0.
    private func beside(_ names: (stream: String, batch: Int)...) throws -> RecordBatch {
        let found = try names.map { try batches(GoldenStream($0.stream).bytes).batches[$0.batch] }
        let fields = found.map { $0.schema.fields[0] }
        #expect(fields.allSatisfy { $0.dictionaryID == 0 })
        return try RecordBatch(Schema(fields: fields), found.map { $0.columns[0] })
    }

    @Test("columns that share a dictionary send it once") func sharedDictionary() throws {
        let batch = try beside(("dictionary-int8", 0), ("dictionary-int64", 0))
        let writer = try StreamWriter(batch.schema)
        #expect(try writer.messages(of: batch).count == 2)
        #expect(try values(batches(writer.stream(of: [batch])).batches) == values([batch]))
    }

    @Test("columns of two streams whose dictionaries differ under one number are not written as one another's")
    func mixedDictionaries() throws {
        let batch = try beside(("dictionary-int8", 0), ("dictionary-replaced", 1))
        let error = #expect(throws: ArrowError.self) { try StreamWriter(batch.schema).messages(of: batch) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.message == "columns share dictionary 0 and have different values in it")
    }

    @Test("layouts that are not written are refused by name", arguments: unwritten.sorted())
    func refused(_ name: String) throws {
        let (schema, read) = try batches(GoldenStream(name).bytes)
        let error = #expect(throws: ArrowError.self) { try StreamWriter(#require(schema)).stream(of: read) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.hasSuffix(" is not written") == true)
    }

    // MARK: Columns made here

    // Made anew each time. Kept, they would count as lost: Swift marks an enum's case within its pointer, and the leak
    // sanitizer finds plain pointers only.
    private static var schema: Schema {
        let key = Field(name: "key", type: .utf8, nullable: false)
        let value = Field(name: "value", type: .utf8)
        return Schema(
            fields: [
                Field(name: "flag", type: .bool),
                Field(name: "byte", type: .integer(.int8)),
                Field(name: "small", type: .integer(.uint16)),
                Field(name: "count", type: .integer(.int32), nullable: false),
                Field(name: "large", type: .integer(.uint64)),
                Field(name: "number", type: .floatingPoint(.double)),
                Field(name: "day", type: .date32),
                Field(name: "time", type: .timestamp(.nanoseconds, timeZone: "+00:00")),
                Field(name: "text", type: .utf8, metadata: [KeyValue(key: "unit", value: "µs")]),
                Field(name: "bytes", type: .binary),
                Field(name: "tags", type: .list(Field(name: "item", type: .utf8))),
                Field(
                    name: "properties",
                    type: .list(Field(name: "item", type: .structure([key, value])))),
            ], metadata: [KeyValue(key: "made by", value: "a test")])
    }

    private static func pair(_ key: String, _ text: Value) -> Value {
        .structure([Value.Member(name: "key", value: .text(key)), Value.Member(name: "value", value: text)])
    }

    private static var rows: [[Value]] {
        [
            [
                .bool(true), .integer(-128), .integer(65_535), .integer(7), .unsigned(.max), .double(-0.1),
                .integer(-1), .integer(.min), .text(""), .bytes([]), .list([]), .list([]),
            ],
            [
                .null, .null, .null, .integer(-1), .null, .null, .null, .null, .null, .null, .null, .null,
            ],
            [
                .bool(false), .integer(127), .integer(0), .integer(2_147_483_647), .integer(3),
                .double(.leastNonzeroMagnitude), .integer(20_000), .integer(.max), .text("日本🦉"), .bytes([0, 0xFF]),
                .list([.text("a"), .null, .text("")]),
                .list([pair("a", .text("b")), pair("", .null)]),
            ],
        ]
    }

    private static func columns() throws -> [Column] {
        let (schema, rows) = (schema, rows)
        return try schema.fields.indices.map { index in
            try Column(schema.fields[index].type, (0..<10).map { rows[$0 % 3][index] })
        }
    }

    @Test("columns that are made hold their values, before they are written and after") func made() throws {
        let batch = try RecordBatch(Self.schema, Self.columns())
        let read = try batches(StreamWriter(Self.schema).stream(of: [batch]))
        #expect(read.schema == Self.schema)
        let rows = Self.rows
        for found in [batch, try #require(read.batches.first)] {
            for (index, column) in found.columns.enumerated() {
                let expected = (0..<10).map { row in
                    // The one value below that an unsigned column gives back as its own kind.
                    let value = rows[row % 3][index]
                    return value == .integer(3) && index == 4 ? .unsigned(3) : value
                }
                #expect(try (0..<10).map(column.value(at:)) == expected, "\(Self.schema.fields[index])")
                #expect(column.nullCount == (index == 3 ? 0 : 3))
            }
        }
    }

    @Test("every message is laid out as the format asks") func layout() throws {
        let writer = try StreamWriter(Self.schema)
        let batch = try RecordBatch(Self.schema, Self.columns())
        let messages = [writer.schemaMessage] + (try writer.messages(of: batch))
        #expect(messages.count == 2 && messages[0].body.isEmpty)
        for message in messages {
            #expect(message.header.count % 8 == 0 && message.body.count % 8 == 0)
            #expect(message.encapsulated.count == 8 + message.header.count + message.body.count)
        }
        // A body that is a byte short is not what the header announces.
        let last = messages[1]
        let length = last.body.count
        let bytes = messages[0].encapsulated + last.encapsulated.dropLast(8)
        var reader = StreamReader(bytes)
        _ = try reader.next()
        let error = #expect(throws: ArrowError.self) { try reader.next() }
        #expect(error?.message == "the message's body of \(length) bytes is cut off after \(length - 8)")
    }

    @Test("a stream may have no batches, no rows and no columns") func nothing() throws {
        let none = Schema(fields: [])
        #expect(try batches(StreamWriter(none).stream(of: [])).schema == none)
        let empty = try RecordBatch(none, [])
        #expect(try batches(StreamWriter(none).stream(of: [empty])).batches.map(\.rowCount) == [0])
        let columns = try Self.schema.fields.map { try Column($0.type, []) }
        let read = try batches(StreamWriter(Self.schema).stream(of: [RecordBatch(Self.schema, columns)]))
        #expect(read.batches.map(\.rowCount) == [0])
    }

    @Test("a builder begins anew after it has given a column") func builder() throws {
        var builder = try ColumnBuilder(.list(Field(name: "item", type: .utf8)))
        try builder.append(.list([.text("abc"), .text("d")]))
        let (first, bytes) = (builder.finish(), builder.byteCount)
        #expect(bytes == 8 && builder.count == 0)
        try builder.append(.list([.text("e")]))
        #expect(builder.byteCount > bytes)
        let second = builder.finish()
        #expect(try first.value(at: 0) == .list([.text("abc"), .text("d")]))
        #expect(try second.value(at: 0) == .list([.text("e")]))
        #expect(second.count == 1)
    }

    @Test(
        "a value that does not fit its column is refused",
        arguments: [
            (DataType.integer(.int8), Value.integer(128), "128 is no value of a column of type int8"),
            (.integer(.uint32), .integer(-1), "-1 is no value of a column of type uint32"),
            (.integer(.uint64), .integer(-1), "-1 is no value of a column of type uint64"),
            (.date32, .integer(1 << 31), "2147483648 is no value of a column of type date32[day]"),
            (.utf8, .bytes([1]), "a row of bytes was given for a column of type string"),
            (.bool, .integer(1), "a whole number was given for a column of type bool"),
            (
                .structure([Field(name: "key", type: .utf8)]),
                .structure([Value.Member(name: "k", value: .text("a"))]),
                "a struct of k was given for a column of type struct<key: string>"
            ),
        ])
    func misfit(_ type: DataType, _ value: Value, _ message: String) throws {
        let error = #expect(throws: ArrowError.self) { try Column(type, [value]) }
        #expect(error?.code == .typeMismatch && error?.message == message)
    }

    @Test("columns that are not a schema's make no batch, and a batch of other columns is not written")
    func mismatch() throws {
        let numbers = Schema(fields: [Field(name: "n", type: .integer(.int64)), Field(name: "t", type: .utf8)])
        let (one, two) = (try Column(.integer(.int64), [.integer(1)]), try Column(.utf8, [.text("a"), .null]))
        #expect(throws: ArrowError.self) { try RecordBatch(numbers, [one, two]) }
        #expect(throws: ArrowError.self) { try RecordBatch(numbers, [one]) }
        let batch = try RecordBatch(Schema(fields: [numbers.fields[0]]), [one])
        let error = #expect(throws: ArrowError.self) { try StreamWriter(numbers).messages(of: batch) }
        #expect(error?.code == .typeMismatch)
        #expect(throws: ArrowError.self) { try ColumnBuilder(.floatingPoint(.half)) }
        let unnumbered = DataType.dictionary(indices: .int32, values: .utf8, ordered: false)
        #expect(throws: ArrowError.self) { try StreamWriter(Schema(fields: [Field(name: "d", type: unnumbered)])) }
    }
}
