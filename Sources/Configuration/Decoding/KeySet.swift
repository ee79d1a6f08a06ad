/// The keys that a mapping of a policy file may have: read by the decoder, by its suggestions, and by the test that
/// holds the JSON Schema against them.
struct KeySet: Sendable {
    /// How messages and the JSON Schema call the mapping.
    var name: String
    /// In the order in which they are told.
    var keys: [String]

    static let file = KeySet(name: "the file", keys: ["version", "lake", "guard_rails", "policies"])
    static let lake = KeySet(
        name: "lake", keys: ["uri", "tls", "credentials", "headers", "server_retention", "maintenance_service"])
    static let tls = KeySet(name: "lake.tls", keys: ["ca_file", "client_certificate", "client_key", "server_name"])
    static let credentials = KeySet(name: "lake.credentials", keys: ["token_file", "token_env", "oidc"])
    static let oidc = KeySet(
        name: "lake.credentials.oidc",
        keys: ["issuer", "client_id", "client_secret_file", "client_secret_env", "audience", "scope", "ca_file"])
    /// One header of those in `lake.headers`, whose keys are names of the user's choice.
    static let header = KeySet(name: "lake.headers.NAME", keys: ["file", "env", "value"])
    static let serverRetention = KeySet(name: "lake.server_retention", keys: ["default"])
    static let guardRails = KeySet(name: "guard_rails", keys: ["lost", "minimum_age"])
    static let lost = KeySet(name: "guard_rails.lost", keys: ["partitions", "bytes"])
    static let policy = KeySet(name: "policy", keys: ["name", "schema_evolution", "retention", "match"])
    static let schemaEvolution = KeySet(name: "schema_evolution", keys: ["last_copies", "soak"])
    static let retention = KeySet(name: "retention", keys: ["keep"])
    static let keep = KeySet(name: "retention.keep", keys: ["newer_than"])
    static let match = KeySet(name: "match", keys: ["view_sets"])

    /// All of them.
    static let all = [
        file, lake, tls, credentials, oidc, header, serverRetention, guardRails, lost, policy, schemaEvolution,
        retention, keep,
        match,
    ]
}
