/// The texts or byte strings of a column, dictionary-encoded or not, as bytes in place.
public struct BinaryValues: Sendable {
    /// Count of rows.
    public let count: Int
    @usableFromInline let validity: Buffer?
    /// For a dictionary-encoded column, where in the dictionary each row's value is.
    @usableFromInline let indices: Indices?
    /// For a dictionary-encoded column, which of the dictionary's values are null.
    @usableFromInline let dictionaryValidity: Buffer?
    @usableFromInline let offsets: Offsets
    @usableFromInline let bytes: Buffer
    /// The column itself where its values do not lie in one buffer, or not as offsets say.
    let scattered: Column?
    @usableFromInline let isScattered: Bool

    init(
        count: Int, validity: Buffer?, indices: Indices?, dictionaryValidity: Buffer?, offsets: Offsets, bytes: Buffer
    ) {
        self.count = count
        self.validity = validity
        self.indices = indices
        self.dictionaryValidity = dictionaryValidity
        self.offsets = offsets
        self.bytes = bytes
        self.scattered = nil
        self.isScattered = false
    }

    /// The values of a column that are sought row by row.
    init(scattered column: Column) {
        let nothing = Buffer([], 0..<0)
        self.count = column.count
        self.validity = nil
        self.indices = nil
        self.dictionaryValidity = nil
        self.offsets = Offsets(buffer: nothing, isLarge: false)
        self.bytes = nothing
        self.scattered = column
        self.isScattered = true
    }

    /// The bytes of a row of a column whose values are sought row by row, nil where it is null.
    @usableFromInline
    func sought(_ row: Int) -> Buffer? {
        guard let origin = scattered?.origin(of: row) else { return nil }
        switch (origin.column.storage, origin.column.type) {
        case (.variableWidth(let offsets, let bytes), _): return bytes.part(offsets[origin.row])
        case (.views(let views), _): return views[origin.row]
        case (.fixedWidth(let buffer), .fixedSizeBinary(let size)):
            return buffer.part(origin.row * size..<(origin.row + 1) * size)
        default: return nil
        }
    }

    /// Where the bytes of a row are in the buffer, nil where it is null.
    @inlinable
    func place(of row: Int) -> Range<Int>? {
        precondition(row >= 0 && row < count, "row out of range")
        if let validity, !validity.bit(row) { return nil }
        guard let indices else { return offsets[row] }
        let index = indices[row]
        if let dictionaryValidity, !dictionaryValidity.bit(index) { return nil }
        return offsets[index]
    }

    /// A copy of the bytes of a row, nil where it is null. Traps where there is no such row.
    ///
    ///     let hash = try column.binaries()[0] ?? []
    public subscript(row: Int) -> [UInt8]? {
        if isScattered { return sought(row)?.copy() }
        guard let place = place(of: row) else { return nil }
        return bytes.part(place).copy()
    }

    /// Whether the value of a row is null. Traps where there is no such row.
    ///
    ///     let isMissing = try column.binaries().isNull(at: 0)
    @inlinable
    public func isNull(at row: Int) -> Bool { isScattered ? sought(row) == nil : place(of: row) == nil }

