internal import COpenSSL

/// The check of a server's certificate: whom it must be for, and what was first found wrong with it.
final class PeerVerification {
    private let name: String
    /// What was wrong, as an error with its cure; nil where nothing was.
    private(set) var failure: ConnectionError?
    /// Whether the server asked for a client certificate.
    private(set) var askedForCertificate = false

    /// Sets a connection up to be checked: by address where the name is one, else by name, which is then sent too (SNI).
    ///
    /// The connection must not outlive this.
    ///
    /// - Throws: ``ConnectionError`` for a name that is none; an empty one would switch the check off.
    init(of name: String, on ssl: OpaquePointer) throws(ConnectionError) {
        let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
        guard !bare.isEmpty, bare.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ConnectionError(
                .settings, "there is no name to hold the server's certificate against; name the server in ASCII")
        }
        self.name = bare
        let address = bare.prefix { $0 != "%" }
        // An address with its zone is one address the less: certificates know no zones.
        if openssl.X509_VERIFY_PARAM_set1_ip_asc(openssl.SSL_get0_param(ssl), String(address)) != 1 {
            openssl.SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            guard openssl.SSL_set1_host(ssl, bare) == 1, openssl_set_server_name(openssl, ssl, bare) == 1 else {
                throw ConnectionError(.settings, "“\(bare)” is no server's name; correct it")
            }
        }
        _ = openssl.SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        openssl.SSL_set_verify(ssl, SSL_VERIFY_PEER) { accepted, store in
            if accepted != 1 { PeerVerification.found(in: store)?.record(store) }
            return accepted
        }
        openssl.SSL_set_cert_cb(
            ssl,
            { ssl, _ in
                if let context = openssl.SSL_get_ex_data(ssl, 0) {
                    Unmanaged<PeerVerification>.fromOpaque(context).takeUnretainedValue().askedForCertificate = true
                }
                return 1
            }, nil)
    }

    private static func found(in store: OpaquePointer?) -> PeerVerification? {
        let index = openssl.SSL_get_ex_data_X509_STORE_CTX_idx()
        guard let ssl = openssl.X509_STORE_CTX_get_ex_data(store, index) else { return nil }
        return openssl.SSL_get_ex_data(OpaquePointer(ssl), 0).map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
    }

    private func record(_ store: OpaquePointer?) {
        guard failure == nil else { return }
        let error = openssl.X509_STORE_CTX_get_error(store)
        let certificate = Certificate(openssl.X509_STORE_CTX_get_current_cert(store))
        let isServers = openssl.X509_STORE_CTX_get_error_depth(store) == 0
        let whose =
            isServers ? "the server's certificate" : "the certificate of the server's issuer \(certificate.subject)"
        let (fault, message) = Self.judgement(of: error, whose, certificate, name)
        failure = ConnectionError(
            .certificate(fault), message,
            cause: openssl.X509_verify_cert_error_string(Int(error)).map { String(cString: $0) })
    }

    private static func judgement(
        of error: CInt, _ whose: String, _ certificate: Certificate, _ name: String
    ) -> (ConnectionError.CertificateFault, String) {
        switch error {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            (.expired, "\(whose) has expired on \(certificate.notAfter); renew it, or set this machine's clock")
        case X509_V_ERR_CERT_NOT_YET_VALID:
            (
                .notYetValid,
                "\(whose) is not valid before \(certificate.notBefore); set this machine's clock, or renew it"
            )
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            (
                .selfSigned,
                "\(whose) is self-signed (\(certificate.subject)); if it is the right one, name it as the CA file"
            )
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            (
                .wrongName,
                "\(whose) is not for \(name) but for \(certificate.names); "
                    + "connect by that name, or set it as the server name"
            )
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            (
                .unknownIssuer,
                "the server's certificate leads to the authority \(certificate.subject), which is not trusted here; "
                    + "name its certificate as the CA file"
            )
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            (
                .unknownIssuer,
                "the issuer of \(whose), \(certificate.issuer), is unknown; name its certificate as the CA file, "
                    + "or have the server send the intermediate certificate that is missing"
            )
        default: (.unfit, "\(whose) is not fit; have it made anew")
        }
    }
}

/// A certificate's facts as text, without control characters whatever stands in it.
private struct Certificate {
    private let pointer: OpaquePointer?

    init(_ pointer: OpaquePointer?) { self.pointer = pointer }

    var subject: String { distinguished(openssl.X509_get_subject_name(pointer)) }
    var issuer: String { distinguished(openssl.X509_get_issuer_name(pointer)) }
    var notBefore: String { time(openssl.X509_get0_notBefore(pointer)) }
    var notAfter: String { time(openssl.X509_get0_notAfter(pointer)) }

    /// The names it is for: `DNS:lake.example.com, IP Address:10.0.0.1`.
    var names: String {
        let index = openssl.X509_get_ext_by_NID(pointer, NID_subject_alt_name, -1)
        guard index >= 0 else { return "no name" }
        return text { openssl.X509V3_EXT_print($0, openssl.X509_get_ext(pointer, index), 0, 0) }
    }

    private func distinguished(_ name: OpaquePointer?) -> String {
        "“" + text { openssl_print_name(openssl, $0, name) } + "”"
    }

    private func time(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        text { openssl.ASN1_TIME_print_ex($0, time, UInt(ASN1_DTFLGS_ISO8601)) }
    }

    /// At most 300 bytes of what is printed.
    private func text(_ print: (OpaquePointer?) -> CInt) -> String {
        guard pointer != nil, let bio = openssl.BIO_new(openssl.BIO_s_mem()) else { return "?" }
        defer { _ = openssl.BIO_free(bio) }
        _ = print(bio)
        var bytes = [UInt8](repeating: 0, count: 300)
        let count = openssl.BIO_read(bio, &bytes, CInt(bytes.count))
        return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : "?"
    }
}
