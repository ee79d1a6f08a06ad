/// Makes what an issuer wrote fit for a message.
enum Shown {
    /// So many characters of it are shown.
    static let limit = 200

    /// The text on one line, cut where it is long, its control characters left out.
    static func text(_ text: String) -> String {
        let scalars = text.unicodeScalars.lazy.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        var shown = ""
        shown.unicodeScalars.append(contentsOf: scalars.prefix(limit))
        return text.unicodeScalars.count > limit ? shown + "…" : shown
    }
}
