internal import FoundationEssentials
internal import Glibc

/// Reads broken input without end: `lakewarden-fuzz --seconds 600 --seed 1`.
@main struct Fuzz {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch arguments.first {
            case "--help", "-h", "help": print(Options.usage)
            case "worker": try await work(Array(arguments.dropFirst()))
            default: try await run(Options(arguments))
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func run(_ options: Options) async throws {
        let subjects = try subjects(options.trial)
        if let path = options.input {
            let (subject, input) = try read(file: path, of: subjects)
            return await tell(subject, input, options)
        }
        let cases = Cases(subjects: subjects, seed: options.seed)
        if let single = options.single {
            let (subject, input) = cases.input(of: single)
            return await tell(subjects[subject], input, options)
        }
        // A crash is told by the process that sees it; the runtime's own report can take minutes.
        unsafe setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var supervisor = try Supervisor(options, cases)
        if try !supervisor.run() { exit(1) }
    }

    /// What the supervisor starts: `worker SEED FIRST LAST SECONDS MEMORY [TRIAL]`.
    private static func work(_ words: [String]) async throws {
        let numbers = words.prefix(5).compactMap { UInt64($0) }
        guard numbers.count == 5 else { throw FuzzError("a worker is started by this program, not by hand") }
        let trial = try words.dropFirst(5).first.map { try Trial(named: $0) }
        let deadline = ContinuousClock.now + .seconds(Int64(clamping: numbers[3]))
        let cases = Cases(subjects: try subjects(trial), seed: numbers[0])
        Worker.bound(memory: Int(clamping: numbers[4]))
        await Worker(cases: cases, range: numbers[1]..<max(numbers[1], numbers[2]), deadline: deadline).run()
    }

    /// The subject that a file is named for, and the input in it.
    private static func read(file path: String, of subjects: [any Subject]) throws -> (any Subject, [UInt8]) {
        let name = path.split(separator: "/").last?.split(separator: "-").first ?? ""
        guard let subject = subjects.first(where: { $0.name == name }) else {
            throw FuzzError("\(path) is not called as the input of a case is; see --help")
        }
        return (subject, Array(try Data(contentsOf: URL(filePath: path))))
    }

    /// Reads an input under the bound that a worker has: one that died of it does so again.
    private static func tell(_ subject: any Subject, _ input: [UInt8], _ options: Options) async {
        Worker.bound(memory: options.memory)
        print("\(subject.name), \(input.count) bytes: \(await subject.read(input) ? "taken for good" : "refused")")
    }

    private static func subjects(_ trial: Trial?) throws -> [any Subject] {
        if let trial { return [TrialSubject(trial: trial)] }
        let corpus = Corpus()
        return [
            try ArrowSubject(corpus), try FlightSubject(corpus), try SessionSubject(corpus),
            try ProtobufSubject(corpus), try TextSubject(corpus), try PolicySubject(corpus),
        ]
    }
}
