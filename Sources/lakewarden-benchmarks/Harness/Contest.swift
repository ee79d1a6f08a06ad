/// Readers of one server that take turns, so that what else the machine does meets them alike.
struct Contest {
    let title: String
    let runs: Int
    var readers: [Contender]

    /// Lets each read so many times and prints how they stand.
    ///
    /// - Throws: ``BenchmarkError`` where a reader failed, or did not read what was served.
    func run() throws -> Standings {
        print("\n\(title); \(runs) runs of each in turn")
        var standings = Standings(names: readers.map(\.name), runs: readers.map { _ in [] })
        for _ in 0..<runs {
            for (index, reader) in readers.enumerated() { standings.runs[index].append(try reader.run()) }
        }
        print(standings.table)
        return standings
    }
}

/// A program that takes part.
struct Contender {
    /// How its time is known.
    enum Clock {
        /// It prints one line, `COUNT CHECKSUM WALL CPU`.
        case its
        /// From starting it to having read so many lines of its output; its processor time is that of the whole process.
        case untilLine(Int)
    }

    let name: String
    let arguments: [String]
    var clock = Clock.its
    /// How the line must begin: that it did read what was served.
    let expected: String
    /// For a reader that counts bytes, how many there are at the least.
    var leastBytes = 0

    func run() throws -> ReaderRun {
        let start = ContinuousClock.now
        func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
        let process = try ChildProcess(arguments)
        var line: String?
        if case .untilLine(let number) = clock {
            for _ in 0..<number { line = process.line() }
        } else {
            line = process.line()
        }
        let untilLine = elapsed()
        let usage = try process.usage()
        guard let line, line.hasPrefix(expected) else {
            throw BenchmarkError("\(name) printed “\(line ?? "")” where “\(expected)…” was served")
        }
        if leastBytes > 0 {
            guard let bytes = line.split(separator: " ").first.flatMap({ Int($0) }), bytes >= leastBytes else {
                throw BenchmarkError("\(name) printed “\(line)” where \(leastBytes) bytes and more were served")
            }
        }
        switch clock {
        case .its: return try ReaderRun(line, usage, lifetime: elapsed())
        case .untilLine: return ReaderRun(wall: untilLine, cpu: usage.cpu, usage, lifetime: elapsed())
        }
    }
}
