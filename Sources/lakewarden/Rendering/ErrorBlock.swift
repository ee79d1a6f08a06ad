import Warden

/// An error for people: what in a line, then who, why, cure and the state things are in.
enum ErrorBlock {
    static func page(_ failure: RunFailure, _ look: Look) -> Page {
        block(
            "error: ", failure.what,
            [
                ("who", failure.who), ("why", failure.why), ("cure", failure.cure), ("state", failure.state),
            ], look)
    }

    /// A block of named lines under a sentence; names without text are left out.
    static func block(_ kind: String, _ what: String, _ parts: [(name: String, text: String?)], _ look: Look) -> Page {
        var page = Page(look)
        page.add(kind + what, .bad)
        var table = Table(columns: [.init(title: ""), .init(title: "")])
        for (name, text) in parts {
            if let text, !text.isEmpty { table.rows.append([.init(name, .quiet), .init(text)]) }
        }
        page.add(table)
        return page
    }
}
