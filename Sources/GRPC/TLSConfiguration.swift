internal import HTTP2

/// How TLS makes sure of a server, and what it shows of the client. Files are PEM and read anew for each connection.
public struct TLSConfiguration: Sendable, Hashable {
    /// A file with the authorities that are trusted, in place of the system's; nil for the system's.
    public var authorityFile: String?
    /// A file with the client's certificate, the intermediate ones after it; goes with ``keyFile``.
    public var certificateFile: String?
    /// A file with the certificate's private key, without passphrase.
    public var keyFile: String?
    /// The name that the server's certificate must be for and that is sent to it; nil for the host that is connected to.
    public var serverName: String?

    /// Trust in the system's authorities, and no client certificate.
    ///
    ///     var tls = TLSConfiguration()
    ///     tls.authorityFile = "/etc/ssl/lake-ca.pem"
    public init() {}

    /// The settings for a connection to a host.
    func settings(for host: String) -> TLSSettings {
        TLSSettings(
            serverName: serverName ?? host, authorityFile: authorityFile, certificateFile: certificateFile,
            keyFile: keyFile)
    }
}
