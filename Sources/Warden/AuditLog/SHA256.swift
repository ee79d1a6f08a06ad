import COpenSSL

/// SHA-256 (FIPS 180-4), computed by OpenSSL, which is loaded by the first use; `COpenSSL`'s header says why.
enum SHA256 {
    /// Loaded once for the process.
    private static let library = load(LAKEWARDEN_OPENSSL_FILE)

    /// To be asked before the first digest is computed.
    ///
    /// - Throws: ``AuditLogError`` (`missingLibrary`) where OpenSSL cannot be loaded.
    static func require() throws(AuditLogError) { _ = try library.get() }

    /// The functions of the library of that file name.
    static func load(_ file: String) -> Result<openssl_library, AuditLogError> {
        var library = openssl_library()
        guard let said = openssl_load(file, &library) else { return .success(library) }
        return .failure(
            AuditLogError(
                .missingLibrary,
                "OpenSSL, which computes its SHA-256, cannot be loaded; install it (Debian's package libssl3)",
                cause: String(cString: said)))
    }

    /// The digest of bytes, 32 bytes.
    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard case .success(let openssl) = library,
            openssl.EVP_Digest(bytes, bytes.count, &digest, nil, openssl.EVP_sha256(), nil) == 1
        else {
            // With the library there, memory is out or the algorithm is switched off: no record can be vouched for.
            preconditionFailure("OpenSSL does not compute SHA-256")
        }
        return digest
    }
}
