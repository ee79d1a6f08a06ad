/// Writes a Schema table (Schema.fbs): what ``SchemaDecoder`` reads.
struct SchemaEncoder {
    /// Schema: endianness (little, the default), fields, custom_metadata.
    static func content(_ schema: Schema) throws(ArrowError) -> FlatContent {
        var content = FlatContent()
        content.set(1, .tables(try fields(schema.fields)))
        if !schema.metadata.isEmpty { content.set(2, .tables(pairs(schema.metadata))) }
        return content
    }

    private static func fields(_ fields: [Field]) throws(ArrowError) -> [FlatContent] {
        var contents: [FlatContent] = []
        for field in fields {
            do throws(ArrowError) {
                contents.append(try content(field))
            } catch {
                throw error.inside("“\(field.name)”")
            }
        }
        return contents
    }

    /// Field: name, nullable, type_type, type, dictionary, children, custom_metadata.
    private static func content(_ field: Field) throws(ArrowError) -> FlatContent {
        var content = FlatContent()
        var type = field.type
        if case .dictionary(let indices, let values, let ordered) = field.type {
            guard let id = field.dictionaryID else { throw .unsupported("a dictionary without a number") }
            content.set(4, .table(dictionary(id, indices, ordered)))
            type = values
        }
        let (number, table) = try TypeEncoder.content(type)
        content.set(0, .text(field.name))
        content.set(1, flag: field.nullable)
        content.set(2, number)
        content.set(3, .table(table))
        // Readers of other implementations want the vector even where it is empty.
        content.set(5, .tables(try fields(type.children)))
        if !field.metadata.isEmpty { content.set(6, .tables(pairs(field.metadata))) }
        return content
    }

    /// DictionaryEncoding: id, indexType, isOrdered, dictionaryKind (a dense array, the default).
    private static func dictionary(_ id: Int64, _ indices: IntegerType, _ ordered: Bool) -> FlatContent {
        var content = FlatContent()
        content.set(0, id)
        content.set(1, .table(TypeEncoder.integer(indices)))
        content.set(2, flag: ordered)
        return content
    }

    /// KeyValue: key, value.
    private static func pairs(_ metadata: [KeyValue]) -> [FlatContent] {
        metadata.map { pair in
            var content = FlatContent()
            content.set(0, .text(pair.key))
            content.set(1, .text(pair.value))
            return content
        }
    }
}

/// Writes the type of a field: a number of the union `Type` and its table (Schema.fbs).
struct TypeEncoder {
    /// - Throws: ``ArrowError`` of code `unsupported` for a type that is not written.
    static func content(_ type: DataType) throws(ArrowError) -> (UInt8, FlatContent) {
        var table = FlatContent()
        switch type {
        case .null: return (1, table)
        case .integer(let type): return (2, integer(type))
        case .floatingPoint(let type):
            table.set(0, type.precision)
            return (3, table)
        case .binary: return (4, table)
        case .utf8: return (5, table)
        case .bool: return (6, table)
        case .decimal(let bits, let precision, let scale):
            table.set(0, Int32(precision))
            table.set(1, Int32(scale))
            table.set(2, Int32(bits))
            return (7, table)
        case .date32, .date64:
            table.set(0, Int16(type == .date32 ? 0 : 1))
            return (8, table)
        case .time32(let unit), .time64(let unit):
            table.set(0, unit.number)
            table.set(1, Int32(type == .time32(unit) ? 32 : 64))
            return (9, table)
        case .timestamp(let unit, let zone):
            table.set(0, unit.number)
            if let zone { table.set(1, .text(zone)) }
            return (10, table)
        case .interval(let unit):
            table.set(0, unit.number)
            return (11, table)
        case .list: return (12, table)
        case .structure: return (13, table)
        case .fixedSizeBinary(let size):
            table.set(0, Int32(size))
            return (15, table)
        case .map(_, let keysSorted):
            table.set(0, flag: keysSorted)
            return (17, table)
        case .duration(let unit):
            table.set(0, unit.number)
            return (18, table)
        case .largeBinary: return (19, table)
        case .largeUTF8: return (20, table)
        case .largeList: return (21, table)
        case .utf8View, .binaryView, .listView, .largeListView, .fixedSizeList, .union, .runEndEncoded, .dictionary:
            throw .unsupported("the type \(type) is not written")
        }
    }

    /// Int: bitWidth, is_signed.
    static func integer(_ type: IntegerType) -> FlatContent {
        var table = FlatContent()
        table.set(0, Int32(type.width * 8))
        table.set(1, flag: type.isSigned)
        return table
    }
}

extension IntegerType {
    fileprivate var isSigned: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        case .uint8, .uint16, .uint32, .uint64: false
        }
    }
}

extension FloatingPointType {
    fileprivate var precision: Int16 {
        switch self {
        case .half: 0
        case .single: 1
        case .double: 2
        }
    }
}

extension TimeUnit {
    fileprivate var number: Int16 {
        switch self {
        case .seconds: 0
        case .milliseconds: 1
        case .microseconds: 2
        case .nanoseconds: 3
        }
    }
}

extension IntervalUnit {
    fileprivate var number: Int16 {
        switch self {
        case .yearMonth: 0
        case .dayTime: 1
        case .monthDayNano: 2
        }
    }
}
