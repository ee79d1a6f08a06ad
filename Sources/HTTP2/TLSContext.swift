internal import COpenSSL
internal import Glibc

/// OpenSSL's `SSL_CTX`: what holds for a connection before there is a peer. TLS 1.2 at least, HTTP/2 offered by ALPN.
struct TLSContext: ~Copyable {
    /// How much is read from the socket at once: several records.
    private static let readAhead = 128 << 10

    let pointer: OpaquePointer

    /// Makes a context and reads the files it needs.
    ///
    /// - Throws: ``ConnectionError`` that names the file and the cure.
    static func make(_ settings: TLSSettings) throws(ConnectionError) -> TLSContext {
        let openssl = try OpenSSLLibrary.shared.get()
        guard let pointer = openssl.SSL_CTX_new(openssl.TLS_client_method()) else { throw unusable("SSL_CTX_new") }
        let context = TLSContext(pointer: pointer)
        let protocols: [UInt8] = [2] + Array("h2".utf8)
        // This one function gives 0 where it succeeds.
        guard openssl_set_minimum_version(openssl, pointer, TLS1_2_VERSION) == 1,
            openssl.SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count)) == 0
        else { throw unusable("its settings") }
        openssl_set_client_options(openssl, pointer)
        openssl_read_ahead(openssl, pointer, readAhead)
        try context.trust(settings.authorityFile)
        try context.identify(settings.certificateFile, settings.keyFile)
        return context
    }

    private init(pointer: OpaquePointer) { self.pointer = pointer }

    deinit { openssl.SSL_CTX_free(pointer) }

    private func trust(_ file: String?) throws(ConnectionError) {
        guard let file else {
            guard openssl.SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw Self.unusable("the system's authorities")
            }
            return
        }
        try Self.requireReadable(file, "the file of trusted authorities")
        guard openssl.SSL_CTX_load_verify_file(pointer, file) == 1 else {
            throw Self.unfit(
                "the file of trusted authorities \(file) holds no certificate; write PEM certificates to it")
        }
    }

    private func identify(_ certificate: String?, _ key: String?) throws(ConnectionError) {
        guard certificate != nil || key != nil else { return }
        guard let certificate, let key else {
            throw Self.unfit("a client certificate and its key belong together; name both files, or neither")
        }
        try Self.requireReadable(certificate, "the client certificate")
        try Self.requireReadable(key, "the client key")
        // Without this OpenSSL would ask on the terminal.
        openssl.SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
        guard openssl.SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
            throw Self.unfit("the client certificate \(certificate) holds no certificate; write it in PEM form")
        }
        // A key of another certificate is refused here too, so what failed is told apart by the reason.
        openssl.ERR_clear_error()
        guard openssl.SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) != 1 else { return }
        if OpenSSLError.first()?.isKeyMismatch == true {
            throw Self.unfit("the client key \(key) is not that of the certificate \(certificate); name the right one")
        }
        throw Self.unfit(
            "the client key \(key) holds no private key without passphrase; write one in PEM form (openssl pkey)")
    }

    private static func requireReadable(_ file: String, _ what: String) throws(ConnectionError) {
        if access(file, R_OK) == 0 { return }
        throw ConnectionError(
            .settings, "\(what) \(file) cannot be read; name another, or let this user read it",
            cause: String(cString: strerror(errno)))
    }

    private static func unfit(_ message: String) -> ConnectionError {
        ConnectionError(.settings, message, cause: OpenSSLError.first()?.description)
    }

    private static func unusable(_ what: String) -> ConnectionError {
        ConnectionError(
            .settings, "OpenSSL cannot be set up (\(what)); look at its configuration",
            cause: OpenSSLError.first()?.description)
    }
}
