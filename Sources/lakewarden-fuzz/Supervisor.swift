internal import Glibc

/// Starts workers, looks at what they do, and starts another behind a case that one died of.
struct Supervisor {
    private let options: Options
    private let cases: Cases
    private var progress: Progress
    private var failures: [Failure] = []
    private let file: CInt
    private let start = ContinuousClock.now

    /// A case may take so much of a processor's time, or, where it waits for something, of everybody's.
    private static let patience = (processor: Duration.seconds(10), clock: Duration.seconds(60))
    /// More failures than anyone looks at.
    private static let mostFailures = 25

    init(_ options: Options, _ cases: Cases) throws {
        self.options = options
        self.cases = cases
        progress = Progress(subjects: cases.subjects.count)
        file = try Progress.file()
        progress.write(to: file)
    }

    /// Runs all cases.
    ///
    /// - Returns: Whether nothing failed.
    mutating func run() throws -> Bool {
        var first: UInt64 = 0
        while let failure = try runWorker(from: first) {
            failures.append(failure)
            print(try saved(failure))
            first = failure.number + 1
            if failures.count == Self.mostFailures || secondsLeft <= 0 { break }
        }
        print(report())
        return failures.isEmpty
    }

    private var secondsLeft: Int {
        options.seconds - Int((ContinuousClock.now - start) / .seconds(1))
    }

    /// Runs one worker to its end, which is nil where it came to the end of its time or cases.
    private mutating func runWorker(from first: UInt64) throws -> Failure? {
        let last = options.cases ?? .max
        var worker = try WorkerProcess(
            ["\(options.seed)", "\(first)", "\(last)", "\(max(1, secondsLeft))", "\(options.memory)"], progress: file)
        var (seen, since, used) = (UInt64.max, ContinuousClock.now, Duration.zero)
        while true {
            usleep(50_000)
            progress.peak = max(progress.peak, worker.peak)
            let ended = worker.end()
            let peak = progress.peak
            progress.update(from: file)
            progress.peak = max(peak, progress.peak)
            if let status = ended {
                if status == 0, progress.number == .max { return nil }
                return Failure(number: progress.number, end: .crash(status: status))
            }
            let time = worker.processorTime
            if progress.number != seen { (seen, since, used) = (progress.number, .now, time) }
            if time - used > Self.patience.processor || ContinuousClock.now - since > Self.patience.clock {
                worker.kill()
                while worker.end() == nil { usleep(10_000) }
                return Failure(number: seen, end: .hang)
            }
        }
    }

    /// Keeps the input of a failure; the line that tells of it.
    private func saved(_ failure: Failure) throws -> String {
        let (subject, bytes) = cases.input(of: failure.number)
        let name = "\(cases.subjects[subject].name)-\(options.seed)-\(failure.number).bin"
        let path = options.folder + "/" + name
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FuzzError("\(path) cannot be written") }
        defer { close(file) }
        unsafe bytes.withUnsafeBytes { bytes in _ = unsafe write(file, bytes.baseAddress, bytes.count) }
        return
            "\(failure.end) in case \(failure.number) of seed \(options.seed) (\(cases.subjects[subject].name)): \(path)"
    }

    private func report() -> String {
        let seconds = Int(((ContinuousClock.now - start) / .seconds(1)).rounded())
        var lines = ["seed \(options.seed), \(seconds) seconds"]
        for (place, subject) in cases.subjects.enumerated() {
            lines.append("  \(subject.name): \(progress.read[place]) cases, \(progress.good[place]) taken for good")
        }
        let hangs = failures.count { if case .hang = $0.end { true } else { false } }
        let bound = options.memory > 0 ? " of \(options.memory) allowed" : ""
        lines.append("\(progress.read.reduce(0, +)) cases")
        lines.append("peak memory \((progress.peak + 1_023) / 1_024) MiB\(bound)")
        lines.append("\(hangs) hangs")
        lines.append("\(failures.count - hangs) crashes")
        return lines.joined(separator: "\n")
    }
}

/// A case that did not come to its end.
private struct Failure {
    enum End: CustomStringConvertible {
        /// The worker's status as waitpid(2) gives it.
        case crash(status: CInt)
        case hang

        var description: String {
            switch self {
            case .crash(let status) where status & 0x7F != 0: "CRASH by signal \(status & 0x7F)"
            case .crash(let status): "CRASH with exit code \(status >> 8)"
            case .hang: "HANG"
            }
        }
    }

    let number: UInt64
    let end: End
}
