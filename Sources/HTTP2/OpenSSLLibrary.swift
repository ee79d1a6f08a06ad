internal import COpenSSL

/// OpenSSL's functions, by their own names: `openssl.SSL_new(context)`.
///
/// Each is there for who has a ``TLSContext``: none is made where the library cannot be loaded.
let openssl = (try? OpenSSLLibrary.shared.get()) ?? openssl_library()

/// OpenSSL, loaded by the first connection over TLS; `COpenSSL`'s header says why.
enum OpenSSLLibrary {
    /// Loaded once for the process.
    static let shared = load(LAKEWARDEN_OPENSSL_FILE)

    /// The functions of the library of that file name.
    static func load(_ file: String) -> Result<openssl_library, ConnectionError> {
        var library = openssl_library()
        guard let said = openssl_load(file, &library) else { return .success(library) }
        return .failure(
            ConnectionError(
                .missingLibrary, "OpenSSL, which TLS needs, cannot be loaded; install it (Debian's package libssl3)",
                cause: String(cString: said)))
    }
}
