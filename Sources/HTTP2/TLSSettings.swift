/// What TLS is to ask of a server and to show it. Files are read anew for each connection, so that renewed ones are taken up.
package struct TLSSettings: Sendable, Equatable {
    /// The name or the address that the server's certificate must be for.
    package var serverName: String
    /// A PEM file with the authorities that are trusted, in place of the system's.
    package var authorityFile: String?
    /// A PEM file with the client's certificate and the intermediate ones after it.
    package var certificateFile: String?
    /// A PEM file with the certificate's private key.
    package var keyFile: String?

    package init(
        serverName: String, authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
    ) {
        self.serverName = serverName
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
