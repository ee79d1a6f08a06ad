internal import ArrowIPC
internal import Micromegas

/// Reads everything of a batch that a program could, as far as its rows are not without end: a batch of nulls can have
/// thousands of millions of rows.
struct BatchReading {
    /// How many rows of one input are read at most.
    static let rows = 400
    private let batch: RecordBatch
    private let sample: [Int]

    init(_ batch: RecordBatch, _ rowsLeft: inout Int) {
        self.batch = batch
        let wanted = min(batch.rowCount, rowsLeft)
        let rows = batch.rows(from: 0, most: wanted)
        sample = Self.sample(batch.rowCount, min(rows.count, wanted))
        // Rows that are large together are enough for one input.
        rowsLeft = rows.count < wanted ? 0 : rowsLeft - sample.count
    }

    /// The first rows and the last one.
    private static func sample(_ count: Int, _ most: Int) -> [Int] {
        let first = Array(0..<min(count, most))
        return count > most && most > 1 ? first.dropLast() + [count - 1] : first
    }

    func read() {
        for column in batch.columns { read(column, sample, depth: 0) }
        write()
        // As the client reads what a server lists, where it has the columns.
        _ = try? ListedPartition.read(batch)
        _ = try? ListedViewSet.read(batch)
        _ = try? ViewSetDefinition.read(batch)
    }

    private func read(_ column: Column, _ rows: [Int], depth: Int) {
        readValues(column, rows)
        readNumbers(column, rows)
        if let texts = try? column.texts() { for row in rows { _ = texts[row]?.utf8.count } }
        if let bytes = try? column.binaries() {
            for row in rows { expect(bytes.isNull(at: row) == column.isNull(at: row), "a byte string is null, or not") }
            let first = rows.prefix { $0 < BatchReading.rows }.count
            bytes.forEach(in: 0..<first) { (bytes: Span<UInt8>?) in
                if let bytes, !bytes.isEmpty { _ = bytes[bytes.count - 1] }
            }
        }
        if let lists = try? column.lists() {
            for row in rows { expect((lists[row] == nil) == column.isNull(at: row), "a list is null, or not") }
            if depth < 4 { read(lists.elements, Self.sample(lists.elements.count, 20), depth: depth + 1) }
        }
        if depth < 4, let members = try? column.members() {
            for member in members { read(member, Self.sample(member.count, 20), depth: depth + 1) }
        }
    }

    private func readValues(_ column: Column, _ rows: [Int]) {
        var tooLarge = 0
        for row in rows where tooLarge < 3 {
            do {
                expect((try column.value(at: row) == .null) == column.isNull(at: row), "a value is null, or not")
            } catch {
                expect(error.code == .tooLarge, "a value cannot be read: \(error)")
                tooLarge += 1
            }
        }
    }

    private func readNumbers(_ column: Column, _ rows: [Int]) {
        if let bools = try? column.bools() { for row in rows { _ = bools[row] } }
        for row in rows {
            _ = try? column.int64(at: row)
            _ = try? column.double(at: row)
        }
        if let numbers = try? column.values(as: Int64.self) {
            for row in rows { _ = numbers[row] }
            numbers.forEach { _ = $0 }
        }
        if let numbers = try? column.values(as: Int32.self) { numbers.forEach { _ = $0 } }
        if let numbers = try? column.values(as: Double.self) { numbers.forEach { _ = $0 } }
        if let numbers = try? column.values(as: UInt16.self) { numbers.forEach { _ = $0 } }
    }

    /// Writes the first rows in every form, so many at a time as the program does.
    private func write() {
        for format in TableFormat.allCases {
            var writer = TableWriter(format, batch.schema)
            let rows = batch.rows(from: 0, most: min(batch.rowCount, sample.count))
            let text = (try? writer.text(of: batch, rows: rows)) ?? ""
            let end = writer.end()
            if format == .jsonLines, !text.isEmpty {
                expect(text.utf8.count { $0 == 0x0A } == rows.count, "a row of JSON is not a line")
            }
            expect(end.isEmpty || format != .jsonLines, "JSON Lines have nothing at their end")
        }
    }

    private func expect(_ condition: Bool, _ wrong: @autoclosure () -> String) {
        // Ends the process, which the program that started it reports with the case.
        if !condition { fatalError(wrong()) }
    }
}
