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

/// What a server answered, whatever its status.
struct HTTPSAnswer: Sendable, Equatable {
    var status: Int
    var body: [UInt8]
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
