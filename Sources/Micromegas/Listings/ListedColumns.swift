import ArrowIPC
import UTCTime

/// The columns of one batch of a listing, found by their names; further ones are no concern.
struct ListedColumns {
    let batch: RecordBatch
    /// What is listed, as an error names it: `list_partitions()`.
    let listing: String

    func texts(_ name: String) throws(MicromegasError) -> TextValues {
        let column = try column(name)
        do { return try column.texts() } catch { throw mismatch(name, column, "text") }
    }

    func binaries(_ name: String) throws(MicromegasError) -> BinaryValues {
        let column = try column(name)
        let plain: DataType = if case .dictionary(_, let values, _) = column.type { values } else { column.type }
        guard plain == .binary || plain == .largeBinary, let values = try? column.binaries() else {
            throw mismatch(name, column, "binary")
        }
        return values
    }

    func bools(_ name: String) throws(MicromegasError) -> BoolValues {
        let column = try column(name)
        do { return try column.bools() } catch { throw mismatch(name, column, "bool") }
    }

    func int64s(_ name: String) throws(MicromegasError) -> FixedWidthValues<Int64> {
        let column = try column(name)
        guard column.type == .integer(.int64), let values: FixedWidthValues<Int64> = try? column.values() else {
            throw mismatch(name, column, "int64")
        }
        return values
    }

    func int32s(_ name: String) throws(MicromegasError) -> FixedWidthValues<Int32> {
        let column = try column(name)
        guard column.type == .integer(.int32), let values: FixedWidthValues<Int32> = try? column.values() else {
            throw mismatch(name, column, "int32")
        }
        return values
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    func times(_ name: String) throws(MicromegasError) -> FixedWidthValues<Int64> {
        let column = try column(name)
        guard case .timestamp(.nanoseconds, _) = column.type, let values: FixedWidthValues<Int64> = try? column.values()
        else { throw mismatch(name, column, "timestamp[ns]") }
        return values
    }

    private func column(_ name: String) throws(MicromegasError) -> Column {
        if let column = batch.column(name) { return column }
        let names = batch.schema.fields.map(\.name).joined(separator: ", ")
        throw MicromegasError(
            .unexpectedAnswer,
            "\(listing) answered without the column “\(name)”; it has \(names.isEmpty ? "none" : names)",
            mayHaveBeenProcessed: true)
    }

    private func mismatch(_ name: String, _ column: Column, _ wanted: String) -> MicromegasError {
        MicromegasError(
            .unexpectedAnswer, "\(listing) answered its column “\(name)” as \(column.type), not as \(wanted)",
            mayHaveBeenProcessed: true)
    }

    /// The error that names a row whose values cannot be.
    func badRow(_ row: Int, _ name: String, _ reason: String) -> MicromegasError {
        MicromegasError(
            .unexpectedAnswer,
            "\(listing) answered a row that cannot be (row \(row + 1) of its batch, \(name)): \(reason)",
            mayHaveBeenProcessed: true)
    }

    /// A value that the contract says is never null.
    func required<Value>(_ value: Value?, _ column: String, row: Int) throws(MicromegasError) -> Value {
        guard let value else { throw badRow(row, "its \(column)", "it is null") }
        return value
    }

    /// A name of a view set or an instance: short, and without white space, control characters and slashes, so that
    /// it is one word wherever it is shown or sent.
    func requiredName(_ value: String?, _ column: String, row: Int) throws(MicromegasError) -> String {
        let name = try required(value, column, row: row)
        guard (1...255).contains(name.utf8.count),
            !name.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F }),
            !name.utf8.contains(UInt8(ascii: "/"))
        else { throw badRow(row, "its \(column)", "“\(name.prefix(64))” is no name") }
        return name
    }
}

/// How much text the rows of one batch may come to. Where columns are dictionary-encoded, a row of some bytes can name a
/// text of any length, and each row has a copy of its own.
struct TextAllowance {
    /// In bytes: what a message of the longest that is taken could hold without dictionaries.
    static let ofBatch = 100 << 20

    private var left: Int
    private let listing: String

    init(_ bytes: Int = Self.ofBatch, of listing: String) {
        left = bytes
        self.listing = listing
    }

    /// Takes a row's texts.
    ///
    /// - Throws: ``MicromegasError`` (`unexpectedAnswer`) where they are too much.
    mutating func take(_ texts: String?...) throws(MicromegasError) {
        for text in texts { left -= text?.utf8.count ?? 0 }
        guard left >= 0 else {
            throw MicromegasError(
                .unexpectedAnswer, "\(listing) answered rows with more text than a listing has",
                mayHaveBeenProcessed: true)
        }
    }
}
