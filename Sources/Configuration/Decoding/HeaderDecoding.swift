import PartitionLifecycle

extension PolicyDecoder {
    /// The `lake.headers` mapping: names of the user's choice.
    ///
    /// - Parameter hasCredentials: Whether the client has a token to send in `authorization`.
    mutating func headers(_ node: YAMLNode, hasCredentials: Bool) -> [LakeSettings.Header] {
        let path = "lake.headers"
        switch node.content {
        case .mapping(let entries):
            var first: [String: Place] = [:]
            return entries.compactMap { entry in
                guard let name = headerName(entry.key, path, hasCredentials) else { return nil }
                if let place = first[name.lowercased()] {
                    diagnostics.error(
                        entry.key.place,
                        "\(name) stands in \(path) twice, first on line \(place.line); keep one of them")
                    return nil
                }
                first[name.lowercased()] = entry.key.place
                return headerValue(entry.value, of: name, "\(path).\(name)").map { LakeSettings.Header(name, $0) }
            }
        case .scalar where node.isNull: return []
        case .refused: return []
        case .scalar, .sequence:
            // The text is not shown: it may be a secret.
            let found = if case .sequence = node.content { "a list" } else { "text" }
            diagnostics.error(
                node.place, "\(path) is \(found); write a mapping of names, such as x-tenant-id: { value: acme }")
            return []
        }
    }

    private mutating func headerName(_ node: YAMLNode, _ path: String, _ hasCredentials: Bool) -> String? {
        guard case .scalar(let name, _) = node.content else {
            if case .refused = node.content { return nil }
            diagnostics.error(node.place, "a key of \(path) is \(node.kind); write a header's name")
            return nil
        }
        guard let reason = HeaderName.refusal(of: name, hasCredentials: hasCredentials) else { return name }
        diagnostics.error(node.place, "header \(quoted(name)) in \(path) is refused: \(reason)")
        return nil
    }

    private mutating func headerValue(
        _ node: YAMLNode, of name: String, _ path: String
    ) -> LakeSettings.Header.Value? {
        guard let fields = Fields(node, .header, named: path, &diagnostics) else { return nil }
        switch only(fields, ["file", "env", "value"]) {
        case "file": return secretFile(fields, "file", example: "/run/secrets/api-key").map { .secret($0) }
        case "env": return variable(fields, "env", example: "LAKE_API_KEY").map { .secret($0) }
        case "value": return fields["value"].flatMap { openValue($0, of: name, fields.path("value")) }.map { .text($0) }
        default:
            diagnostics.error(fields.place, "\(path) says nothing; add file: PATH, env: NAME, or value: TEXT")
            return nil
        }
    }

    private mutating func openValue(_ node: YAMLNode, of name: String, _ path: String) -> String? {
        guard let text = diagnostics.text(node, path, example: "acme", isSecret: true) else { return nil }
        if looksSecret(text) || HeaderName.isOfSecret(name) {
            diagnostics.error(
                node.place, "\(path) holds a secret; write it to a file of its own, name that with file:, and renew it")
            return nil
        }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.first != " ", text.last != " " else {
            diagnostics.error(
                node.place, "\(path) has a character that no header has, or a space at its end; write printable ASCII")
            return nil
        }
        return text
    }
}

/// Which headers a policy file may add. What the client or the transport sends itself is not for it to change.
enum HeaderName {
    /// Why a header of this name is refused, and the cure; nil where it is not.
    static func refusal(of name: String, hasCredentials: Bool) -> String? {
        let name = name.lowercased()
        let isName = name.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || "-_.".utf8.contains(byte)
        }
        if name.isEmpty || !isName { return "a header's name is made of letters, digits, - _ and ." }
        if name == "authorization" {
            return hasCredentials ? "lake.credentials are sent in it; keep one of them" : nil
        }
        if name.hasSuffix("-bin") { return "a name that ends in -bin is for bytes; write another name" }
        if name.hasPrefix("grpc-") || own.contains(name) {
            return "the client sets it itself; remove it"
        }
        return nil
    }

    /// Whether a header of this name holds a secret by its name: one that would otherwise stand in a file that is shared.
    static func isOfSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return secretEndings.contains { name.hasSuffix($0) }
    }

    private static let secretEndings = [
        "authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "api_key", "access-key",
    ]

    private static let own: Set<String> = [
        // Of a query.
        "query_range_begin", "query_range_end", "limit", "preserve_dictionary",
        // What servers log of a client.
        "x-client-type", "x-client-agent", "x-client-entrypoint", "x-client-session",
        // Of the transport.
        "te", "content-type", "content-length", "user-agent", "host", "connection", "keep-alive", "proxy-connection",
        "transfer-encoding", "upgrade", "trailer",
    ]
}
