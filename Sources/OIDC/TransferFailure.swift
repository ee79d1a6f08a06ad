/// Says why a transfer failed: what, where, and the cure.
extension OIDCError {
    init(_ failure: HTTPSFailure, of request: HTTPSRequest, to issuer: String) {
        let place = request.url.authority
        let message =
            switch failure.reason {
            case .unreachable:
                "the issuer \(issuer) cannot be reached at \(place); see that it runs and is written right"
            case .untrusted:
                "the issuer \(issuer) did not prove at \(place) that it is the one: \(Self.distrust(failure.words))"
            case .authorityFile:
                request.authorityFile.map {
                    "the issuer's CA file “\($0)” cannot be used; name a PEM file of certificates"
                } ?? "the system's authorities cannot be used; install them (Debian's package ca-certificates), or "
                    + "name the certificate of the issuer's authority as the issuer's CA file"
            case .timedOut: "the issuer \(issuer) did not answer in time at \(place); see how it fares, then try again"
            case .missingLibrary:
                "libcurl, which asks the issuer \(issuer), cannot be loaded; install it (Debian's package libcurl4)"
            case .tooLarge: "the issuer \(issuer) answers more at \(place) than an issuer does; check that it is one"
            }
        self.init(message, cause: Shown.text(failure.words))
    }

    /// What is wrong and the cure, by libcurl's and OpenSSL's words; a peer that can put words into them misleads about the
    /// cure and no more.
    private static func distrust(_ words: String) -> String {
        for (part, said) in distrusts where words.contains(part) { return said }
        return "its certificate is not to be trusted; see that it is good and that its authority is the one you name"
    }

    private static let unknownAuthority =
        "its certificate is of an authority that is not known here; name the certificate of its authority as the issuer's CA "
        + "file, if it has one of its own"

    private static let distrusts = [
        ("has expired", "its certificate has expired; have whoever runs it renew it, and check this machine's clock"),
        ("not yet valid", "its certificate is not valid yet; compare this machine's clock with the issuer's"),
        ("match", "its certificate is for another name; write the issuer with the name that it is for"),
        ("local issuer certificate", unknownAuthority), ("self-signed", unknownAuthority),
        ("self signed", unknownAuthority),
        ("wrong version number", "what answers there speaks no TLS; check the port"),
        ("protocol", "it speaks no TLS that is good enough; have it offer TLS 1.2 or 1.3"),
        ("SSL_connect", "the connection breaks off where TLS begins; see that HTTPS is spoken there"),
    ]
}
