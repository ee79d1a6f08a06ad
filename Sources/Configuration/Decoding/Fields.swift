/// A mapping whose keys were checked: each is known and stands there once.
struct Fields {
    /// How messages call the mapping.
    let name: String
    /// Where it stands.
    let place: Place
    private let values: [String: YAMLNode]

    /// Reads a node as a mapping with these keys and reports everything else. Nothing (`lake:` alone) reads as a
    /// mapping without keys; what is no mapping at all gives nil.
    init?(_ node: YAMLNode, _ set: KeySet, named name: String? = nil, _ diagnostics: inout Diagnostics) {
        self.name = name ?? set.name
        place = node.place
        var values: [String: YAMLNode] = [:]
        switch node.content {
        case .mapping(let entries):
            for entry in entries { Self.add(entry, to: &values, set, self.name, &diagnostics) }
        case .scalar where node.isNull: break
        case .refused: return nil
        case .scalar, .sequence:
            // The text is not shown: it may be a secret that was put in the wrong place.
            let found = if case .sequence = node.content { "a list" } else { "text" }
            let keys = set.keys.joined(separator: ", ")
            diagnostics.error(node.place, "\(self.name) is \(found); write a mapping with the keys \(keys)")
            return nil
        }
        self.values = values
    }

    private static func add(
        _ entry: YAMLNode.Entry, to values: inout [String: YAMLNode], _ set: KeySet, _ name: String,
        _ diagnostics: inout Diagnostics
    ) {
        guard case .scalar(let key, _) = entry.key.content else {
            if case .refused = entry.key.content { return }
            diagnostics.error(entry.key.place, "a key of \(name) is \(entry.key.kind); write a word")
            return
        }
        guard set.keys.contains(key) else {
            diagnostics.error(entry.key.place, unknown(key, set, name))
            return
        }
        if let first = values[key] {
            let line = first.place.line
            diagnostics.error(
                entry.key.place, "\(key) stands in \(name) twice, first on line \(line); keep one of them")
            return
        }
        values[key] = entry.value
    }

    private static func unknown(_ key: String, _ set: KeySet, _ name: String) -> String {
        let said = "unknown key \(quoted(key)) in \(name)"
        if let meant = nearest(to: key, among: set.keys) { return "\(said); did you mean \"\(meant)\"?" }
        if let owner = KeySet.all.first(where: { $0.keys.contains(key) && $0.name != "the file" }) {
            return "\(said); it belongs in \(owner.name)"
        }
        return "\(said); valid: \(set.keys.joined(separator: ", "))"
    }

    /// A key's value; nil where the key is missing.
    subscript(key: String) -> YAMLNode? { values[key] }

    /// A key's value; a missing one is reported with the line that would cure it.
    func required(_ key: String, example: String, _ diagnostics: inout Diagnostics) -> YAMLNode? {
        if let value = values[key] { return value }
        diagnostics.error(place, "\(name) has no \(key); add \(example)")
        return nil
    }

    /// How messages call a key of this mapping.
    func path(_ key: String) -> String { name == KeySet.file.name ? key : "\(name).\(key)" }
}
