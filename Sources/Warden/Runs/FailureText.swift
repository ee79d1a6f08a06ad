import Micromegas
import PartitionLifecycle

extension RunFailure {
    /// Its task was cancelled.
    static let interrupted = RunFailure(
        what: "the run was interrupted", why: "it was asked to stop", cure: "run this again to go on")

    /// Says an error so that whoever reads it knows what to do.
    init(explaining error: any Error, lake: LakeSettings) {
        switch error {
        case let error as AuditLogError: self.init(auditLog: error)
        case let error as MicromegasError: self.init(lake: lake, error)
        default:
            self.init(
                what: "the run failed", who: lake.uri, why: "\(error)",
                cure: "run this again; if it stays, report it with this message")
        }
    }

    private init(auditLog error: AuditLogError) {
        let cure =
            switch error.code {
            case .busy: "wait until that run has ended, or name another folder for another lake with --audit"
            case .folder: "name a folder that this user can write to with --audit"
            case .damaged: "run lakewarden audit verify; keep the folder as evidence and begin a new one with --audit"
            case .missingLibrary: "install it, then run this again"
            default: "look at the disk, then run this again: without a synced audit record nothing is done"
            }
        let what =
            switch error.code {
            case .busy: "another run is at work on this audit folder"
            case .damaged: "the audit log is damaged"
            case .folder: "the audit folder cannot be used"
            case .missingLibrary: "the audit log cannot be read or written"
            default: "the audit log cannot be written"
            }
        self.init(
            what: what, why: error.message + (error.cause.map { " (\($0))" } ?? ""),
            cure: cure)
    }

    private init(lake: LakeSettings, _ error: MicromegasError) {
        let who = lake.addressAndCaller
        let why = error.message + (error.cause.map { " (\($0))" } ?? "")
        func failure(_ what: String, cure: String) -> RunFailure {
            RunFailure(what: what, who: who, why: why, cure: cure)
        }
        self =
            switch error.code {
            case .functionMissing:
                failure(
                    "the lake offers this caller no function to maintain partitions",
                    cure:
                        "give this caller the admin right (0.33: a member of the group admins; 0.30: MICROMEGAS_ADMINS), "
                        + "or upgrade the server, then run this again")
            case .unauthenticated:
                failure("the lake does not accept this caller", cure: lake.cureOfRefusal)
            case .noToken:
                failure("there is no token to ask the lake with", cure: lake.cureOfNoToken)
            case .permissionDenied:
                failure("the lake refuses this caller", cure: "give this caller the admin right, then run this again")
            case .deniedByRule:
                failure(
                    "the lake's operator denies this query by a rule",
                    cure: "talk to whoever keeps the server's deny list; it is not sent again")
            case .unavailable:
                failure(
                    "the lake cannot be reached",
                    cure: "see that the server runs and that lake.uri is its Flight SQL address, then run this again")
            case .insecure:
                failure(
                    "there is no secure connection to the lake",
                    cure:
                        "set right what it says; lake.tls in the policy file names CA file, client certificate, client key "
                        + "and server name")
            case .deadlineExceeded:
                failure("the lake did not answer in time", cure: "see how busy the server is, then run this again")
            case .unexpectedAnswer:
                failure(
                    "the lake answers what this program does not understand",
                    cure: "see that lake.uri is a Micromegas server of version 0.30 to 0.33, then report this message")
            case .configuration:
                failure("the lake's settings are not fit", cure: "correct lake in the policy file")
            default: failure("a call to the lake failed", cure: "run this again; if it stays, look at the server's log")
            }
    }
}
