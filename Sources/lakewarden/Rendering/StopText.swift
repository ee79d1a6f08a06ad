import Configuration
import PartitionLifecycle
import UTCTime

/// Why a run does nothing, for people: what is wrong, the cause, the cure.
struct StopText: Sendable, Hashable {
    /// The stop's name in JSON.
    var kind: String
    var what: String
    var why: String
    var cure: String
}

extension Stop {
    var text: StopText {
        switch self {
        case .hiddenListing(let views):
            StopText(
                kind: "hidden_listing", what: "the listing has no global partition",
                why:
                    "the server reports global views (\(listed(views))) and lists no row of them: what this caller may see "
                    + "is filtered, or the lake is new and empty",
                cure: "give the caller the admin right and the whole lake as audience, then run this again")
        case .newerRows(let view, let hash, let written, let current):
            StopText(
                kind: "newer_rows", what: "the lake holds newer rows of \(view) than this server can read",
                why:
                    "rows of schema \(hash) were written from \(clock(written)) on, after the newest ones of this server's "
                    + "schema \(current): the server that answers is older than the one that writes",
                cure: "upgrade the server, or connect to the newer one, then run this again")
        case .mixedVersions(let view, let newest, let current):
            StopText(
                kind: "mixed_versions", what: "maintenance writes \(view) with another schema than this server reads",
                why: "its newest global row (\(newest.range.text)) is of schema \(newest.schemaHash), the server reads "
                    + "\(current)",
                cure: "bring all servers of the lake to one version, then run this again")
        case .replicasDisagree(let view, let hashes):
            StopText(
                kind: "replicas_disagree", what: "the server's replicas disagree on the schema of \(view)",
                why: "fresh connections answered \(hashes.map(\.description).joined(separator: " and "))",
                cure: "wait until the rollout is complete, then run this again")
        case .unknownViewSet(let policy, let name, let nearest):
            StopText(
                kind: "unknown_view_set",
                what: "policy \(policy) names a view set that the lake does not have: \(name)",
                why: "the server does not list it, and there is no row of it",
                cure: nearest.map { "did you mean \($0)? Correct match.view_sets" } ?? "correct match.view_sets")
        case .tooManyPartitions(let planned, let allowed):
            StopText(
                kind: "too_many_partitions",
                what:
                    "\(counted(planned, "partition")) would go without proved replacement; \(figure(allowed)) are allowed",
                why: "guard_rails.lost.partitions bounds what one run may remove",
                cure: "look at the plan; narrow the policies, or raise guard_rails.lost.partitions")
        case .tooManyBytes(let planned, let allowed):
            StopText(
                kind: "too_many_bytes",
                what:
                    "\(SizeText.text(planned)) would go without proved replacement; \(SizeText.text(allowed)) are allowed",
                why: "guard_rails.lost.bytes bounds what one run may remove",
                cure: "look at the plan; narrow the policies, or raise guard_rails.lost.bytes")
        case .removesEverything(let policy, let view, let partitions):
            StopText(
                kind: "removes_everything", what: "policy \(policy) would leave no row of \(view)",
                why: "all of its \(counted(partitions, "partition")) are older than the policy keeps",
                cure: "keep longer, or take \(view) out of the policy's match")
        case .tooYoung(let policy, let row, let age, let minimum):
            StopText(
                kind: "too_young", what: "policy \(policy) would remove a row that is too young",
                why: "\(row.viewSet) \(row.range.text) is \(age.policyText) old; guard_rails.minimum_age is "
                    + minimum.policyText,
                cure: "keep longer, or lower guard_rails.minimum_age")
        case .hiddenRows(let day, let listed, let counted):
            StopText(
                kind: "hidden_rows", what: "this caller may not read all that is listed",
                why:
                    "of \(day) the listing records \(figure(listed)) blocks and a query counts \(figure(counted)): what it "
                    + "may read is filtered, so nothing can be proved by it",
                cure: "give the caller the whole lake as audience, then run this again")
        case .unsoundPlan(let fault):
            StopText(
                kind: "unsound_plan", what: fault.description,
                why: "a plan that breaks a rule of its own is not followed",
                cure: "report this with the output of --dry-run --format json")
        }
    }

    private func listed(_ names: [String]) -> String {
        let first = names.prefix(4).joined(separator: ", ")
        return names.count > 4 ? "\(first) and \(names.count - 4) more" : first
    }
}
