internal import ArrowIPC

/// Makes values of the columns of Arrow's integration JSON.
struct IntegrationValues {
    /// `{"id": …, "data": {"columns": [one]}}` each.
    let dictionaries: [GoldenJSON]

    /// The values of a column that a field describes; indices are looked up.
    func column(_ field: GoldenJSON, _ column: GoldenJSON) throws -> [Value] {
        guard let dictionary = try? field.member("dictionary") else { return try plain(field, column) }
        let id = try dictionary.member("id")
        guard let source = try dictionaries.first(where: { try $0.member("id") == id }) else {
            throw GoldenError("no dictionary \(id)")
        }
        let values = try plain(field, source.member("data").member("columns").list()[0])
        return try valid(column) { row, data in try values[Int(Self.integer(data[row]))] }
    }

    private func plain(_ field: GoldenJSON, _ column: GoldenJSON) throws -> [Value] {
        let type = try field.member("type")
        let name = try type.member("name").text()
        switch name {
        case "null": return Array(repeating: .null, count: Int(try column.member("count").integer()))
        case "struct": return try structs(field, column)
        case "union": return try union(field, column)
        case "list", "largelist":
            return try lists(field, column) { elements, range in .list(Array(elements[range])) }
        case "map":
            return try lists(field, column) { elements, range in
                .map(
                    elements[range].compactMap { pair in
                        guard case .structure(let members) = pair else { return nil }
                        return Value.Entry(key: members[0].value, value: members[1].value)
                    })
            }
        case "fixedsizelist":
            let (elements, size) = (try children(field, column)[0], Int(try type.member("listSize").integer()))
            return try valid(column) { row, _ in .list(Array(elements[row * size..<(row + 1) * size])) }
        default:
            return try valid(column) { row, data in try scalar(name, type, data[row]) }
        }
    }

    private func scalar(_ name: String, _ type: GoldenJSON, _ data: GoldenJSON) throws -> Value {
        switch name {
        case "bool":
            if case .bool(let truth) = data { return .bool(truth) }
            return .bool(try data.integer() != 0)
        case "floatingpoint":
            let number = try Self.double(data)
            return .double(try type.member("precision").text() == "SINGLE" ? Double(Float(number)) : number)
        case "utf8", "largeutf8": return .text(try data.text())
        case "binary", "largebinary", "fixedsizebinary": return .bytes(try Self.bytes(data.text()))
        case "decimal": return .decimal(Self.pointed(try data.text(), Int(try type.member("scale").integer())))
        case "interval": return try interval(type, data)
        case "int":
            let isUnsigned = try type.member("isSigned") == .bool(false)
            guard isUnsigned, try type.member("bitWidth").integer() == 64 else {
                return .integer(try Self.integer(data))
            }
            guard let number = UInt64(try Self.digits(data)) else { throw GoldenError("no number: \(data)") }
            return .unsigned(number)
        case "date", "time", "timestamp", "duration": return .integer(try Self.integer(data))
        default: throw GoldenError("an unknown type \(name)")
        }
    }

    private func interval(_ type: GoldenJSON, _ data: GoldenJSON) throws -> Value {
        if try type.member("unit").text() == "YEAR_MONTH" {
            return .interval(months: Int32(try data.integer()), days: 0, nanoseconds: 0)
        }
        let milliseconds = try data.member("milliseconds").integer()
        return .interval(
            months: 0, days: Int32(try data.member("days").integer()), nanoseconds: milliseconds * 1_000_000)
    }

    private func structs(_ field: GoldenJSON, _ column: GoldenJSON) throws -> [Value] {
        let names = try field.member("children").list().map { try $0.member("name").text() }
        let members = try children(field, column)
        return try valid(column) { row, _ in
            .structure(zip(names, members).map { Value.Member(name: $0, value: $1[row]) })
        }
    }

    private func union(_ field: GoldenJSON, _ column: GoldenJSON) throws -> [Value] {
        let ids = try field.member("type").member("typeIds").list()
        let members = try children(field, column)
        let places = try? column.member("OFFSET").list()
        return try column.member("TYPE_ID").list().enumerated().map { row, id in
            guard let member = ids.firstIndex(of: id) else { throw GoldenError("no member \(id)") }
            return members[member][try places.map { Int(try Self.integer($0[row])) } ?? row]
        }
    }

    private func lists(
        _ field: GoldenJSON, _ column: GoldenJSON, _ make: ([Value], Range<Int>) -> Value
    ) throws -> [Value] {
        let elements = try children(field, column)[0]
        let offsets = try column.member("OFFSET").list().map { Int(try Self.integer($0)) }
        return try valid(column) { row, _ in make(elements, offsets[row]..<offsets[row + 1]) }
    }

    private func children(_ field: GoldenJSON, _ column: GoldenJSON) throws -> [[Value]] {
        try zip(field.member("children").list(), column.member("children").list()).map(self.column)
    }

    /// A value for each row that is valid; `data` is empty where the column has none of its own.
    private func valid(_ column: GoldenJSON, _ value: (Int, [GoldenJSON]) throws -> Value) throws -> [Value] {
        let data = (try? column.member("DATA").list()) ?? []
        let validity = try column.member("VALIDITY").list()
        return try validity.enumerated().map { row, bit in bit == .integer(0) ? .null : try value(row, data) }
    }

    private static func integer(_ data: GoldenJSON) throws -> Int64 {
        guard let number = Int64(try digits(data)) else { throw GoldenError("no number: \(data)") }
        return number
    }

    /// Numbers of 64 bits are written as text.
    private static func digits(_ data: GoldenJSON) throws -> String {
        if case .integer(let number) = data { return String(number) }
        return try data.text()
    }

    private static func double(_ data: GoldenJSON) throws -> Double {
        switch data {
        case .double(let number): return number
        case .integer(let number): return Double(number)
        default: throw GoldenError("no number: \(data)")
        }
    }

    private static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = Array(hex)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else { throw GoldenError("no hex") }
            return byte
        }
    }

    /// A whole number with a point before its last digits.
    private static func pointed(_ number: String, _ scale: Int) -> String {
        let isNegative = number.hasPrefix("-")
        var digits = Array(isNegative ? number.dropFirst() : number[...])
        while digits.count <= scale { digits.insert("0", at: 0) }
        if scale > 0 { digits.insert(".", at: digits.count - scale) }
        return (isNegative ? "-" : "") + String(digits)
    }
}
