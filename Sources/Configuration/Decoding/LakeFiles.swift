import PartitionLifecycle

extension LakeSettings {
    /// Changes the name of each file that the settings name.
    mutating func mapFiles(_ rename: (String) -> String) {
        tls.authorityFile = tls.authorityFile.map(rename)
        tls.certificateFile = tls.certificateFile.map(rename)
        tls.keyFile = tls.keyFile.map(rename)
        switch credentials {
        case .none: break
        case .token(let place): credentials = .token(place.mapFile(rename))
        case .oidc(var client):
            client.clientSecret = client.clientSecret.mapFile(rename)
            client.authorityFile = client.authorityFile.map(rename)
            credentials = .oidc(client)
        }
        headers = headers.map { header in
            guard case .secret(let place) = header.value else { return header }
            return Header(header.name, .secret(place.mapFile(rename)))
        }
    }
}

extension LakeSettings.SecretPlace {
    fileprivate func mapFile(_ rename: (String) -> String) -> Self {
        if case .file(let path) = self { .file(rename(path)) } else { self }
    }
}