    /// Calls a closure with the bytes of a row in place, nil where it is null. Traps where there is no such row.
    ///
    ///     let length = try column.binaries().withBytes(at: 0) { $0?.count ?? 0 }
    @inlinable
    public func withBytes<Result, Failure>(
        at row: Int, _ body: (Span<UInt8>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if isScattered {
            guard let value = sought(row) else { return try body(nil) }
            return try body(value.message.span.extracting(value.range))
        }
        guard let place = place(of: row) else { return try body(nil) }
        return try body(bytes.message.span.extracting(bytes.range).extracting(place))
    }

    /// Calls a closure with the bytes of each row in order, nil where it is null.
    ///
    ///     var bytes = 0
    ///     try column.binaries().forEach { bytes += $0?.count ?? 0 }
    @inlinable
    public func forEach<Failure>(_ body: (Span<UInt8>?) throws(Failure) -> Void) throws(Failure) {
        try forEach(in: 0..<count, body)
    }

    /// Calls a closure with the bytes of some rows in order, nil where one is null. Traps where there are no such rows.
    ///
    ///     try column.binaries().forEach(in: 0..<10) { print($0?.count ?? 0) }
    @inlinable
    public func forEach<Failure>(
        in rows: Range<Int>, _ body: (Span<UInt8>?) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows out of range")
        guard indices == nil, !offsets.isLarge, !isScattered else {
            for row in rows { try withBytes(at: row, body) }
            return
        }
        if rows.isEmpty { return }
        let bytes = self.bytes.message.span.extracting(self.bytes.range)
        let offsets = unsafe self.offsets.buffer.message.span.bytes.extracting(self.offsets.buffer.range)
            .extracting(first: (count + 1) * 4)
        var start = Int(unsafe offsets.unsafeLoadUnaligned(fromByteOffset: rows.lowerBound * 4, as: Int32.self))
        // Decoding has checked that offsets rise and end within the bytes, and that validity has a bit for each row.
        if let validity {
            let bits = validity.message.span.extracting(validity.range).extracting(first: (count + 7) / 8)
            for row in rows {
                let end = Int(
                    unsafe offsets.unsafeLoadUnaligned(fromUncheckedByteOffset: (row &+ 1) &* 4, as: Int32.self))
                let isValid = unsafe bits[unchecked: row &>> 3] &>> UInt8(truncatingIfNeeded: row & 7) & 1 == 1
                let place = unsafe Range(uncheckedBounds: (start, end))
                try body(isValid ? unsafe bytes.extracting(unchecked: place) : nil)
                start = end
            }
        } else {
            for row in rows {
                let end = Int(
                    unsafe offsets.unsafeLoadUnaligned(fromUncheckedByteOffset: (row &+ 1) &* 4, as: Int32.self))
                try body(unsafe bytes.extracting(unchecked: Range(uncheckedBounds: (start, end))))
                start = end
            }
        }
    }
}

/// The texts of a column, dictionary-encoded or not. They are known to be UTF-8.
public struct TextValues: Sendable {
    /// The same values as bytes, for comparing and counting without making strings.
    public let utf8: BinaryValues

    /// Count of rows.
    public var count: Int { utf8.count }

    /// The text at a row, nil where it is null. Traps where there is no such row.
    ///
    ///     let first = try column.texts()[0] ?? ""
    public subscript(row: Int) -> String? {
        utf8.withBytes(at: row) { bytes in
            guard let bytes else { return nil }
            // Decoding has validated the text of every row that is not null.
            return String(copying: unsafe UTF8Span(unchecked: bytes))
        }
    }
}

/// The indices of a dictionary-encoded column; those of rows that are not null are known to be in the dictionary.
@usableFromInline
struct Indices: Sendable {
    @usableFromInline let type: IntegerType
    @usableFromInline let buffer: Buffer

    @usableFromInline
    subscript(row: Int) -> Int { Int(type.load(row, from: buffer)) }
}

extension Column {
    /// The texts of a column of text, whether dictionary-encoded, run-end encoded, views or plain.
    ///
    ///     let texts = try column.texts()
    ///     for row in 0..<texts.count { print(texts[row] ?? "null") }
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func texts() throws(ArrowError) -> TextValues {
        switch type.encoded {
        case .utf8, .largeUTF8, .utf8View: return TextValues(utf8: try binaries())
        default: throw mismatch("texts")
        }
    }

    /// The byte strings of a column of bytes, or the UTF-8 of one of text, whether dictionary-encoded, run-end encoded,
    /// views, of fixed size or plain.
    ///
    ///     let hashes = try column.binaries()
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func binaries() throws(ArrowError) -> BinaryValues {
        if case .variableWidth(let offsets, let bytes) = storage {
            return BinaryValues(
                count: count, validity: validity, indices: nil, dictionaryValidity: nil, offsets: offsets, bytes: bytes)
        }
        if case .dictionary(let indices, let values) = storage,
            case .variableWidth(let offsets, let bytes) = values.storage
        {
            return BinaryValues(
                count: count, validity: validity, indices: indices, dictionaryValidity: values.validity,
                offsets: offsets, bytes: bytes)
        }
        switch type.encoded {
        case .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView, .fixedSizeBinary:
            return BinaryValues(scattered: self)
        default: throw mismatch("byte strings")
        }
    }

    /// The text at a row, nil where it is null.
    ///
    ///     let message = try column.text(at: 0)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func text(at row: Int) throws(ArrowError) -> String? { try texts()[row] }

    /// A copy of the bytes at a row, nil where it is null.
    ///
    ///     let hash = try column.bytes(at: 0)
    ///
    /// - Throws: ``ArrowError`` of code `typeMismatch`.
    public func bytes(at row: Int) throws(ArrowError) -> [UInt8]? { try binaries()[row] }
}

extension DataType {
    /// The type of the values that indices or runs lead to, or the type itself.
    package var encoded: DataType {
        switch self {
        case .dictionary(_, let values, _): values.encoded
        case .runEndEncoded(_, let values): values.type.encoded
        default: self
        }
    }
}
