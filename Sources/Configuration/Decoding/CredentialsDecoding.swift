import PartitionLifecycle

extension PolicyDecoder {
    /// The `lake.credentials` mapping: one kind of them, or none.
    mutating func credentials(_ node: YAMLNode) -> LakeSettings.Credentials {
        guard let fields = Fields(node, .credentials, &diagnostics) else { return .none }
        switch only(fields, ["token_file", "token_env", "oidc"]) {
        case "token_file":
            return secretFile(fields, "token_file", example: "/run/secrets/lake-token").map(token) ?? .none
        case "token_env": return variable(fields, "token_env", example: "LAKE_TOKEN").map(token) ?? .none
        case "oidc": return fields["oidc"].flatMap { oidc($0) }.map { .oidc($0) } ?? .none
        default: return .none
        }
    }

    private func token(_ place: LakeSettings.SecretPlace) -> LakeSettings.Credentials { .token(place) }

    private mutating func oidc(_ node: YAMLNode) -> LakeSettings.OIDCClient? {
        guard let fields = Fields(node, .oidc, &diagnostics) else { return nil }
        let issuer = fields.required("issuer", example: "issuer: https://HOST/PATH", &diagnostics)
            .flatMap { self.issuer($0, fields.path("issuer")) }
        let id = fields.required("client_id", example: "client_id: lakewarden", &diagnostics)
            .flatMap { diagnostics.text($0, fields.path("client_id"), example: "lakewarden") }
        let secret: LakeSettings.SecretPlace?
        switch only(fields, ["client_secret_file", "client_secret_env"]) {
        case "client_secret_file":
            secret = secretFile(fields, "client_secret_file", example: "/run/secrets/oidc-client-secret")
        case "client_secret_env": secret = variable(fields, "client_secret_env", example: "OIDC_CLIENT_SECRET")
        default:
            secret = nil
            if fields["client_secret_file"] == nil {
                diagnostics.error(
                    fields.place, "\(fields.name) has no client_secret_file; add client_secret_file: PATH")
            }
        }
        let audience = fields["audience"].flatMap { diagnostics.text($0, fields.path("audience"), example: "lake") }
        let scope = fields["scope"].flatMap { diagnostics.text($0, fields.path("scope"), example: "openid email") }
        let authorities = file(fields, "ca_file", example: "/etc/lakewarden/issuer-ca.pem")
        guard let issuer, let id, let secret else { return nil }
        var client = LakeSettings.OIDCClient(issuer: issuer, clientID: id, clientSecret: secret)
        client.audience = audience
        client.scope = scope
        client.authorityFile = authorities
        return client
    }

    private mutating func issuer(_ node: YAMLNode, _ path: String) -> String? {
        let example = "https://login.example.com/realms/lake"
        guard let text = diagnostics.text(node, path, example: example, isSecret: true) else { return nil }
        let shape = "write it as \(example), exactly as the issuer calls itself"
        let lowered = text.lowercased()
        if lowered.hasPrefix("http://") {
            diagnostics.error(
                node.place, "\(path) is http, over which the client's secret would travel in the open; \(shape)")
            return nil
        }
        let rest = text.dropFirst("https://".count)
        let host = rest.prefix { $0 != "/" }
        guard lowered.hasPrefix("https://"), !host.isEmpty, !host.hasPrefix(":"),
            !rest.contains(where: { "?#@\\".contains($0) }),
            rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            diagnostics.error(node.place, "\(path) is no issuer's URL; \(shape)")
            return nil
        }
        return text
    }

    /// Which of several keys that exclude each other is there; nil where none is. More than one is reported.
    mutating func only(_ fields: Fields, _ keys: [String]) -> String? {
        let given = keys.filter { fields[$0] != nil }
        if given.count > 1, let second = fields[given[1]] {
            diagnostics.error(second.place, "\(fields.name) has \(given.joined(separator: " and ")); keep one of them")
        }
        return given.first
    }

    /// The name of a file with a secret, which must not be the secret itself: it would end in messages about a missing file,
    /// and stands in a file that is shared.
    mutating func secretFile(_ fields: Fields, _ key: String, example: String) -> LakeSettings.SecretPlace? {
        guard let node = fields[key] else { return nil }
        let path = fields.path(key)
        guard let text = diagnostics.text(node, path, example: example, isSecret: true) else { return nil }
        guard looksSecret(text) else { return .file(text) }
        diagnostics.error(
            node.place, "\(path) holds a token; write it to a file of its own, name that file here, and renew the token"
        )
        return nil
    }

    /// The name of an environment variable.
    mutating func variable(_ fields: Fields, _ key: String, example: String) -> LakeSettings.SecretPlace? {
        guard let node = fields[key] else { return nil }
        let path = fields.path(key)
        guard let text = diagnostics.text(node, path, example: example, isSecret: true) else { return nil }
        let isName = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
        }
        // A token's first part is a name, too.
        guard isName, !text.hasPrefix("eyJ"), text.first?.isNumber == false, text.utf8.count <= 100 else {
            diagnostics.error(
                node.place,
                "\(path) is no name of an environment variable; write the variable's name, such as \(example)")
            return nil
        }
        return .environment(text)
    }

    /// Whether a text is a token rather than the name of a file.
    func looksSecret(_ text: String) -> Bool {
        text.hasPrefix("eyJ") || text.contains("\n") || text.contains("-----BEGIN")
            || ["bearer ", "basic "].contains { text.lowercased().hasPrefix($0) }
    }
}
