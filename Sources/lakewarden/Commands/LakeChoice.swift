import Configuration
import Glibc
import Micromegas
import PartitionLifecycle
import Warden

/// Which lake a reading command asks, and as whom.
struct LakeChoice: Sendable, Hashable {
    /// Without credentials and headers where no file names them: they go only to the lake that the same file names, or that
    /// is named beside it.
    var lake: LakeSettings
    var uri: String { lake.uri }
    /// Why the lake that was named beside a file is not asked; nil where nothing speaks against it.
    private(set) var refusal: String?

    /// What is asked where nothing names a lake, as by the Python client.
    static let localLake = FlightSQLClient.localLake
    private static let usualFile = "lakewarden.yaml"

    /// Reads the options, and a policy file where one is named or usual.
    init(_ options: OptionValues) throws(ConfigurationError) {
        let named = options.value(.readLake)
        if named?.contains("@") == true {
            // The address itself is not shown again.
            lake = LakeSettings(uri: "…")
            refusal = "holds a user or a password; remove it and name a file in lake.credentials.token_file"
            return
        }
        if let path = options.value(.lakeFile) ?? (named == nil ? Self.existing : nil) {
            lake = try PolicyFile(path: path, needsPolicies: false).policies.lake
            if let named {
                let fileAsksForTLS = (try? ServerAddress(uri: lake.uri))?.isSecure == true
                // As for apply: the file's token and headers are not sent in the clear by a slip of the hand.
                if fileAsksForTLS, let address = try? ServerAddress(uri: named), !address.isSecure {
                    refusal =
                        "is plaintext where the policy file asks for TLS; write grpc+tls://HOST:PORT, or change lake.uri in "
                        + "the file"
                }
                lake.uri = named
            }
        } else {
            lake = LakeSettings(uri: named ?? Self.localLake)
        }
    }

    private static var existing: String? { unsafe access(usualFile, F_OK) == 0 ? usualFile : nil }

    /// How the lake is reached.
    func configuration() throws(MicromegasError) -> ClientConfiguration {
        var configuration = try ClientConfiguration(lake)
        configuration.agent = "lakewarden/\(Lakewarden.version)"
        return configuration
    }
}
