import COpenSSL
import Foundation
import Testing

/// A certificate with its key, made on the spot.
final class TestCertificate {
    private let certificate: OpaquePointer
    private let key: OpaquePointer

    /// - Parameters:
    ///   - names: As OpenSSL writes them: `DNS:lake.test,IP:127.0.0.1`; empty for an authority.
    ///   - issuer: Who signs it; nil for itself.
    ///   - hours: When it is valid, from now.
    init(
        _ subject: String, names: String = "", issuer: TestCertificate? = nil, hours: ClosedRange<Int> = -1...1
    ) throws {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        try #require(EVP_PKEY_keygen_init(context) == 1)
        try #require(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1)
        try #require(EVP_PKEY_keygen(context, &made) == 1)
        key = try #require(made)
        certificate = try #require(X509_new())
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...Int(Int32.max)))
        X509_gmtime_adj(X509_getm_notBefore(certificate), hours.lowerBound * 3600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), hours.upperBound * 3600)
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(certificate), "CN", MBSTRING_ASC, subject, CInt(subject.utf8.count), -1, 0)
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer?.certificate ?? certificate))
        X509_set_pubkey(certificate, key)
        var extensions = X509V3_CTX()
        X509V3_set_ctx(&extensions, issuer?.certificate ?? certificate, certificate, nil, nil, 0)
        var wanted = [(NID_basic_constraints, names.isEmpty ? "critical,CA:TRUE" : "critical,CA:FALSE")]
        wanted.append((NID_subject_key_identifier, "hash"))
        if !names.isEmpty { wanted.append((NID_subject_alt_name, names)) }
        for (id, value) in wanted {
            let made = try #require(X509V3_EXT_conf_nid(nil, &extensions, id, value))
            X509_add_ext(certificate, made, -1)
            X509_EXTENSION_free(made)
        }
        try #require(X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0)
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    /// Writes the certificate, and others after it.
    func write(to path: String, with others: [TestCertificate] = []) throws {
        let file = try #require(BIO_new_file(path, "w"))
        defer { BIO_free(file) }
        for one in [self] + others { try #require(PEM_write_bio_X509(file, one.certificate) == 1) }
    }

    func writeKey(to path: String, passphrase: String? = nil) throws {
        let file = try #require(BIO_new_file(path, "w"))
        defer { BIO_free(file) }
        let cipher = passphrase == nil ? nil : EVP_aes_128_cbc()
        let bytes = Array((passphrase ?? "").utf8)
        try #require(PEM_write_bio_PrivateKey(file, key, cipher, bytes, CInt(bytes.count), nil, nil) == 1)
    }
}

/// A folder with the certificates of a small world, removed with the last reference: a root (`ca.pem`), an issuer below it
/// that is not trusted by itself, and what the tests write more.
final class TestCertificates {
    let root: TestCertificate
    let issuer: TestCertificate
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        root = try TestCertificate("Test Root")
        issuer = try TestCertificate("Test Issuer", issuer: root)
        try root.write(to: path("ca.pem"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    var authorities: String { path("ca.pem") }

    /// A server's identity on disk, signed by the root unless another is named.
    func server(
        names: String = "DNS:lake.test,IP:127.0.0.1", issuer: TestCertificate? = nil, sending: [TestCertificate] = [],
        hours: ClosedRange<Int> = -1...1
    ) throws -> TLSPeer {
        try server(TestCertificate("Server", names: names, issuer: issuer ?? root, hours: hours), sending: sending)
    }

    func server(_ certificate: TestCertificate, sending: [TestCertificate] = []) throws -> TLSPeer {
        try certificate.write(to: path("server.pem"), with: sending)
        try certificate.writeKey(to: path("server.key"))
        return TLSPeer(certificate: path("server.pem"), key: path("server.key"))
    }

    /// A client's identity on disk.
    func client(_ name: String = "client", issuer: TestCertificate? = nil) throws -> (certificate: String, key: String)
    {
        let certificate = try TestCertificate("Client", names: "email:client@lake.test", issuer: issuer ?? root)
        try certificate.write(to: path("\(name).pem"))
        try certificate.writeKey(to: path("\(name).key"))
        return (path("\(name).pem"), path("\(name).key"))
    }
}
