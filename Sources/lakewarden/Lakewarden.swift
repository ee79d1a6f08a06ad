import AsyncIO
import Glibc

/// The program: a command line in, an exit code out.
@main struct Lakewarden {
    /// What `--version` says.
    static let version = "0.1.0"

    static func main() async {
        StandardStreams.fill()
        // A reader that goes away ends a write with an error, not the program in the middle of a run.
        signal(SIGPIPE, SIG_IGN)
        FreedMemory.keep()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let code = await run(arguments, .standard, .live).rawValue
        // Everything is written by now. Without `exit`, which takes libraries down under a thread that still renews a token.
        _exit(code)
    }

    static func run(_ arguments: [String], _ console: Console, _ runs: LakeRuns) async -> ExitCode {
        do throws(UsageError) {
            switch try Invocation(arguments: arguments) {
            case .version: console.write("lakewarden \(version)\n", to: .output)
            case .help(nil): console.write(HelpText.overview + "\n", to: .output)
            case .help(let command?): console.write(HelpText.text(for: command) + "\n", to: .output)
            case .command(.apply, let options):
                return await ApplyCommand(options: options, console: console, runs: runs).run()
            case .command(.validate, let options): return ValidateCommand(options: options, console: console).run()
            case .command(.auditVerify, let options):
                return await AuditVerifyCommand(options: options, console: console, runs: runs).run()
            case .command(let name, let options):
                return try await ReadCommand(name: name, options: options, console: console).run()
            }
            return .done
        } catch {
            console.write(error.page(console.look(.errors, color: "never")), to: .errors)
            return .usage
        }
    }
}
