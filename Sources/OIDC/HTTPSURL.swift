/// A URL of the one kind that secrets are sent to.
struct HTTPSURL: Sendable, Hashable {
    let text: String
    /// `host` or `host:port`, for messages.
    let authority: String

    /// Why a text is no such URL. It does not repeat the text, which may hold a password.
    struct Problem: Error, Hashable {
        var reason: String
    }

    /// Takes `https://host[:port][/path]`, and nothing that would be read in two ways.
    ///
    /// - Parameter allowsQuery: Whether `?…` may follow; never `#…`.
    init(_ text: String, allowsQuery: Bool) throws(Problem) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw Problem(reason: "holds a character that no URL has")
        }
        guard text.lowercased().hasPrefix("https://") else { throw Problem(reason: "does not begin with https://") }
        let rest = text.dropFirst("https://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        if authority.contains("@") { throw Problem(reason: "holds a user") }
        if authority.isEmpty || authority.hasPrefix(":") { throw Problem(reason: "names no host") }
        if text.contains("#") || (!allowsQuery && text.contains("?")) {
            throw Problem(reason: "has something after its path")
        }
        self.text = text
        self.authority = String(authority)
    }
}
