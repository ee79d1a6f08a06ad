/// What a server offers the caller, found by having statements planned that are never run.
public struct Capabilities: Sendable, Hashable {
    /// `retire_partition_by_file` is there.
    public var retireByFile: Bool
    /// How many arguments `retire_partition_by_metadata` takes; nil where it is not there.
    public var retireByMetadata: RetireArity?
    /// `retire_partitions` is there. It is not used: it is blind to the hash and ends well when it fails (contract §7).
    public var retireRange: Bool
    /// `materialize_partitions` is there.
    public var materialize: Bool
    /// `regenerate_partitions` is there.
    public var regenerate: Bool
    /// `list_view_set_definitions` is there.
    public var definitions: Bool

    /// Capabilities.
    ///
    ///     let offered = Capabilities(
    ///         retireByFile: true, retireByMetadata: .five, retireRange: true, materialize: true, regenerate: true,
    ///         definitions: true)
    public init(
        retireByFile: Bool, retireByMetadata: RetireArity?, retireRange: Bool, materialize: Bool, regenerate: Bool,
        definitions: Bool
    ) {
        self.retireByFile = retireByFile
        self.retireByMetadata = retireByMetadata
        self.retireRange = retireRange
        self.materialize = materialize
        self.regenerate = regenerate
        self.definitions = definitions
    }

    /// Whether the caller may change the lake at all. A server answers a missing right and a missing function alike, but
    /// every known version has all of these functions: where none is to be had it is the right that is missing.
    public var isAdmin: Bool { retireByFile || retireByMetadata != nil || materialize || regenerate }

    /// The functions, of those that every known version has for an admin, that are not offered.
    ///
    ///     let absent = try await client.probeCapabilities().missing(materializing: true, retiring: true)
    ///
    /// - Parameters:
    ///   - materializing: Whether partitions are to be made.
    ///   - retiring: Whether partitions are to be retired.
    public func missing(materializing: Bool, retiring: Bool) -> [String] {
        var names: [String] = []
        if materializing && !materialize { names.append("materialize_partitions") }
        if retiring && !retireByFile { names.append("retire_partition_by_file") }
        if retiring && retireByMetadata == nil { names.append("retire_partition_by_metadata") }
        return names
    }

    /// What was found, for people: `5-argument retire (0.33-like), definitions listed`.
    public var summary: String {
        guard isAdmin else { return "no admin right: no function that changes the lake is offered" }
        let retire =
            switch retireByMetadata {
            case .five: "5-argument retire (0.33-like)"
            case .four: "4-argument retire (0.30-like)"
            case nil: "no retire by metadata"
            }
        var parts = [retire, definitions ? "definitions listed" : "definitions not listed"]
        if !retireByFile { parts.append("no retire by file") }
        if !materialize { parts.append("no materializing") }
        if !regenerate { parts.append("no regenerating") }
        return parts.joined(separator: ", ")
    }

    /// The statements that are planned. Should a server run them after all, they name nothing: no view set is called `-`,
    /// and the range is empty.
    enum Probe: CaseIterable {
        case retireByFile, retireWithFive, retireWithFour, retireRange, materialize, regenerate, definitions

        var sql: String {
            let epoch = "'1970-01-01T00:00:00.000000Z'"
            return switch self {
            case .retireByFile: "SELECT retire_partition_by_file('-') AS message"
            case .retireWithFive:
                "SELECT retire_partition_by_metadata('-','-',\(epoch),\(epoch),decode('00','hex')) AS message"
            case .retireWithFour:
                "SELECT retire_partition_by_metadata('-','-',CAST(\(epoch) AS TIMESTAMP),CAST(\(epoch) AS TIMESTAMP)) AS message"
            case .retireRange: "SELECT time, msg FROM retire_partitions('-','-',\(epoch),\(epoch))"
            case .materialize: "SELECT time, msg FROM materialize_partitions('-',\(epoch),\(epoch),3600)"
            case .regenerate: "SELECT time, msg FROM regenerate_partitions('-',\(epoch),\(epoch),3600)"
            case .definitions: "SELECT view_set_name FROM list_view_set_definitions()"
            }
        }

        /// Whether what the server answered means that the statement can be run.
        func isOffered(_ error: MicromegasError?) throws(MicromegasError) -> Bool {
            guard let error else { return true }
            if error.code == .functionMissing { return false }
            // The function is there and takes other arguments.
            let text = error.detail ?? error.message
            let isArity =
                error.code == .invalidQuery && text.contains("No function matches the given name and argument")
            if isArity && (self == .retireWithFive || self == .retireWithFour) { return false }
            throw error
        }
    }

    /// Capabilities as each probe found them.
    init(_ isOffered: [Probe: Bool]) {
        self.init(
            retireByFile: isOffered[.retireByFile] ?? false,
            retireByMetadata: isOffered[.retireWithFive] == true
                ? .five : isOffered[.retireWithFour] == true ? .four : nil,
            retireRange: isOffered[.retireRange] ?? false, materialize: isOffered[.materialize] ?? false,
            regenerate: isOffered[.regenerate] ?? false, definitions: isOffered[.definitions] ?? false)
    }
}

extension FlightSQLClient {
    /// Asks what the server offers this caller. Nothing is run.
    ///
    ///     print(try await client.probeCapabilities().summary)  // 5-argument retire (0.33-like), definitions listed
    ///
    /// - Throws: ``MicromegasError`` for any answer but that the statement can be planned, that its function is missing,
    ///   or that it takes other arguments.
    public func probeCapabilities() async throws -> Capabilities {
        var isOffered: [Capabilities.Probe: Bool] = [:]
        for probe in Capabilities.Probe.allCases {
            if probe == .retireWithFour, isOffered[.retireWithFive] == true { continue }
            do {
                _ = try await prepareStatement(probe.sql)
                isOffered[probe] = true
            } catch let error as MicromegasError {
                isOffered[probe] = try probe.isOffered(error)
            }
        }
        return Capabilities(isOffered)
    }
}
