import UTCTime

extension Stop {
    /// What is refused, in one line.
    public var title: String {
        switch self {
        case .hiddenListing: "the listing holds no global partition although the server has global views"
        case .newerRows(let viewSet, _, _, _): "\(viewSet) holds rows newer than the connected server's schema"
        case .mixedVersions(let viewSet, _, _): "the newest rows of \(viewSet) are not of the connected server's schema"
        case .replicasDisagree(let viewSet, _): "the server's replicas disagree on the schema of \(viewSet)"
        case .unknownViewSet(let policy, let name, _):
            "policy \(policy) names the view set \(name), which does not exist"
        case .tooManyPartitions: "more partitions would go without proved replacement than the guard rails allow"
        case .tooManyBytes: "more bytes would go without proved replacement than the guard rails allow"
        case .removesEverything(let policy, let viewSet, _): "policy \(policy) would leave \(viewSet) without any row"
        case .tooYoung(let policy, _, _, _): "policy \(policy) would retire rows younger than the guard rails allow"
        case .hiddenRows(let day, _, _): "a query sees fewer blocks of \(day) than the listing records"
        case .functionsMissing: "the lake offers this caller no function to change partitions"
        case .unsoundPlan: "the plan breaks one of its own rules"
        }
    }

    /// Who or what it is about.
    public var who: String {
        switch self {
        case .hiddenListing(let views): "this caller, and the global views \(views.joined(separator: ", "))"
        case .newerRows(let viewSet, let hash, _, _): "\(viewSet), rows of hash \(hash)"
        case .mixedVersions(_, let newest, _): newest.description
        case .replicasDisagree(let viewSet, _): viewSet
        case .unknownViewSet(let policy, _, _): "policy \(policy)"
        case .tooManyPartitions, .tooManyBytes: "the policies of this file together"
        case .removesEverything(let policy, let viewSet, _): "policy \(policy), view set \(viewSet)"
        case .tooYoung(_, let partition, _, _): partition.description
        case .hiddenRows(let day, _, _): "this caller, and the blocks of \(day)"
        case .functionsMissing: "this caller"
        case .unsoundPlan(let fault): fault.subject
        }
    }

    /// What was found.
    public var why: String {
        switch self {
        case .hiddenListing:
            "either this caller is shown only a part of the lake, or the lake is new and empty: both look the same, "
                + "and nothing can be concluded from what is not listed"
        case .newerRows(_, let hash, let updated, let current):
            "the first row of hash \(hash) was written at \(updated), after the last one of the server's hash "
                + "\(current): an old server would take new rows for old ones"
        case .mixedVersions(_, let newest, let current):
            "it carries hash \(newest.schemaHash), the server's queries read \(current): what writes the lake and what "
                + "answers here are of different versions"
        case .replicasDisagree(_, let hashes):
            "fresh connections were told "
                + (hashes.count > 1
                    ? "the hashes \(hashes.map(\.description).joined(separator: " and "))"
                    : "of the view set, or not told of it")
        case .unknownViewSet(_, let name, _): "the server does not list \(name), and the lake holds no row of it"
        case .tooManyPartitions(let planned, let allowed): "\(planned) partitions, at most \(allowed) a run"
        case .tooManyBytes(let planned, let allowed):
            "\(SizeText.of(planned)), at most \(SizeText.of(allowed)) a run"
        case .removesEverything(_, _, let count):
            "all of its \(count) partitions are past the age that the policy keeps"
        case .tooYoung(_, _, let age, let minimum):
            "its newest insert time is \(AgeText.of(age)) ago; guard_rails.minimum_age is \(AgeText.of(minimum))"
        case .hiddenRows(_, let listed, let counted):
            "the partitions hold \(listed) blocks, a query counts \(counted): what this caller may read is filtered"
        case .functionsMissing(let names):
            "the server answers that it has no \(names.joined(separator: ", no ")): the admin right is missing, or the "
                + "server is too old"
        case .unsoundPlan(let fault): fault.description
        }
    }

    /// What to do about it.
    public var cure: String {
        switch self {
        case .hiddenListing, .hiddenRows:
            "give this caller the right to see the whole lake (an admin, or an audience that covers everything)"
        case .newerRows, .mixedVersions:
            "connect to a server of the version that writes the lake, or finish its upgrade; then run this again"
        case .replicasDisagree: "wait until every replica is of one version, then run this again"
        case .unknownViewSet(_, let name, let nearest):
            nearest.map { "did you mean \($0)? Otherwise take \(name) out of match.view_sets" }
                ?? "take \(name) out of match.view_sets, or create the view set first"
        case .tooManyPartitions(let planned, _):
            "read the plan; if it is what you want, raise guard_rails.lost.partitions to \(planned), or keep more"
        case .tooManyBytes(let planned, _):
            "read the plan; if it is what you want, raise guard_rails.lost.bytes to \(SizeText.atLeast(planned)), or keep more"
        case .removesEverything: "keep more (retention.keep.newer_than), or take the view set out of match.view_sets"
        case .tooYoung: "keep at least as much as guard_rails.minimum_age, or lower that"
        case .functionsMissing:
            "give this caller the admin right (0.33: a member of the group admins; 0.30: MICROMEGAS_ADMINS), then run "
                + "this again"
        case .unsoundPlan: "this is a fault of lakewarden: report it with the listing; no policy can cause it"
        }
    }
}
