import UTCTime

/// Reads single values; what is wrong with one is reported and gives nil.
extension Diagnostics {
    /// Text that is not empty.
    ///
    /// - Parameter isSecret: Whether what stands there instead must not be shown.
    mutating func text(_ node: YAMLNode, _ path: String, example: String, isSecret: Bool = false) -> String? {
        if case .scalar(let text, _) = node.content, !node.isNull, !text.isEmpty { return text }
        if case .refused = node.content { return nil }
        let found = isSecret ? "not text" : node.kind == "\"\"" ? "empty" : node.kind
        error(node.place, "\(path) is \(found); write text such as \(example)")
        return nil
    }

    /// A whole number from 0.
    mutating func count(_ node: YAMLNode, _ path: String) -> Int? {
        if case .refused = node.content { return nil }
        guard case .scalar(let text, let isPlain) = node.content, !node.isNull else {
            error(node.place, "\(path) is \(node.kind); write a whole number such as 1000")
            return nil
        }
        let digits = text.filter { $0 != "_" }
        guard let number = Int(digits), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            let isNumber = Int(digits) != nil && digits.hasPrefix("-")
            let found = isNumber ? "negative" : quoted(text)
            error(node.place, "\(path) is \(found); write a whole number such as 1000")
            return nil
        }
        if isPlain { return number }
        error(node.place, "\(path) is text; write the number without quotes: \(number)")
        return nil
    }

    /// A duration, never negative.
    mutating func duration(_ node: YAMLNode, _ path: String) -> Duration? {
        unit(node, path, example: "90d 12h") { text throws(UnitTextError) in try Duration(policyText: text) }
    }

    /// A size in bytes, never negative.
    mutating func size(_ node: YAMLNode, _ path: String) -> Int64? {
        unit(node, path, example: "500GiB") { text throws(UnitTextError) in try SizeText.bytes(text) }
    }

    /// One of several words.
    mutating func choice<Value>(_ node: YAMLNode, _ path: String, _ values: [(word: String, value: Value)]) -> Value? {
        let words = values.map(\.word)
        if case .refused = node.content { return nil }
        if case .scalar(let text, _) = node.content, let found = values.first(where: { $0.word == text }) {
            return found.value
        }
        var cure = "valid: \(words.joined(separator: ", "))"
        if case .scalar(let text, _) = node.content, let meant = nearest(to: text, among: words) {
            cure = "did you mean \"\(meant)\"?"
        }
        error(node.place, "\(path) is \(node.kind); \(cure)")
        return nil
    }

    private mutating func unit<Value>(
        _ node: YAMLNode, _ path: String, example: String, _ read: (String) throws(UnitTextError) -> Value
    ) -> Value? {
        if case .refused = node.content { return nil }
        guard case .scalar(let text, _) = node.content, !node.isNull else {
            error(node.place, "\(path) is \(node.kind); write it as \(example)")
            return nil
        }
        do throws(UnitTextError) {
            return try read(text)
        } catch {
            self.error(node.place, "\(path) \(error.message)")
            return nil
        }
    }
}
