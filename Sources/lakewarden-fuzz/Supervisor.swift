internal import Glibc

/// Starts workers, looks at what they do, and starts another behind a case that one died of.
struct Supervisor {
    private let options: Options
    private let cases: Cases
    private var progress: Progress
    private var failures: [Failure] = []
    /// The highest peak of resident memory of all workers so far, in KiB.
    private var peak = 0
    private let file: CInt
    private let start = ContinuousClock.now

    /// A case may take so much of a processor's time, or, where it waits for something, of everybody's.
    private let patience: (processor: Duration, clock: Duration)
    /// More failures than anyone looks at.
    private static let mostFailures = 25

    init(_ options: Options, _ cases: Cases) throws {
        self.options = options
        self.cases = cases
        // Cases of a trial take no time, but for those that fail.
        patience = options.trial == nil ? (.seconds(10), .seconds(60)) : (.seconds(1), .seconds(5))
        guard unsafe access(options.folder, W_OK | X_OK) == 0 else {
            throw FuzzError("nothing can be written in \(options.folder), where the input of a failed case is to lie")
        }
        progress = Progress(subjects: cases.subjects.count)
        file = try Progress.file()
    }

    /// Runs all cases.
    ///
    /// - Returns: Whether nothing failed.
    mutating func run() throws -> Bool {
        var first: UInt64 = 0
        while let failure = try runWorker(from: first) {
            failures.append(failure)
            print(line(of: failure))
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
        progress.number = Progress.beforeFirst
        progress.write(to: file)
        let last = options.cases ?? .max
        let numbers = ["\(options.seed)", "\(first)", "\(last)", "\(max(1, secondsLeft))", "\(options.memory)"]
        var worker = try WorkerProcess(numbers + (options.trial.map { [$0.rawValue] } ?? []), progress: file)
        var (seen, since, used) = (progress.number, ContinuousClock.now, Duration.zero)
        while true {
            usleep(50_000)
            let ended = worker.end()
            progress.update(from: file)
            if let ended {
                peak = max(peak, ended.peak)
                if ended.status == 0, progress.number == Progress.afterLast { return nil }
                return try failure(.crash(status: ended.status))
            }
            let time = worker.processorTime
            if progress.number != seen { (seen, since, used) = (progress.number, .now, time) }
            if time - used > patience.processor || ContinuousClock.now - since > patience.clock {
                peak = max(peak, worker.kill()?.peak ?? 0)
                return try failure(.hang)
            }
        }
    }

    private func failure(_ end: Failure.End) throws -> Failure {
        guard progress.number < Progress.beforeFirst else { throw FuzzError("\(end) outside of any case") }
        return Failure(number: progress.number, end: end)
    }

    /// The line that tells of a failure, whose input is kept.
    private func line(of failure: Failure) -> String {
        let (subject, bytes) = cases.input(of: failure.number)
        let name = cases.subjects[subject].name
        let path = "\(options.folder)/\(name)-\(options.seed)-\(failure.number).bin"
        let kept = Self.write(bytes, to: path) ? path : "its input could not be written to \(path)"
        return "\(failure.end) in case \(failure.number) of seed \(options.seed) (\(name)): \(kept)"
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        return unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count
    }

    private func report() -> String {
        let seconds = Int(((ContinuousClock.now - start) / .seconds(1)).rounded())
        var lines = ["seed \(options.seed), \(seconds) seconds"]
        for (place, subject) in cases.subjects.enumerated() {
            lines.append("  \(subject.name): \(progress.read[place]) cases, \(progress.good[place]) taken for good")
        }
        let hangs = failures.count { if case .hang = $0.end { true } else { false } }
        let bound = options.memory > 0 ? ", address space bounded at \(options.memory) MiB" : ""
        lines.append("\(progress.read.reduce(0, +)) cases")
        lines.append("peak memory \((peak + 1_023) / 1_024) MiB resident\(bound)")
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
