internal import FoundationEssentials

/// What a token says of itself, where it is a JSON Web Token (RFC 7519). Its signature is the lake's to check.
struct JSONWebToken: Sendable, Equatable {
    /// The address its bearer is known by; nil where there is none, or no text.
    var email: String?
    /// From when to when it is good, in seconds since 1970.
    var issuedAt: Double?
    var expiresAt: Double?

    private struct Header: Decodable {
        var alg: String
    }

    private struct Claims: Decodable {
        var email: String?
        var iat: Double?
        var exp: Double?

        private enum Key: CodingKey { case email, iat, exp }

        init(from decoder: any Decoder) throws {
            let claims = try decoder.container(keyedBy: Key.self)
            // A claim of another type says nothing; it makes the token no other kind.
            email = try? claims.decode(String.self, forKey: .email)
            iat = try? claims.decode(Double.self, forKey: .iat)
            exp = try? claims.decode(Double.self, forKey: .exp)
        }
    }

    /// Nil for a token of another kind, which only its issuer can read.
    init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.bytes(parts[0]), let payload = Self.bytes(parts[1]),
            (try? StrictJSON.decode(Header.self, header)) != nil,
            let claims = try? StrictJSON.decode(Claims.self, payload)
        else { return nil }
        email = claims.email
        issuedAt = claims.iat
        expiresAt = claims.exp
    }

    /// Base64 of the alphabet for URLs, without padding (RFC 7515 §2).
    private static func bytes(_ text: Substring) -> [UInt8]? {
        var usual = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        usual += Array(repeating: UInt8(ascii: "="), count: (4 - usual.count % 4) % 4)
        return Data(base64Encoded: Data(usual)).map(Array.init)
    }
}
