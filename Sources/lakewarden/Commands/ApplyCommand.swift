import Configuration
import PartitionLifecycle
import Synchronization
import Warden

/// `lakewarden apply`: policies to plan, plan to consent, consent to work, work to proof.
struct ApplyCommand: Sendable {
    let options: OptionValues
    let console: Console
    let runs: LakeRuns

    private var isText: Bool { options.value(.format) == "text" }
    private var look: Look {
        console.look(.output, color: options.value(.color) ?? "auto", showsAll: options.has(.all))
    }
    private var errorLook: Look { console.look(.errors, color: options.value(.color) ?? "auto") }

    private var next: NextCommands { NextCommands(options) }

    func run() async -> ExitCode {
        let request: RunRequest
        switch self.request() {
        case .success(let value): request = value
        case .failure(let code): return code.value
        }
        let progress = ProgressWriter(console, errorLook, isTerminal: console.terminal.isErrors)
        let shown = Mutex(false)
        do {
            let report = try await runs.run(request) { report in
                progress.clear()
                if isText {
                    console.write(PlanScreen.page(report, look), to: .output)
                    shown.withLock { $0 = true }
                }
                return await consents()
            } _: { event in
                if isText { progress.tell(event) }
            }
            progress.clear()
            return finish(report, planIsShown: shown.withLock { $0 })
        } catch {
            progress.clear()
            return fail(error)
        }
    }

    private func refuseLake(_ reason: String) -> Result<RunRequest, CodeError> {
        console.write(UsageError("--lake \(reason)", command: .apply).page(errorLook), to: .errors)
        return .failure(CodeError(value: .usage))
    }

    /// What is to be run, or the exit code where policies cannot be read; everything wrong is told already.
    private func request() -> Result<RunRequest, CodeError> {
        let path = options.value(.config) ?? ""
        do throws(ConfigurationError) {
            let file = try PolicyFile(path: path)
            var policies = file.policies
            tell(file.warnings)
            if let uri = options.value(.lake) {
                do throws(LakeURI.Problem) {
                    let asked = try LakeURI(uri)
                    // A file that asks for TLS may name a token: it is not sent in the clear by a slip of the hand.
                    if !asked.isSecure, try LakeURI(policies.lake.uri).isSecure {
                        return refuseLake(
                            "is plaintext where the policy file asks for TLS; write grpc+tls://HOST:PORT, or change "
                                + "lake.uri in the file")
                    }
                } catch {
                    return refuseLake(error.message)
                }
                policies.lake.uri = uri
            }
            return .success(
                RunRequest(
                    policies: policies, auditFolder: options.value(.audit) ?? "", dryRun: options.has(.dryRun)))
        } catch {
            if isText {
                tell(error.diagnostics)
            } else {
                let file = ValidatedFile(path: path, policies: nil, diagnostics: error.diagnostics)
                let document = ReportDocument.validation([file], command: "apply", exitCode: .error)
                console.write(document.document, to: .output)
            }
            return .failure(CodeError(value: .error))
        }
    }

    private struct CodeError: Error {
        var value: ExitCode
    }

    private func tell(_ diagnostics: [Diagnostic]) {
        var page = Page(errorLook)
        for diagnostic in diagnostics {
            page.verbatim(diagnostic.description, diagnostic.severity == .error ? .bad : .body)
        }
        console.write(page, to: .errors)
    }

    /// Whether the plan that stands on the screen may be followed.
    private func consents() async -> Bool {
        if options.has(.yes) { return true }
        guard isText, console.canAsk else { return false }
        let answer = await console.ask("\nThis cannot be undone. Type yes to do it: ")
        return answer?.split(whereSeparator: \.isWhitespace) == ["yes"]
    }

    private func finish(_ report: RunReport, planIsShown: Bool) -> ExitCode {
        let code = ExitCode(report, detailed: options.has(.detailedExitCode))
        guard isText else {
            console.write(ReportDocument.apply(report, exitCode: code).document, to: .output)
            return code
        }
        var page = Page(look)
        if !planIsShown { page.add(PlanScreen.page(report, look)) }
        if !report.rebuilds.isEmpty || !report.retirements.isEmpty { page.add(ProofScreen.page(report, look)) }
        page.add(Closing.page(report, next, look))
        console.write((planIsShown ? "\n" : "") + page.text, to: .output)
        if report.conclusion == .declined, !console.canAsk { console.write(nobodyToAsk, to: .errors) }
        return code
    }

    private var nobodyToAsk: Page {
        ErrorBlock.block(
            "error: ", "this plan needs a yes, and there is no terminal to ask at",
            [
                ("why", "it removes or replaces partitions, which cannot be undone"),
                ("cure", "read the plan, then: \(next.apply) --yes"),
                ("state", "nothing was changed"),
            ], errorLook)
    }

    private func fail(_ error: any Error) -> ExitCode {
        let failure = error as? RunFailure ?? unexpected(error)
        let code = ExitCode(failure)
        if isText {
            console.write(ErrorBlock.page(failure, errorLook), to: .errors)
        } else {
            let document = ReportDocument.failure(failure, command: "apply", exitCode: code)
            console.write(document.document, to: .output)
        }
        return code
    }

    /// A failure that nobody put into words: the run was cancelled, or something is wrong with this program.
    private func unexpected(_ error: any Error) -> RunFailure {
        let isDryRun = options.has(.dryRun)
        return RunFailure(
            what: error is CancellationError ? "the run was interrupted" : "the run failed",
            why: error is CancellationError ? "it was asked to stop" : "\(error)",
            cure: "run \(next.apply) --dry-run, which lists the lake anew and shows what is left to do",
            state: isDryRun ? "nothing was changed" : "unknown: the audit log tells the last call",
            mayHaveChanged: !isDryRun)
    }
}
