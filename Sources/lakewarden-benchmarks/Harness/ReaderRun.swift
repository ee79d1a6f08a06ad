/// What one reader took once.
struct ReaderRun {
    /// Seconds from before connecting to the end of what was read.
    let wall: Double
    /// Processor seconds of the same time.
    let cpu: Double
    /// Seconds from starting the process to its end, and its processor seconds.
    let lifetime: Double
    let lifetimeCPU: Double
    /// Peak of resident memory of the whole process, in MiB.
    let peakMemory: Double

    init(wall: Double, cpu: Double, _ usage: ChildProcess.Usage, lifetime: Double) {
        self.wall = wall
        self.cpu = cpu
        self.lifetime = lifetime
        lifetimeCPU = usage.cpu
        peakMemory = Double(usage.peakMemory) / Double(1 << 20)
    }

    /// From the line `COUNT CHECKSUM WALL CPU` that a reader prints.
    init(_ line: String, _ usage: ChildProcess.Usage, lifetime: Double) throws {
        let words = line.split(separator: " ")
        guard words.count == 4, let wall = Double(words[2]), let cpu = Double(words[3]) else {
            throw BenchmarkError("a reader printed no result: \(line)")
        }
        self.init(wall: wall, cpu: cpu, usage, lifetime: lifetime)
    }
}

/// All runs of all readers of one contest, in the order they were named.
struct Standings {
    let names: [String]
    var runs: [[ReaderRun]]

    func median(_ reader: Int, _ value: (ReaderRun) -> Double) -> Double {
        let sorted = runs[reader].map(value).sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The highest of any run, in MiB.
    func peakMemory(_ reader: Int) -> Double { runs[reader].map(\.peakMemory).max() ?? 0 }

    /// The first reader's median as a part of another one's, or of the least of several.
    func ratio(to others: Int..., by value: (ReaderRun) -> Double) -> Double {
        median(0, value) / (others.map { median($0, value) }.min() ?? 1)
    }

    /// Medians, and the highest memory.
    var table: String {
        var lines = [
            "                            reading           whole process      peak",
            "reader                      wall     CPU      wall     CPU      memory",
        ]
        for (reader, name) in names.enumerated() {
            let values = [\ReaderRun.wall, \.cpu, \.lifetime, \.lifetimeCPU].map { value in
                "\(median(reader, { $0[keyPath: value] }).text(digits: 3)) s".right(9)
            }
            lines.append(name.left(25) + values.joined() + "\(peakMemory(reader).text(digits: 1)) MiB".right(12))
        }
        return lines.joined(separator: "\n")
    }
}
