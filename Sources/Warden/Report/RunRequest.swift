public import PartitionLifecycle

/// What one run is asked to do.
public struct RunRequest: Sendable, Hashable {
    /// The policies, and the lake that they are for.
    public var policies: PolicySet
    /// The audit log's folder; made where it is missing.
    public var auditFolder: String
    /// Whether to stop once the plan is made. A dry run writes nothing: neither to the lake nor to the audit log.
    public var dryRun: Bool

    /// A request.
    public init(policies: PolicySet, auditFolder: String, dryRun: Bool) {
        self.policies = policies
        self.auditFolder = auditFolder
        self.dryRun = dryRun
    }
}
