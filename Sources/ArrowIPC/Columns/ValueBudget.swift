/// What may be made of received bytes at once, counted before it is made.
///
/// A short message can stand for values without end: lists that share their elements, indices that lead to one long list
/// again and again, nulls and runs that take no bytes. Columns and their typed views are no larger than what came; values
/// made of them could be.
struct ValueBudget {
    private(set) var values = Value.maximumCount
    private(set) var bytes = Value.maximumBytes

    mutating func spend(values count: Int) throws(ArrowError) {
        values -= count
        guard values >= 0 else {
            throw ArrowError(.tooLarge, "it comes to more than \(Value.maximumCount) values")
        }
    }

    /// Counts values of so many bytes each.
    mutating func spend(bytes size: Int, times count: Int = 1) throws(ArrowError) {
        let (product, overflow) = size.multipliedReportingOverflow(by: count)
        guard !overflow, product <= bytes else {
            throw ArrowError(.tooLarge, "it comes to more than \(Value.maximumBytes) bytes")
        }
        bytes -= product
    }

    /// Counts something as often as it is there, having counted it once.
    mutating func spend(times count: Int, _ once: (inout ValueBudget) throws(ArrowError) -> Void) throws(ArrowError) {
        var after = self
        try once(&after)
        try spend(bytes: bytes - after.bytes, times: count)
        // As many values as there are rows at the most, so that no product overflows.
        try spend(values: (values - after.values) * min(count, Value.maximumCount + 1))
    }
}

extension Value {
    /// How many values ``Column/value(at:)`` makes at most: elements of lists, keys and values of maps, members of structs,
    /// and those that hold them.
    public static let maximumCount = 1 << 20
    /// How many bytes the texts, byte strings, digits and names of members in a value that holds others may come to.
    public static let maximumBytes = 1 << 26
}

extension Column {
    /// Checks that the value of a row may be made. What holds no others is no larger than what was received.
    func checkSize(at row: Int) throws(ArrowError) {
        guard storage.holdsValues, !isNull(at: row) else { return }
        var budget = ValueBudget()
        do throws(ArrowError) {
            try spend(row..<row + 1, from: &budget)
        } catch {
            throw error.inside("row \(row)")
        }
    }

    /// Counts what the values of some rows come to, or somewhat more: what nulls cover may count too.
    func spend(_ rows: Range<Int>, from budget: inout ValueBudget) throws(ArrowError) {
        if rows.isEmpty { return }
        switch storage {
        case .runs(let runs): return try spend(runs, rows, from: &budget)
        case .dictionary, .union, .parts: return try spendOrigins(rows, from: &budget)
        default: try budget.spend(values: rows.count)
        }
        switch storage {
        case .fixedWidth:
            if let size = type.textSize { try budget.spend(bytes: size, times: rows.count) }
        case .variableWidth(let offsets, _):
            try budget.spend(bytes: offsets[last: rows.upperBound] - offsets[last: rows.lowerBound])
        case .views(let views):
            for row in rows where validity?.bit(row) ?? true { try budget.spend(bytes: views.length(of: row)) }
        case .list(let offsets, let elements):
            try elements.spend(offsets[last: rows.lowerBound]..<offsets[last: rows.upperBound], from: &budget)
        case .placedList(.fixedSize(let size), let elements):
            try elements.spend(rows.lowerBound * size..<rows.upperBound * size, from: &budget)
        case .placedList(let places, let elements):
            for row in rows where validity?.bit(row) ?? true { try elements.spend(places[row], from: &budget) }
        case .structure(let members):
            try budget.spend(bytes: type.nameSize, times: rows.count)
            for member in members { try member.spend(rows, from: &budget) }
        case .null, .bits, .dictionary, .runs, .union, .parts: break
        }
    }

    /// Counts what runs hold, each as often as it has rows among some.
    private func spend(_ runs: Runs, _ rows: Range<Int>, from budget: inout ValueBudget) throws(ArrowError) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let run = runs[row]
            let end = min(runs.end(of: run), rows.upperBound)
            try budget.spend(times: end - row) { (budget) throws(ArrowError) in
                try runs.values.spend(run..<run + 1, from: &budget)
            }
            row = end
        }
    }

    /// Counts what rows lead to that only say where their values are.
    private func spendOrigins(_ rows: Range<Int>, from budget: inout ValueBudget) throws(ArrowError) {
        for row in rows {
            guard let origin = origin(of: row) else {
                try budget.spend(values: 1)
                continue
            }
            try origin.column.spend(origin.row..<origin.row + 1, from: &budget)
        }
    }
}

extension RecordBatch {
    /// Checks that every row's values may be made, each as ``Column/value(at:)`` makes it.
    ///
    /// - Throws: ``ArrowError`` of code `tooLarge`.
    package func checkSizes() throws(ArrowError) {
        for (field, column) in zip(schema.fields, columns) where column.storage.holdsValues {
            // Where all rows together are small, which is nearly always, there is no need to look at each.
            var budget = ValueBudget()
            if (try? column.spend(0..<column.count, from: &budget)) != nil { continue }
            do throws(ArrowError) {
                for row in 0..<column.count { try column.checkSize(at: row) }
            } catch {
                throw error.inside("column “\(field.name)”")
            }
        }
    }

    /// How far rows go that together come to no more than one value may, at least to the next: what can be made and written
    /// out at once.
    ///
    /// - Parameter most: how many rows there are to be at most.
    package func rows(from start: Int, most: Int) -> Range<Int> {
        var end = min(rowCount, start + most)
        while end > start + 1 {
            var budget = ValueBudget()
            if (try? spend(start..<end, from: &budget)) != nil { break }
            end = start + (end - start) / 2
        }
        return start..<end
    }

    private func spend(_ rows: Range<Int>, from budget: inout ValueBudget) throws(ArrowError) {
        for (field, column) in zip(schema.fields, columns) {
            try budget.spend(bytes: field.name.utf8.count, times: rows.count)
            try column.spend(rows, from: &budget)
        }
    }
}

extension Column.Storage {
    /// Whether values may consist of others.
    fileprivate var holdsValues: Bool {
        switch self {
        case .null, .bits, .fixedWidth, .variableWidth, .views: false
        case .list, .placedList, .structure, .union: true
        case .dictionary(_, let values): values.storage.holdsValues
        case .runs(let runs): runs.values.storage.holdsValues
        case .parts(let parts): parts.columns[0].storage.holdsValues
        }
    }
}

extension DataType {
    /// The bytes that a value of fixed width takes as digits or as bytes; nil for numbers.
    fileprivate var textSize: Int? {
        switch self {
        case .fixedSizeBinary(let size): size
        // A digit takes more than 3 bits.
        case .decimal(let bits, _, let scale): bits / 3 + abs(scale)
        default: nil
        }
    }

    /// The bytes of the names of a struct's members.
    fileprivate var nameSize: Int { children.reduce(0) { $0 + $1.name.utf8.count } }
}
