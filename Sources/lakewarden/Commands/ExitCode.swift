import PartitionLifecycle
import Warden

/// What the program tells whoever started it.
enum ExitCode: Int32, Sendable, Hashable {
    /// Done, or nothing to do; what a plan holds for a reason is not undone work.
    case done = 0
    /// An error before anything was done, or no consent: what was asked for did not happen.
    case error = 1
    /// A dry run that was asked to say so plans changes.
    case changesPlanned = 2
    /// A guard rail or a sign of danger stopped the run.
    case refused = 3
    /// Done in part, held by a failed proof, or unknown.
    case inPart = 4
    /// The command line cannot be followed (EX_USAGE of sysexits.h).
    case usage = 64

    /// How a run's end is told.
    ///
    /// A declined plan is an error: a script that forgot `--yes` must not take it for done. It is no refusal: nothing
    /// is wrong with the lake.
    init(_ report: RunReport, detailed: Bool) {
        switch report.conclusion {
        case .planned: self = detailed && !report.plan.isEmpty ? .changesPlanned : .done
        case .declined: self = .error
        case .refused: self = .refused
        case .applied, .interrupted: self = Tally(report).isWhole ? .done : .inPart
        }
    }

    init(_ failure: RunFailure) { self = failure.mayHaveChanged ? .inPart : .error }
}
