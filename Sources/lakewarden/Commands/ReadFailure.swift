import Micromegas
import PartitionLifecycle
import Warden

extension RunFailure {
    /// Says why a lake could not be read.
    ///
    /// - Parameter hasPrinted: Whether something of the answer was printed before.
    init(reading error: any Error, _ lake: LakeChoice, _ command: Command.Name, hasPrinted: Bool) {
        switch error {
        case let error as MicromegasError:
            let who = lake.lake.addressAndCaller
            let (what, cure) = Self.text(error, lake, command)
            self.init(
                what: what, who: who, why: error.message + (error.cause.map { " (\($0))" } ?? ""), cure: cure,
                state: hasPrinted
                    ? "nothing was changed; rows that were printed before this are not all of the answer"
                    : "nothing was changed")
        case RowOutput.Stop.failed(let reason):
            self.init(
                what: "the rows cannot be written", who: "standard output", why: reason,
                cure: "make room there, then run this again", state: "nothing was changed; what is written is not whole"
            )
        default:
            self.init(
                what: "the lake could not be read", who: lake.uri, why: "\(error)",
                cure: "run this again; if it stays, report it with this message")
        }
    }

    private static func text(
        _ error: MicromegasError, _ lake: LakeChoice, _ command: Command.Name
    ) -> (what: String, cure: String) {
        switch error.code {
        case .notFound where command == .process:
            (
                "there is no such process",
                "check the id; lakewarden query 'SELECT process_id, exe FROM processes' names them"
            )
        case .invalidQuery:
            ("the server cannot read the query", "correct the SQL; lakewarden views names what there is")
        case .functionMissing:
            (
                "the server offers this caller no such function",
                "check its name; some functions need the admin right or a newer server"
            )
        case .failedWhileRunning: ("the query failed while it ran", "read the server's reason and its log")
        case .unauthenticated:
            (
                "the server does not accept the caller",
                lake.lake.credentials == .none
                    ? "name a file with a valid token in the policy file (lake.credentials.token_file) and that file with --config"
                    : lake.lake.cureOfRefusal
            )
        case .noToken: ("there is no token to ask the lake with", lake.lake.cureOfNoToken)
        case .permissionDenied: ("the caller may not read this", "use a token that may, or ask the server's admins")
        case .deniedByRule: ("the server's operator denies this query", "ask who made the rule; do not try again")
        case .resourceExhausted:
            ("the query needs more than the server gives", "narrow it with --begin and --end, or --limit")
        case .unavailable: ("the lake cannot be reached", "check the address (--lake) and that the server runs")
        case .insecure:
            (
                "there is no secure connection to the lake",
                "set right what it says; lake.tls in the policy file (--config) names CA file, client certificate, client "
                    + "key and server name"
            )
        case .deadlineExceeded: ("the query took too long", "narrow it with --begin and --end, or --limit")
        case .notFound: ("nothing of that name is there", "check it; lakewarden views names the views")
        case .configuration: ("the lake's settings cannot be used", "correct them in --lake or in the policy file")
        case .refused: ("this is not sent", "correct the arguments")
        case .unexpectedAnswer:
            ("the server's answer is not what was expected", "check that --lake is a Micromegas server; else report it")
        default: ("the lake could not be read", "run this again; if it stays, report it with this message")
        }
    }
}
