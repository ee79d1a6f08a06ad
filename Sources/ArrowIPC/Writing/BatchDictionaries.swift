/// The dictionaries that the columns of one batch lead to, as messages that come before it; those within dictionaries first.
struct BatchDictionaries {
    private(set) var messages: [EncodedMessage] = []
    /// What makes the dictionary of each number that the batch itself goes by; it has to stay until the batch comes.
    private var used: [Int64: [EncodedMessage]] = [:]

    /// Adds the dictionaries of a column.
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch` where its values are not those that an earlier column has under the
    ///   same number, as columns of two streams in one batch may; `unsupported` for a layout that is not written.
    mutating func add(_ column: Column, _ field: Field) throws(ArrowError) {
        messages += try messages(of: column, field, isWithinDictionary: false)
    }

    private mutating func messages(
        of column: Column, _ field: Field, isWithinDictionary: Bool
    ) throws(ArrowError) -> [EncodedMessage] {
        switch column.storage {
        case .dictionary(_, let values):
            let id = field.dictionaryID ?? 0
            let own = try dictionary(values, id, field.name)
            if let other = used[id] {
                guard other == own else {
                    throw ArrowError(.typeMismatch, "columns share dictionary \(id) and have different values in it")
                }
                return []
            }
            if !isWithinDictionary { used[id] = own }
            return own
        case .list(_, let elements):
            guard let field = column.type.children.first else { return [] }
            return try messages(of: elements, field, isWithinDictionary: isWithinDictionary)
        case .structure(let members):
            var messages: [EncodedMessage] = []
            for (field, member) in zip(column.type.children, members) {
                messages += try self.messages(of: member, field, isWithinDictionary: isWithinDictionary)
            }
            return messages
        default: return []
        }
    }

    /// A message a part, each behind the dictionaries within it. DictionaryBatch: id, data, isDelta.
    private mutating func dictionary(
        _ values: Column, _ id: Int64, _ name: String
    ) throws(ArrowError) -> [EncodedMessage] {
        var messages: [EncodedMessage] = []
        for (index, part) in values.parts.enumerated() {
            messages += try self.messages(of: part, Field(name: name, type: part.type), isWithinDictionary: true)
            let (data, body) = try BatchEncoder.content([(name, part)], rows: 0..<part.count)
            var content = FlatContent()
            content.set(0, id)
            content.set(1, .table(data))
            content.set(2, flag: index > 0)
            messages.append(EncodedMessage(.dictionaryBatch, content, body: body))
        }
        return messages
    }
}
