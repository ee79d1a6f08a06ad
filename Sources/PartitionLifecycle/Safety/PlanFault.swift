/// A rule of every plan that one breaks.
public struct PlanFault: Sendable, Hashable, CustomStringConvertible {
    /// The rules.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// `blocks` are never retired (hazard 2).
        case retiresBlocks = "retires blocks"
        /// Rows of the current hash are never among those to be replaced (hazards 2 and 16).
        case replacesCurrentRow = "would replace a row of the current hash"
        /// What is to go is a listed row, exactly.
        case notListed = "speaks of a row that is not listed so"
        /// A row goes once.
        case namedTwice = "names a row twice"
        /// Global rows that end after the border of contract §5 are left alone (hazard 7).
        case tooRecent = "touches what is too recent"
        /// Nothing is materialized that the lakehouse is about to delete.
        case expiring = "materializes what is about to be deleted"
        /// Final lengths are an hour or a day; shadows are even fractions of an hour from 30 s to half an hour
        /// (hazard 8).
        case illegalLength = "has an illegal length"
        /// Ranges begin and end on the grid, within the day (hazard 7).
        case offGrid = "has a range off the grid"
        /// A call is at most one day long.
        case longerThanADay = "has a range longer than a day"
        /// Each row that a call may remove is named (hazard 16).
        case removesUnnamedRow = "would remove a row that it does not name"
        /// A shadow call removes nothing that has data (hazard 1).
        case shadowRemovesData = "would remove data by a shadow call"
        /// The ranges of a rebuild hold the rows that it names.
        case rowOutsideBuckets = "names a row that no merge would remove"
        /// New rows carry the hash that the server's queries read.
        case wrongHash = "is made for another hash than the server's"
        /// Days go newest first; a view comes after those that it reads (hazard 1).
        case outOfOrder = "is out of order"
        /// A retired row is named by a call that names no other (hazard 4).
        case notExactlyRemovable = "retires a row that no call names exactly"
    }

    /// The rule.
    public var rule: Rule
    /// Which view, day, range or row breaks it.
    public var subject: String

    /// A fault.
    public init(_ rule: Rule, _ subject: String) {
        self.rule = rule
        self.subject = subject
    }

    /// `the plan retires blocks: blocks/global …`.
    public var description: String { "the plan \(rule.rawValue): \(subject)" }
}
