import PartitionLifecycle
import UTCTime

extension PolicyDecoder {
    /// The `lake` mapping.
    mutating func decodeLake(_ node: YAMLNode) -> LakeSettings? {
        guard let fields = Fields(node, .lake, &diagnostics) else { return nil }
        var settings = LakeSettings(uri: "")
        if let node = fields.required("uri", example: "uri: grpc://HOST:PORT", &diagnostics) {
            settings.uri = uri(node, fields.path("uri")) ?? ""
        }
        if let node = fields["tls"] { settings.tls = tls(node, settings.uri) }
        if let node = fields["credentials"] {
            settings.credentials = credentials(node)
            if settings.credentials != .none { settings.credentialsPlace = diagnostics.line(of: node.place) }
        }
        if let node = fields["headers"] {
            settings.headers = headers(node, hasCredentials: settings.credentials != .none)
        }
        if let node = fields["uri"] { warnOfPlaintext(node, fields.path("uri"), settings) }
        if let node = fields["server_retention"] { serverRetention(node, &settings) }
        if let node = fields["maintenance_service"] {
            settings.maintenanceService =
                diagnostics.choice(
                    node, fields.path("maintenance_service"), [("none", .none), ("present", .present)])
                ?? settings.maintenanceService
        }
        return settings
    }

    private mutating func uri(_ node: YAMLNode, _ path: String) -> String? {
        guard let text = diagnostics.text(node, path, example: "grpc://127.0.0.1:50051", isSecret: true) else {
            return nil
        }
        do throws(LakeURI.Problem) {
            _ = try LakeURI(text)
            return text
        } catch {
            diagnostics.error(node.place, "\(path) \(error.message)")
            return nil
        }
    }

    /// A secret on the way to another machine without TLS is worth a word: the way may be safe in itself.
    private mutating func warnOfPlaintext(_ node: YAMLNode, _ path: String, _ settings: LakeSettings) {
        guard let address = try? LakeURI(settings.uri), !address.isSecure, !address.isThisMachine else { return }
        let hasSecretHeader = settings.headers.contains { if case .secret = $0.value { true } else { false } }
        guard settings.credentials != .none || hasSecretHeader else { return }
        let what = settings.credentials == .none ? "the secrets of lake.headers" : "the tokens of lake.credentials"
        diagnostics.warning(
            node.place,
            "\(path) is without TLS: \(what) travel in the open; write grpc+tls://HOST:PORT, unless the way is safe in itself"
        )
    }

    private mutating func tls(_ node: YAMLNode, _ uri: String) -> LakeSettings.TLSSettings {
        var settings = LakeSettings.TLSSettings()
        guard let fields = Fields(node, .tls, &diagnostics) else { return settings }
        settings.authorityFile = file(fields, "ca_file", example: "/etc/lakewarden/ca.pem")
        settings.certificateFile = file(fields, "client_certificate", example: "/etc/lakewarden/client.pem")
        settings.keyFile = file(fields, "client_key", example: "/run/secrets/client.key")
        if let node = fields["server_name"] {
            settings.serverName = diagnostics.text(node, fields.path("server_name"), example: "lake.example.com")
        }
        if (fields["client_certificate"] == nil) != (fields["client_key"] == nil) {
            diagnostics.error(
                node.place, "\(fields.name) has one of client_certificate and client_key; name both, or neither")
        }
        if settings != LakeSettings.TLSSettings(), let address = try? LakeURI(uri), !address.isSecure {
            diagnostics.error(
                node.place, "\(fields.name) has no effect on a connection without TLS; write lake.uri as grpc+tls://")
        }
        return settings
    }

    /// The name of a file, which must not be the file's contents.
    mutating func file(_ fields: Fields, _ key: String, example: String) -> String? {
        guard let node = fields[key] else { return nil }
        let path = fields.path(key)
        guard let text = diagnostics.text(node, path, example: example, isSecret: true) else { return nil }
        guard text.contains("\n") || text.contains("-----BEGIN") else { return text }
        diagnostics.error(node.place, "\(path) holds PEM text; write it to a file of its own and name that file here")
        return nil
    }

    private mutating func serverRetention(_ node: YAMLNode, _ settings: inout LakeSettings) {
        guard let fields = Fields(node, .serverRetention, &diagnostics), let node = fields["default"] else { return }
        guard let duration = diagnostics.duration(node, fields.path("default")) else { return }
        if duration == .zero {
            diagnostics.error(
                node.place,
                "\(fields.path("default")) is 0; write how long the lakehouse itself keeps partitions, such as 90d")
        }
        settings.serverRetention = duration
    }

    /// The `guard_rails` mapping.
    mutating func decodeGuardRails(_ node: YAMLNode) -> GuardRailSettings? {
        guard let fields = Fields(node, .guardRails, &diagnostics) else { return nil }
        var settings = GuardRailSettings()
        if let node = fields["lost"], let lost = Fields(node, .lost, &diagnostics) {
            if let node = lost["partitions"], let count = diagnostics.count(node, lost.path("partitions")) {
                settings.lostPartitions = count
            }
            if let node = lost["bytes"], let bytes = diagnostics.size(node, lost.path("bytes")) {
                settings.lostBytes = bytes
            }
        }
        if let node = fields["minimum_age"], let age = diagnostics.duration(node, fields.path("minimum_age")) {
            settings.minimumAge = age
        }
        return settings
    }
}
