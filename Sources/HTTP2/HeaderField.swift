/// One header of a request or an answer. Names are lower-case; those of HTTP/2 itself begin with a colon.
package struct HeaderField: Sendable, Hashable {
    package var name: String
    package var value: String
    /// Whether the value is to be kept out of the compression tables on the way (RFC 7541 §7.1.3).
    package var isSecret: Bool

    package init(_ name: String, _ value: String, isSecret: Bool = false) {
        self.name = name
        self.value = value
        self.isSecret = isSecret
    }

    /// The field's size as the bound on header lists counts it (RFC 9113 §6.5.2).
    package var listSize: Int { name.utf8.count + value.utf8.count + 32 }
}

extension HeaderField: CustomStringConvertible, CustomReflectable {
    /// Name and value, a secret left out.
    package var description: String { "\(name): \(isSecret ? "…" : value)" }

    /// Nothing beside the description: a dump shows no secret either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
