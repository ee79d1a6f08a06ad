import Warden

/// `lakewarden audit verify`: is the record of what was done whole and unaltered?
struct AuditVerifyCommand: Sendable {
    let options: OptionValues
    let console: Console
    let runs: LakeRuns

    func run() async -> ExitCode {
        let isText = options.value(.format) == "text"
        let color = options.value(.color) ?? "auto"
        do {
            let result = try await runs.verifyAudit(options.value(.audit) ?? "")
            let code = result.firstBad == nil ? ExitCode.done : .error
            if isText {
                let stream = code == .done ? Console.Stream.output : .errors
                console.write(AuditScreen.page(result, console.look(stream, color: color)), to: stream)
            } else {
                console.write(ReportDocument.audit(result, exitCode: code).document, to: .output)
            }
            return code
        } catch {
            let failure =
                error as? RunFailure
                ?? RunFailure(
                    what: "the audit log cannot be read", why: "\(error)",
                    cure: "name its folder with --audit, and let this user read it")
            if isText {
                console.write(ErrorBlock.page(failure, console.look(.errors, color: color)), to: .errors)
            } else {
                let document = ReportDocument.failure(failure, command: "audit verify", exitCode: .error)
                console.write(document.document, to: .output)
            }
            return .error
        }
    }
}
