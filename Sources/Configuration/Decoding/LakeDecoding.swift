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
        if let node = fields["credentials"] { settings.tokenFile = tokenFile(node) }
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

    private mutating func tokenFile(_ node: YAMLNode) -> String? {
        guard let fields = Fields(node, .credentials, &diagnostics), let node = fields["token_file"] else { return nil }
        let path = fields.path("token_file")
        guard let text = diagnostics.text(node, path, example: "/run/secrets/lake-token", isSecret: true) else {
            return nil
        }
        // A token in this place would end in messages about a missing file, and stands in a file that is shared.
        if text.hasPrefix("eyJ") || text.lowercased().hasPrefix("bearer ") || text.contains("\n") {
            diagnostics.error(
                node.place,
                "\(path) holds a token; write it to a file of its own, name that file here, and renew the token")
            return nil
        }
        return text
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
