import PartitionLifecycle
import UTCTime

/// Makes policies of a file's tree. It goes on after each problem, so that one reading tells all of them.
struct PolicyDecoder {
    var diagnostics: Diagnostics
    /// Whether a file without policies is refused.
    var needsPolicies = true

    /// The policies of a tree; nil where errors were reported.
    mutating func decode(_ root: YAMLNode) -> PolicySet? {
        guard let fields = Fields(root, .file, &diagnostics) else { return nil }
        if let node = fields.required("version", example: "version: 1", &diagnostics) { checkVersion(node) }
        let lakeNode = fields.required("lake", example: "lake: { uri: grpc://HOST:PORT }", &diagnostics)
        let lake = lakeNode.flatMap { decodeLake($0) }
        let guardRails = fields["guard_rails"].map { decodeGuardRails($0) } ?? GuardRailSettings()
        let policyNode =
            needsPolicies
            ? fields.required("policies", example: "a list of policies", &diagnostics) : fields["policies"]
        let policies = policyNode.map { decodePolicies($0) } ?? []
        checkNames(policies)
        if let lake, let guardRails { checkAges(policies, lake, guardRails) }
        guard !diagnostics.hasErrors, let lake, let guardRails else { return nil }
        return PolicySet(lake: lake, guardRails: guardRails, policies: policies.map(\.policy))
    }

    private mutating func checkVersion(_ node: YAMLNode) {
        guard let number = diagnostics.count(node, "version"), number != 1 else { return }
        diagnostics.error(node.place, "version \(number) is not known here; this program reads version: 1")
    }

    private mutating func decodePolicies(_ node: YAMLNode) -> [PlacedPolicy] {
        if case .refused = node.content { return [] }
        guard case .sequence(let items) = node.content else {
            let found = node.isNull ? "empty" : node.kind
            diagnostics.error(node.place, "policies is \(found); write a list, each item beginning with - name:")
            return []
        }
        if items.isEmpty {
            diagnostics.error(node.place, "policies is empty; add one beginning with - name:")
        }
        return items.enumerated().compactMap { decodePolicy($0.element, number: $0.offset + 1) }
    }

    private mutating func checkNames(_ policies: [PlacedPolicy]) {
        var first: [String: Place] = [:]
        for policy in policies {
            if let place = first[policy.policy.name] {
                diagnostics.error(
                    policy.name,
                    "policy name \"\(policy.policy.name)\" is taken on line \(place.line); give each policy "
                        + "its own, by which records and reports call it")
            } else {
                first[policy.policy.name] = policy.name
            }
        }
    }

    /// Holds retention against what may be removed at all, and against what the lakehouse removes itself.
    private mutating func checkAges(_ policies: [PlacedPolicy], _ lake: LakeSettings, _ rails: GuardRailSettings) {
        for placed in policies {
            guard case .retention(let age) = placed.policy.rule else { continue }
            let kept = "retention.keep.newer_than \(age.policyText)"
            if age == .zero {
                diagnostics.error(
                    placed.rule,
                    "retention.keep.newer_than is 0: it would remove everything; write what to keep, such as 14d")
            } else if age < rails.minimumAge {
                diagnostics.error(
                    placed.rule,
                    "\(kept) is below guard_rails.minimum_age \(rails.minimumAge.policyText): it would remove "
                        + "what no policy may; keep longer, or lower the guard rail")
            } else if age >= lake.serverRetention {
                diagnostics.warning(
                    placed.rule,
                    "\(kept) is not below lake.server_retention.default \(lake.serverRetention.policyText): "
                        + "the lakehouse deletes these partitions first, so this policy does nothing")
            }
        }
    }
}
