internal import FoundationEssentials
internal import Glibc

/// Reads broken input without end: `lakewarden-fuzz --seconds 600 --seed 1`.
@main struct Fuzz {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch arguments.first {
            case "--help", "-h", "help": print(Options.usage)
            case "worker": try await work(arguments.dropFirst().compactMap { UInt64($0) })
            case "--input": try await read(file: arguments.dropFirst().first ?? "")
            default: try await run(Options(arguments))
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func run(_ options: Options) async throws {
        let cases = Cases(subjects: try subjects(), seed: options.seed)
        if let single = options.single {
            let (subject, input) = cases.input(of: single)
            return await tell(cases.subjects[subject], input)
        }
        // A crash is told by the process that sees it; the runtime's own report can take minutes.
        unsafe setenv("SWIFT_BACKTRACE", "enable=no", 1)
        var supervisor = try Supervisor(options, cases)
        if try !supervisor.run() { exit(1) }
    }

    /// What the supervisor starts: `worker SEED FIRST LAST SECONDS MEMORY`.
    private static func work(_ numbers: [UInt64]) async throws {
        guard numbers.count == 5 else { throw FuzzError("a worker is started by this program, not by hand") }
        let deadline = ContinuousClock.now + .seconds(Int64(clamping: numbers[3]))
        let cases = Cases(subjects: try subjects(), seed: numbers[0])
        Worker.bound(memory: Int(clamping: numbers[4]))
        await Worker(cases: cases, range: numbers[1]..<max(numbers[1], numbers[2]), deadline: deadline).run()
    }

    private static func read(file path: String) async throws {
        let name = path.split(separator: "/").last?.split(separator: "-").first ?? ""
        guard let subject = try subjects().first(where: { $0.name == name }) else {
            throw FuzzError("\(path) is not called as the input of a case is; see --help")
        }
        await tell(subject, Array(try Data(contentsOf: URL(filePath: path))))
    }

    private static func tell(_ subject: any Subject, _ input: [UInt8]) async {
        print("\(subject.name), \(input.count) bytes: \(await subject.read(input) ? "taken for good" : "refused")")
    }

    private static func subjects() throws -> [any Subject] {
        let corpus = Corpus()
        return [
            try ArrowSubject(corpus), try FlightSubject(corpus), try SessionSubject(corpus),
            try ProtobufSubject(corpus), try TextSubject(corpus), try PolicySubject(corpus),
        ]
    }
}
