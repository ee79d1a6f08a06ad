/// The dictionaries that a schema announces: the type of the values of each.
struct DictionaryTypes {
    private(set) var byID: [Int64: DataType] = [:]

    /// - Throws: where two fields share a dictionary and disagree on its values.
    init(of schema: Schema) throws(ArrowError) {
        try collect(schema.fields)
    }

    private mutating func collect(_ fields: [Field]) throws(ArrowError) {
        for field in fields {
            if let id = field.dictionaryID, case .dictionary(_, let values, _) = field.type {
                if let other = byID[id], other != values {
                    throw .malformed("dictionary \(id) is to hold both \(other) and \(values)")
                }
                byID[id] = values
                try collect(values.children)
            } else {
                try collect(field.type.children)
            }
        }
    }
}
