public import PartitionLifecycle

/// As whom a lake is asked, in the words of messages.
extension LakeSettings {
    /// The lake's address and who asks it.
    public var addressAndCaller: String {
        switch credentials {
        case .none: uri
        case .token(.file(let path)): "\(uri), with the token from \(path)"
        case .token(.environment(let name)): "\(uri), with the token from the environment variable \(name)"
        case .oidc(let client): "\(uri), as \(client.clientID) with a token from \(client.issuer)"
        }
    }

    /// What to do where there is no token, or none of its places can be used.
    public var cureOfNoToken: String { "set right what it says; tokens come from \(credentialsInFile)" }

    /// `lake.credentials`, and where they stand.
    private var credentialsInFile: String {
        "lake.credentials in the policy file" + (credentialsPlace.map { " (\($0))" } ?? "")
    }

    /// What to do where the lake does not accept the caller.
    public var cureOfRefusal: String {
        switch credentials {
        case .none: "name a file with a token in lake.credentials.token_file"
        case .token(.file): "renew the token in lake.credentials.token_file"
        case .token(.environment(let name)): "renew the token in \(name), which lake.credentials.token_env names"
        case .oidc:
            "see that the lake trusts the issuer in lake.credentials.oidc and takes tokens for its audience and client_id"
        }
    }
}
