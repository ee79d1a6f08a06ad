/// What one reader took for one stream.
struct StreamRun {
    let rows: Int
    let checksum: String
    /// Seconds from before connecting to the end of the stream.
    let wall: Double
    /// Processor seconds of the same time.
    let cpu: Double
    /// Peak of resident memory of the whole process, in bytes.
    let peakMemory: Int
    /// Seconds from starting the process to its end, and its processor seconds.
    let lifetime: Double
    let lifetimeCPU: Double

    /// From the line `ROWS CHECKSUM WALL CPU` that a reader prints.
    init?(_ line: String, _ usage: ChildProcess.Usage, lifetime: Double) {
        let words = line.split(separator: " ")
        guard words.count == 4, let rows = Int(words[0]), let wall = Double(words[2]), let cpu = Double(words[3]) else {
            return nil
        }
        self.rows = rows
        self.checksum = String(words[1])
        self.wall = wall
        self.cpu = cpu
        self.peakMemory = usage.peakMemory
        self.lifetime = lifetime
        self.lifetimeCPU = usage.cpu
    }
}

/// All runs of the three readers.
struct StreamRuns {
    /// This client, every value checked and seen.
    var checking: [StreamRun] = []
    /// pyarrow's client with `validate(full=True)` a batch.
    var validating: [StreamRun] = []
    /// This client's transport, every byte discarded.
    var discarding: [StreamRun] = []

    /// Medians as a table, and how they stand to the aims.
    func report() -> String {
        let rows = [
            ("this client", checking), ("pyarrow, validate(full)", validating), ("bytes discarded", discarding),
        ]
        var lines = [
            "",
            "                            reading           whole process      peak",
            "reader                      wall     CPU      wall     CPU      memory",
        ]
        for (name, runs) in rows {
            lines.append(
                Self.padded(name, 25) + Self.seconds(runs, \.wall) + Self.seconds(runs, \.cpu)
                    + Self.seconds(runs, \.lifetime) + Self.seconds(runs, \.lifetimeCPU)
                    + Self.right("\(Self.fixed(Self.megabytes(runs), 1)) MiB", 12))
        }
        return (lines + [""] + aims()).joined(separator: "\n")
    }

    /// Reading is compared, without starting a process: that is the harder comparison.
    private func aims() -> [String] {
        let ours = Self.median(checking, \.wall)
        let ofPyarrow = ours / Self.median(validating, \.wall)
        let ofFloor = ours / Self.median(discarding, \.wall)
        let cpu = Self.median(checking, \.cpu) / Self.median(validating, \.cpu)
        let memory = Self.megabytes(checking)
        func verdict(_ met: Bool) -> String { met ? "met" : "MISSED" }
        return [
            "wall    \(Self.fixed(ofPyarrow, 2)) of pyarrow's, \(Self.fixed(ofFloor, 2)) of the floor"
                + "   (aim: 0.60 of pyarrow's or 1.15 of the floor): \(verdict(ofPyarrow <= 0.6 || ofFloor <= 1.15))",
            "CPU     \(Self.fixed(cpu, 2)) of pyarrow's   (aim: 0.45): \(verdict(cpu <= 0.45))",
            "memory  \(Self.fixed(memory, 1)) MiB   (aim: under 40 MiB): \(verdict(memory < 40))",
        ]
    }

    private static func median(_ runs: [StreamRun], _ value: (StreamRun) -> Double) -> Double {
        let sorted = runs.map(value).sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The highest peak of any run.
    private static func megabytes(_ runs: [StreamRun]) -> Double {
        Double(runs.map(\.peakMemory).max() ?? 0) / Double(1 << 20)
    }

    private static func seconds(_ runs: [StreamRun], _ value: (StreamRun) -> Double) -> String {
        right(fixed(median(runs, value), 3) + " s", 9)
    }

    private static func fixed(_ number: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((number * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
