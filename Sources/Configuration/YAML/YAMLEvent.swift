/// What libyaml finds next in a text, with where it begins.
struct YAMLEvent {
    var kind: Kind
    var place: Place

    enum Kind: Equatable {
        case streamStart, streamEnd
        case documentStart, documentEnd
        /// The alias's name.
        case alias(String)
        case scalar(text: String, isPlain: Bool, properties: NodeProperties)
        case sequenceStart(NodeProperties), sequenceEnd
        case mappingStart(NodeProperties), mappingEnd
    }
}

/// What may stand before a node.
struct NodeProperties: Equatable {
    /// `&name`
    var anchor: String?
    /// `!tag`, written out.
    var tag: String?
}

/// Why a text is no YAML, as libyaml says it.
struct YAMLSyntaxError: Error, Equatable {
    var place: Place
    var problem: String
}
