/// A request over HTTPS and the bounds it keeps.
struct HTTPSRequest: Sendable, Equatable {
    var url: HTTPSURL
    /// Further headers, `Name: value`.
    var headers: [String] = []
    /// A form to POST; nil for GET.
    var form: String?
    /// A PEM file with the authorities that are trusted, in place of the system's.
    var authorityFile: String?
    var connectTimeout: Duration = .seconds(5)
    /// For all of it.
    var timeout: Duration = .seconds(15)
    /// The longest answer that is taken, in bytes.
    var maximumSize = 1 << 20
}

/// Neither printing nor dumping shows what is sent: headers and form hold secrets.
extension HTTPSRequest: CustomStringConvertible, CustomReflectable {
    var description: String { "\(form == nil ? "GET" : "POST") \(url.authority)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a server answered, whatever its status. Neither printing nor dumping shows its body, which may hold a token.
///
/// Its content type is not looked at. Issuers have to send application/json (RFC 6749 §5.1, OpenID Connect Discovery §4.2),
/// clients need not insist, and those that do break with issuers that call good JSON something else. The bound body is read
/// strictly as JSON of a known shape, so that no other thing passes for it; a web page is named as one.
struct HTTPSAnswer: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    var status: Int
    var body: [UInt8]

    var description: String { "HTTP status \(status), \(body.count) bytes" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no answer.
struct HTTPSFailure: Error, Sendable, Equatable {
    var reason: Reason
    /// libcurl's words, or the loader's.
    var words: String

    enum Reason: Sendable, Equatable {
        case unreachable
        /// The server did not prove who it is, or speaks no TLS that is good enough.
        case untrusted
        /// The file of authorities cannot be used.
        case authorityFile
        case timedOut
        case tooLarge
        /// libcurl cannot be loaded.
        case missingLibrary
    }
}
