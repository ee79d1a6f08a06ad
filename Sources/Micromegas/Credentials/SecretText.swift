/// What the bytes of a secret may be: it travels in a header, and a file that holds something else was named by mistake.
enum SecretText: Sendable {
    /// A bearer token: one word.
    case token
    /// Another secret: one line, in which there may be spaces.
    case line

    /// Why bytes are no secret of this kind, and the cure. It never holds the bytes.
    struct Problem: Error {
        var what: String
        var cure: String
    }

    /// The text without the white space around it.
    func checked(_ bytes: [UInt8]) throws(Problem) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { throw Problem(what: "is empty", cure: "write the secret into it") }
        let text = bytes[first...last]
        if text.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            throw Problem(what: "has several lines", cure: "leave the secret's line only")
        }
        switch self {
        case .token where !text.allSatisfy({ (0x21...0x7E).contains($0) }):
            throw Problem(
                what: "holds a space, a control character or a letter outside ASCII", cure: "leave the bare token only")
        case .line where !text.allSatisfy({ (0x20...0x7E).contains($0) }):
            throw Problem(what: "holds a control character or a letter outside ASCII", cure: "leave the secret only")
        case .token, .line: break
        }
        guard text.count <= BearerToken.maximumLength else {
            throw Problem(
                what: "holds more than \(BearerToken.maximumLength) bytes", cure: "check that it is the secret")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
