/// A value of a policy file with where it stands.
struct YAMLNode {
    var place: Place
    var content: Content

    enum Content {
        /// Text, and whether it stands without quotes: only then may it be a number or nothing.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
        /// Something that was reported already, such as an alias: nothing more is said about it.
        case refused
    }

    struct Entry {
        var key: YAMLNode
        var value: YAMLNode
    }

    /// Whether it is nothing: `key:` without a value, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, for messages that may show its text.
    var kind: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : quoted(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .refused: "something else"
        }
    }
}

/// A text between quotes, fit for a line of a message: cut after 60 characters, control characters written out.
func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(60) {
        switch scalar {
        case "\n": shown += "\\n"
        case "\t": shown += "\\t"
        case "\"": shown += "\\\""
        default:
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            if isControl {
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
    }
    return "\"" + shown + (text.unicodeScalars.count > 60 ? "..." : "") + "\""
}
