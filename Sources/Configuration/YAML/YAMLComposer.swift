/// Makes one tree of a text's events and refuses what a policy file has no use for: anchors, aliases, tags, several
/// documents, deep nesting.
struct YAMLComposer {
    private let events: YAMLEvents
    private var diagnostics: Diagnostics

    /// Far deeper than any policy, far shallower than the stack.
    static let depthLimit = 32

    /// The tree of a UTF-8 text; nil where the text is empty or no YAML. What is wrong goes to `diagnostics`.
    static func compose(_ bytes: [UInt8], _ diagnostics: inout Diagnostics) -> YAMLNode? {
        do throws(YAMLSyntaxError) {
            var composer = YAMLComposer(events: try YAMLEvents(bytes), diagnostics: diagnostics)
            defer { diagnostics = composer.diagnostics }
            return try composer.stream()
        } catch {
            diagnostics.error(error.place, "not YAML: \(error.problem)\(Self.cure(for: error.problem))")
            return nil
        }
    }

    private init(events: YAMLEvents, diagnostics: Diagnostics) {
        self.events = events
        self.diagnostics = diagnostics
    }

    private mutating func stream() throws(YAMLSyntaxError) -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd:
                if documents == 0 { empty(at: event.place) }
                return root
            case .documentStart:
                documents += 1
                if documents == 2 {
                    diagnostics.error(event.place, "a second document begins here; write one file for each lake")
                }
            case .streamStart, .documentEnd: break
            default:
                let node = try node(event, depth: 1)
                if root == nil { root = node }
            }
        }
    }

    private mutating func empty(at place: Place) {
        diagnostics.error(place, "the file is empty; begin it with version: 1, lake: and policies:")
    }

    /// The node that begins with an event. Past the depth limit its events are read and dropped.
    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLSyntaxError) -> YAMLNode {
        let place = event.place
        switch event.kind {
        case .alias(let name):
            diagnostics.error(place, "aliases (\(quoted("*" + name))) are not read here; write the value out")
            return YAMLNode(place: place, content: .refused)
        case .scalar(let text, let isPlain, let properties):
            let isUsable = check(properties, place)
            return YAMLNode(place: place, content: isUsable ? .scalar(text, isPlain: isPlain) : .refused)
        case .sequenceStart(let properties):
            let isUsable = check(properties, place) && isAllowed(depth, place)
            if depth > Self.depthLimit { return try dropped(from: event) }
            let items = try sequence(depth: depth)
            return YAMLNode(place: place, content: isUsable ? .sequence(items) : .refused)
        case .mappingStart(let properties):
            let isUsable = check(properties, place) && isAllowed(depth, place)
            if depth > Self.depthLimit { return try dropped(from: event) }
            let entries = try mapping(depth: depth)
            return YAMLNode(place: place, content: isUsable ? .mapping(entries) : .refused)
        default:
            return YAMLNode(place: place, content: .refused)
        }
    }

    private mutating func sequence(depth: Int) throws(YAMLSyntaxError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if event.kind == .sequenceEnd { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLSyntaxError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        while true {
            let event = try events.next()
            if event.kind == .mappingEnd { return entries }
            let key = try node(event, depth: depth + 1)
            entries.append(YAMLNode.Entry(key: key, value: try node(try events.next(), depth: depth + 1)))
        }
    }

    /// Reads a collection to its end without keeping it.
    private func dropped(from start: YAMLEvent) throws(YAMLSyntaxError) -> YAMLNode {
        var open = 1
        while open > 0 {
            switch try events.next().kind {
            case .sequenceStart, .mappingStart: open += 1
            case .sequenceEnd, .mappingEnd: open -= 1
            default: break
            }
        }
        return YAMLNode(place: start.place, content: .refused)
    }

    private mutating func isAllowed(_ depth: Int, _ place: Place) -> Bool {
        if depth <= Self.depthLimit { return true }
        diagnostics.error(place, "nested deeper than \(Self.depthLimit) levels; a policy file needs six")
        return false
    }

    private mutating func check(_ properties: NodeProperties, _ place: Place) -> Bool {
        if let anchor = properties.anchor {
            diagnostics.error(place, "anchors (\(quoted("&" + anchor))) are not read here; remove it")
        }
        if let tag = properties.tag {
            diagnostics.error(place, "tags (\(quoted(tag))) are not read here; remove it")
        }
        return properties == NodeProperties()
    }

    /// What usually cures a problem of libyaml's wording.
    private static func cure(for problem: String) -> String {
        if problem.contains("cannot start any token") { return "; indent with spaces, and quote text that begins so" }
        if problem.contains("expected <block end>") { return "; check the indentation of this line" }
        if problem.contains("mapping values are not allowed") {
            return "; check the indentation, and quote text that holds \": \""
        }
        if problem.contains("could not find expected ':'") { return "; write key: value" }
        if problem.contains("flow") { return "; check that each [ and { is closed" }
        return ""
    }
}
