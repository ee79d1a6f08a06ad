public import Micromegas
public import PartitionLifecycle

extension ClientConfiguration {
    /// How a policy file's lake is reached: its address, who calls, and what TLS trusts and shows. Clients that are made of
    /// one configuration share its token.
    ///
    /// - Throws: `MicromegasError` for an address that is none.
    public init(_ lake: LakeSettings) throws(MicromegasError) {
        self.init(address: try ServerAddress(uri: lake.uri))
        switch lake.credentials {
        case .none: break
        case .token(let place): credentials = StoredToken(SecretSource(place))
        case .oidc(let client): credentials = .oidc(OIDCClientCredentials.Settings(client))
        }
        headers = lake.headers.map(RequestHeader.init)
        tls.authorityFile = lake.tls.authorityFile
        tls.certificateFile = lake.tls.certificateFile
        tls.keyFile = lake.tls.keyFile
        tls.serverName = lake.tls.serverName
    }
}

extension SecretSource {
    fileprivate init(_ place: LakeSettings.SecretPlace) {
        switch place {
        case .file(let path): self = .file(path)
        case .environment(let name): self = .environment(name)
        }
    }
}

extension OIDCClientCredentials.Settings {
    fileprivate init(_ client: LakeSettings.OIDCClient) {
        self.init(
            issuer: client.issuer, clientID: client.clientID, clientSecret: SecretSource(client.clientSecret))
        audience = client.audience
        scope = client.scope
        authorityFile = client.authorityFile
    }
}

extension RequestHeader {
    fileprivate init(_ header: LakeSettings.Header) {
        switch header.value {
        case .text(let text): self.init(header.name, text)
        case .secret(let place): self.init(header.name, secret: SecretSource(place))
        }
    }
}
