import PartitionLifecycle
import UTCTime

extension PolicyDecoder {
    /// One policy of the list; nil, and everything wrong with it reported, where it cannot be used.
    mutating func decodePolicy(_ node: YAMLNode, number: Int) -> PlacedPolicy? {
        guard let fields = Fields(node, .policy, named: "policy \(number)", &diagnostics) else { return nil }
        let name = policyName(fields)
        let said = name.map { "policy \"\($0.text)\"" } ?? fields.name
        let rule = decodeRule(fields, said)
        let match = decodeMatch(fields, rule?.rule)
        guard let name, let rule, let match else { return nil }
        return PlacedPolicy(
            policy: Policy(name: name.text, rule: rule.rule, match: match), name: name.place, rule: rule.place)
    }

    private mutating func policyName(_ fields: Fields) -> (text: String, place: Place)? {
        guard let node = fields.required("name", example: "name: WORD", &diagnostics),
            let text = diagnostics.text(node, fields.path("name"), example: "evolution")
        else { return nil }
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isWord, text.utf8.count <= 64 else {
            diagnostics.error(
                node.place, "\(fields.path("name")) is \(quoted(text)); write up to 64 letters, digits, - _ and .")
            return nil
        }
        return (text, node.place)
    }

    private mutating func decodeRule(_ fields: Fields, _ said: String) -> (rule: Policy.Rule, place: Place)? {
        switch (fields["schema_evolution"], fields["retention"]) {
        case (let evolution?, nil): return evolutionRule(evolution)
        case (nil, let retention?): return retentionRule(retention)
        case (_?, let retention?):
            diagnostics.error(
                retention.place, "\(said) has both schema_evolution and retention; write a policy for each")
        case (nil, nil):
            diagnostics.error(fields.place, "\(said) has no rule; add schema_evolution or retention")
        }
        return nil
    }

    private mutating func evolutionRule(_ node: YAMLNode) -> (Policy.Rule, Place)? {
        guard let fields = Fields(node, .schemaEvolution, &diagnostics) else { return nil }
        if let node = fields["last_copies"] {
            _ = diagnostics.choice(node, fields.path("last_copies"), [("hold", ())])
        }
        var soak = Duration.hours(24)
        if let node = fields["soak"] { soak = diagnostics.duration(node, fields.path("soak")) ?? soak }
        return (.schemaEvolution(soak: soak), node.place)
    }

    private mutating func retentionRule(_ node: YAMLNode) -> (Policy.Rule, Place)? {
        let example = "keep: { newer_than: 14d }"
        guard let fields = Fields(node, .retention, &diagnostics),
            let keepNode = fields.required("keep", example: example, &diagnostics),
            let keep = Fields(keepNode, .keep, &diagnostics),
            let age = keep.required("newer_than", example: "newer_than: 14d", &diagnostics),
            let duration = diagnostics.duration(age, keep.path("newer_than"))
        else { return nil }
        return (.retention(keepNewerThan: duration), age.place)
    }

    private mutating func decodeMatch(_ fields: Fields, _ rule: Policy.Rule?) -> Policy.Match? {
        guard let node = fields.required("match", example: "match: { view_sets: all }", &diagnostics),
            let match = Fields(node, .match, &diagnostics),
            let sets = match.required("view_sets", example: "view_sets: all, or a list of names", &diagnostics)
        else { return nil }
        let path = match.path("view_sets")
        switch sets.content {
        case .scalar("all", _): return .all
        case .sequence(let items): return viewSets(items, sets.place, path, rule)
        case .refused: return nil
        case .scalar(let text, _) where !sets.isNull:
            diagnostics.error(sets.place, "\(path) is \(sets.kind); write all, or a list: [\(inList(text))]")
        case .scalar, .mapping:
            diagnostics.error(sets.place, "\(path) is \(sets.kind); write all, or a list: [thread_spans]")
        }
        return nil
    }

    private func inList(_ text: String) -> String {
        text.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) } && text.utf8.count <= 60 ? text : "thread_spans"
    }

    private mutating func viewSets(
        _ items: [YAMLNode], _ place: Place, _ path: String, _ rule: Policy.Rule?
    ) -> Policy.Match? {
        if items.isEmpty {
            diagnostics.error(place, "\(path) is an empty list; name a view set, write all, or remove the policy")
            return nil
        }
        var names: [String] = []
        for item in items {
            guard let name = diagnostics.text(item, "a name in \(path)", example: "thread_spans") else { continue }
            if names.contains(name) {
                diagnostics.error(item.place, "\(path) names \(quoted(name)) twice; keep one of them")
            } else if name == "all" {
                diagnostics.error(item.place, "\(path) is a list with \"all\"; write view_sets: all")
            } else if name == Catalog.blocks, case .retention = rule {
                diagnostics.error(
                    item.place,
                    "retention of blocks is refused: every other view is made from it; remove it from the list")
            }
            names.append(name)
        }
        return .viewSets(names)
    }
}

/// A policy with the places that later checks speak of.
struct PlacedPolicy {
    var policy: Policy
    var name: Place
    /// Where its rule's value stands: `newer_than` of a retention.
    var rule: Place
}
