import COpenSSL
import Glibc

/// How a scripted peer speaks TLS.
struct TLSPeer: Sendable {
    enum Application: Sendable {
        case http2
        /// It takes `http/1.1` whatever is offered, as some servers do.
        case http1
        /// It knows nothing of ALPN.
        case none
        /// It breaks off where `h2` is all that is offered.
        case refuse
    }

    var certificate: String
    var key: String
    var versions = TLS1_2_VERSION...TLS1_3_VERSION
    var application = Application.http2
    /// Whose client certificates are asked for.
    var clientAuthorities: String?
    /// Whether one must be shown.
    var requiresClient = true

    /// Shakes hands on a blocking descriptor.
    func accept(_ descriptor: CInt) throws -> OpaquePointer {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw PeerGone() }
        defer { SSL_CTX_free(context) }
        // Only below that do the old versions exist.
        SSL_CTX_set_security_level(context, versions.upperBound < TLS1_2_VERSION ? 0 : 2)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(versions.lowerBound), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(versions.upperBound), nil)
        SSL_CTX_use_certificate_chain_file(context, certificate)
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM)
        if let clientAuthorities {
            SSL_CTX_load_verify_file(context, clientAuthorities)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (requiresClient ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        }
        choose(context)
        guard let ssl = SSL_new(context) else { throw PeerGone() }
        SSL_set_fd(ssl, descriptor)
        guard uninterrupted({ Int(SSL_accept(ssl)) }) == 1 else {
            // Takes what is still on the way, so that the alert is not lost to a reset.
            shutdown(descriptor, CInt(SHUT_WR))
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
            SSL_free(ssl)
            throw PeerGone()
        }
        return ssl
    }

    private func choose(_ context: OpaquePointer) {
        switch application {
        case .http2:
            SSL_CTX_set_alpn_select_cb(
                context,
                { _, name, count, offered, _, _ in
                    // What is offered is 2, h, 2.
                    name?.pointee = offered.map { $0 + 1 }
                    count?.pointee = 2
                    return SSL_TLSEXT_ERR_OK
                }, nil)
        case .http1:
            SSL_CTX_set_alpn_select_cb(
                context,
                { _, name, count, _, _, _ in
                    name?.pointee = StaticString("http/1.1").utf8Start
                    count?.pointee = 8
                    return SSL_TLSEXT_ERR_OK
                }, nil)
        case .none: break
        case .refuse: SSL_CTX_set_alpn_select_cb(context, { _, _, _, _, _, _ in SSL_TLSEXT_ERR_ALERT_FATAL }, nil)
        }
    }
}
