internal import COpenSSL

/// The first error in OpenSSL's queue: what went wrong at the bottom.
struct OpenSSLError: CustomStringConvertible {
    private let code: UInt

    /// Takes it and empties the queue; nil where there is none.
    static func first() -> OpenSSLError? {
        let code = openssl.ERR_get_error()
        openssl.ERR_clear_error()
        return code == 0 ? nil : OpenSSLError(code: code)
    }

    /// The number of the reason, within the part of the library it came from.
    var reason: CInt { ERR_GET_REASON(code) }

    /// Whether a key is not that of the certificate.
    var isKeyMismatch: Bool {
        [X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH].contains(reason)
    }

    /// The library's words: `tlsv1 alert unknown ca`.
    var description: String {
        if let text = openssl.ERR_reason_error_string(code) { return String(cString: text) }
        var buffer = [CChar](repeating: 0, count: 256)
        openssl.ERR_error_string_n(code, &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
