/// What the columns of a stream are.
public struct Schema: Sendable, Equatable, CustomStringConvertible {
    /// The columns, in order.
    public var fields: [Field]
    /// What the writer noted, in its order; keys may repeat.
    public var metadata: [KeyValue]

    /// A schema.
    ///
    ///     let schema = Schema(fields: [Field(name: "n", type: .integer(.int64), nullable: false)])
    public init(fields: [Field], metadata: [KeyValue] = []) {
        self.fields = fields
        self.metadata = metadata
    }

    /// A line a field, as pyarrow writes schemas.
    public var description: String { fields.map(\.description).joined(separator: "\n") }
}

/// A column, an element of a list or a member of a struct: its name and type.
public struct Field: Sendable, Equatable, CustomStringConvertible {
    /// The name; several fields of a schema may share it.
    public var name: String
    /// What its values are.
    public var type: DataType
    /// Whether values may be null.
    public var nullable: Bool
    /// What the writer noted, in its order; keys may repeat.
    public var metadata: [KeyValue]
    /// Which of the stream's dictionaries holds the values; set exactly where the type is a dictionary.
    public var dictionaryID: Int64?

    /// A field.
    ///
    ///     let time = Field(name: "time", type: .timestamp(.nanoseconds, timeZone: "+00:00"), nullable: false)
    public init(
        name: String, type: DataType, nullable: Bool = true, metadata: [KeyValue] = [], dictionaryID: Int64? = nil
    ) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.metadata = metadata
        self.dictionaryID = dictionaryID
    }

    /// `name: type`, and `not null` where values may not be null.
    public var description: String { "\(name): \(type)\(nullable ? "" : " not null")" }
}

/// A note on a schema or a field.
public struct KeyValue: Sendable, Equatable {
    /// What the note is called.
    public var key: String
    /// What it says.
    public var value: String

    /// A note.
    ///
    ///     schema.metadata.append(KeyValue(key: "source", value: "replica"))
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
