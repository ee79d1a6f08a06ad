/// Values that hold for runs of rows ("Run-End Encoded Layout").
struct Runs: Sendable {
    /// The row behind each run, rising.
    private let ends: Buffer
    private let type: IntegerType
    private let count: Int
    let values: Column

    init(ends: Column, values: Column) {
        if case .fixedWidth(let buffer) = ends.storage, case .integer(let type) = ends.type {
            (self.ends, self.type, self.count) = (buffer, type, ends.count)
        } else {
            (self.ends, self.type, self.count) = (Buffer([], 0..<0), .int32, 0)
        }
        self.values = values
    }

    /// The run that a row is in: the first that ends behind it.
    subscript(row: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if type.load(middle, from: ends) <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The row behind a run.
    func end(of run: Int) -> Int { Int(type.load(run, from: ends)) }

    /// Checks that runs rise, reach so many rows, and have values.
    func check(rows: Int) throws(ArrowError) {
        var last: Int64 = 0
        for run in 0..<count {
            let end = type.load(run, from: ends)
            guard end > last else { throw .malformed("run \(run) ends at \(end), the one before at \(last)") }
            last = end
        }
        guard last >= rows else { throw .malformed("its runs end at \(last) of \(rows) rows") }
        guard values.count >= count else { throw .malformed("it has \(values.count) values for \(count) runs") }
    }
}
