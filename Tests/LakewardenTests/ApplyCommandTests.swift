import Foundation
import PartitionLifecycle
import Synchronization
import Testing
import UTCTime
import Warden

@testable import lakewarden

@Suite struct ApplyCommandTests {
    static let quickstart = configFolder.appending(path: "quickstart.yaml").path
    static let person = Console.Terminal(isInput: true, isOutput: true, isErrors: true)

    /// Runs that plan the morning after, and follow the plan once they may.
    static func runs(
        done: RunReport = MorningAfter.done, requests: RequestLog = RequestLog()
    ) -> LakeRuns {
        LakeRuns(
            run: { request, consent, progress in
                requests.add(request)
                progress(.reading("the catalog"))
                if request.dryRun { return MorningAfter.report(.planned) }
                guard await consent(MorningAfter.report(.planned)) else { return MorningAfter.report(.declined) }
                progress(.rebuilt(MorningAfter.proved("blocks", MorningAfter.lost)))
                return done
            },
            verifyAudit: { AuditReport(folder: $0, segments: 1, records: 318, head: MorningAfter.head) })
    }

    final class RequestLog: Sendable {
        private let kept = Mutex<[RunRequest]>([])
        func add(_ request: RunRequest) { kept.withLock { $0.append(request) } }
        var all: [RunRequest] { kept.withLock { $0 } }
    }

    func run(_ arguments: String, _ recorded: RecordedConsole, _ runs: LakeRuns = runs()) async -> ExitCode {
        let words = arguments.split(separator: " ").map(String.init)
        return await Lakewarden.run(
            words + (words.first == "apply" ? ["--config", Self.quickstart] : []), recorded.console, runs)
    }

    @Test func `a dry run shows the plan and ends with 0, or with 2 where that is asked for`() async {
        let recorded = RecordedConsole()
        #expect(await run("apply --dry-run", recorded) == .done)
        #expect(recorded.output.contains("Plan 3f9a1c\n"))
        #expect(recorded.errors == "")
        #expect(await run("apply --dry-run --detailed-exitcode", RecordedConsole()) == .changesPlanned)
    }

    @Test func `with --yes the plan is shown once, followed, and proved`() async {
        let recorded = RecordedConsole()
        #expect(await run("apply --yes", recorded) == .done)
        #expect(recorded.output.split(separator: "Plan 3f9a1c").count == 2)
        #expect(recorded.output.contains("\n\nProof: old partitions"))
        #expect(recorded.errors == "2026-11-12  blocks  ✓ 24/24  240 = 240 rows\n")
    }

    @Test func `without a terminal and without --yes nothing is done, and the cure is named`() async {
        let recorded = RecordedConsole()
        #expect(await run("apply", recorded) == .error)
        #expect(recorded.output.contains("Plan 3f9a1c\n"))
        #expect(!recorded.output.contains("Proof"))
        // Where the lines break depends on where this checkout lies.
        let words = """
            error: this plan needs a yes, and there is no terminal to ask at
            why    it removes or replaces partitions, which cannot be undone
            cure   read the plan, then: lakewarden apply --config \(Self.quickstart) --yes
            state  nothing was changed
            """.split(whereSeparator: \.isWhitespace)
        #expect(recorded.errors.split(whereSeparator: \.isWhitespace) == words)
    }

    @Test(arguments: [
        ("yes", ExitCode.done), (" yes ", .done), ("y", .error), ("YES", .error), ("", .error), ("yes please", .error),
    ])
    func `at a terminal only the word yes is consent`(_ answer: String, _ code: ExitCode) async {
        let recorded = RecordedConsole(answers: [answer], terminal: Self.person)
        #expect(await run("apply", recorded) == code)
        #expect(recorded.errors.contains("This cannot be undone. Type yes to do it: "))
    }

    @Test func `the end of input is no consent`() async {
        #expect(await run("apply", RecordedConsole(terminal: Self.person)) == .error)
    }

    @Test func `where the plan is not seen nobody is asked`() async {
        let recorded = RecordedConsole(answers: ["yes"], terminal: Console.Terminal(isInput: true, isErrors: true))
        #expect(await run("apply", recorded) == .error)
        let json = RecordedConsole(answers: ["yes"], terminal: Self.person)
        #expect(await run("apply --format json", json) == .error)
        #expect(json.output.contains("\"conclusion\": \"declined\""))
    }

    @Test func `a run that is done in part ends with 4`() async {
        #expect(await run("apply --yes", RecordedConsole(), Self.runs(done: MorningAfter.inPart)) == .inPart)
    }

