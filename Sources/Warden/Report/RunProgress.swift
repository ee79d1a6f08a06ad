public import UTCTime

/// What a run is doing, told as it happens; a report says the same afterwards, so that these may be dropped.
public enum RunProgress: Sendable, Hashable {
    /// Something is read that may take a while, named for people: `the catalog`, `current blocks of 6 days`.
    case reading(String)
    /// The lake was listed.
    case listed(LakeSummary)
    /// The plan is being followed.
    case began(days: Int, retirements: Int)
    /// A day's first view is about to be rebuilt; `number` counts from 1.
    case day(CalendarDay, number: Int, of: Int)
    /// A view's day has so much of a stage behind it: hours of shadows made, or buckets merged.
    case stage(CalendarDay, viewSet: String, Stage, done: Int, of: Int)
    /// A view's day ended.
    case rebuilt(RebuildOutcome)
    /// A retirement has asked for so many of its rows.
    case retiring(viewSet: String, done: Int, of: Int)
    /// A retirement ended.
    case retired(RetirementOutcome)
    /// The run waits: for the maintenance service's minutes to pass, or for a lost call to commit.
    case waiting(reason: String, Duration)
    /// Something is worth a word although all went on, such as a token file that others can read.
    case warning(String)
    /// The run was asked to stop and does so after the call that is under way.
    case stopping

    /// What is done to a view's day, in this order.
    public enum Stage: String, Sendable, Hashable {
        /// New rows are made beside the old ones.
        case shadow
        /// The new rows are held against the old ones.
        case compare
        /// The new rows take the old ones' place.
        case merge
        /// A fresh listing is held against what was asked.
        case verify
    }
}