    @Test func `a refused run ends with 3`() async {
        let refused = MorningAfter.report(.refused([.tooManyBytes(planned: 5 << 40, allowed: 100 << 30)]))
        let recorded = RecordedConsole()
        #expect(await run("apply --yes", recorded, Self.runs(done: refused)) == .refused)
        #expect(
            recorded.output.contains(
                "refused: more bytes would go without proved replacement than the guard rails allow\n"))
    }

    @Test func `--lake and --audit replace what the file and the default say`() async {
        let log = RequestLog()
        let recorded = RecordedConsole()
        #expect(
            await run("apply --dry-run --lake grpc://[::1]:7 --audit a", recorded, Self.runs(requests: log)) == .done)
        #expect(log.all.map(\.policies.lake.uri) == ["grpc://[::1]:7"])
        #expect(log.all.map(\.auditFolder) == ["a"])
        #expect(log.all.map(\.dryRun) == [true])
        #expect(await run("apply --lake lake:7", recorded) == .usage)
        #expect(recorded.errors.hasPrefix("error: --lake has no scheme; write grpc://HOST:PORT"))
    }

    @Test func `--lake does not take TLS away from a policy file that asks for it`() async {
        let recorded = RecordedConsole()
        let complete = Self.quickstart.replacing("quickstart.yaml", with: "complete.yaml")
        let words = ["apply", "--dry-run", "--config", complete, "--lake", "grpc://127.0.0.1:7"]
        #expect(await Lakewarden.run(words, recorded.console, Self.runs()) == .usage)
        #expect(recorded.errors.contains("--lake is plaintext where the policy file asks for TLS"))
    }

    @Test func `an error that changed nothing ends with 1, another with 4`() async {
        for (mayHaveChanged, code) in [(false, ExitCode.error), (true, .inPart)] {
            let failure = RunFailure(what: "w", why: "y", cure: "c", mayHaveChanged: mayHaveChanged)
            let runs = LakeRuns(run: { _, _, _ in throw failure }, verifyAudit: { _ in throw failure })
            let recorded = RecordedConsole()
            #expect(await run("apply --yes", recorded, runs) == code)
            #expect(recorded.errors == "error: w\n  why    y\n  cure   c\n  state  nothing was changed\n")
        }
    }

    @Test(arguments: [
        ("apply --dry-run", ExitCode.error, "nothing was"), ("apply --yes", .inPart, "unknown: the audit"),
    ])
    func `an interrupted run says what is known`(_ line: String, _ code: ExitCode, _ state: String) async {
        let runs = LakeRuns(
            run: { _, _, _ in throw CancellationError() }, verifyAudit: { _ in throw CancellationError() })
        let recorded = RecordedConsole()
        #expect(await run(line, recorded, runs) == code)
        #expect(recorded.errors.hasPrefix("error: the run was interrupted\n  why    it was asked to stop\n"))
        #expect(recorded.errors.contains("\n  state  \(state)"))
    }

    @Test func `audit verify shows the head, and ends with 1 where a record is bad`() async {
        let recorded = RecordedConsole()
        #expect(await run("audit verify --audit x", recorded) == .done)
        #expect(recorded.output.hasPrefix("x is whole: 318 records in 1 segment"))
        let bad = AuditReport.BadRecord(segment: "s", line: 1, finding: "f")
        let runs = LakeRuns(run: Self.runs().run) {
            AuditReport(folder: $0, segments: 1, records: 0, head: nil, firstBad: bad)
        }
        #expect(await run("audit verify", RecordedConsole(), runs) == .error)
    }

    @Test(arguments: [
        "apply --dry-run", "apply --yes", "audit verify", "validate \(quickstart)", "validate nothing.yaml",
    ])
    func `with --format json there is one document, as the schema says, and nothing else`(_ line: String) async throws {
        for done in [
            MorningAfter.done, MorningAfter.inPart, MorningAfter.report(.refused([.hiddenListing(globalViews: [])])),
        ] {
            let recorded = RecordedConsole()
            let code = await run(line + " --format json", recorded, Self.runs(done: done))
            let document = try JSONSerialization.jsonObject(with: Data(recorded.output.utf8))
            #expect(try JSONSchema("output.schema.json").problems(document) == [])
            #expect((document as? [String: Any])?["exit_code"] as? Int == Int(code.rawValue))
            #expect(recorded.errors == "")
        }
    }

    @Test func `an error in JSON is a document too`() async throws {
        let failure = RunFailure(what: "w", why: "y", cure: "c")
        let runs = LakeRuns(run: { _, _, _ in throw failure }, verifyAudit: { _ in throw failure })
        for line in ["apply --yes", "audit verify"] {
            let recorded = RecordedConsole()
            #expect(await run(line + " --format json", recorded, runs) == .error)
            let document = try JSONSerialization.jsonObject(with: Data(recorded.output.utf8))
            #expect(try JSONSchema("output.schema.json").problems(document) == [])
        }
    }
}
