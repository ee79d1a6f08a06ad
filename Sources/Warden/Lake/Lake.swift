import AsyncIO
import Micromegas
import PartitionLifecycle
import UTCTime

/// A lake as a run works with it: the client core's answers as values of the domain.
struct Lake: Sendable {
    let settings: LakeSettings
    let client: FlightSQLClient
    private let configuration: ClientConfiguration
    private let loop: EventLoop

    /// A lake; connected to when it is first asked.
    ///
    /// - Throws: `MicromegasError` for an address or a token file that is not fit.
    init(_ settings: LakeSettings, on loop: EventLoop) throws {
        self.settings = settings
        self.loop = loop
        self.configuration = try ClientConfiguration(settings)
        self.client = FlightSQLClient(configuration: configuration, on: loop)
    }

    /// Closes the connection for good.
    func close() async { await client.disconnect() }

    /// Closes the connection, so that the server aborts what it still does for it; the next call makes a new one.
    func disconnect() async { await client.disconnect() }

    /// Waits on the event loop.
    func sleep(for duration: Duration) async throws { try await loop.sleep(for: duration) }

    /// The server's clock.
    func now() async throws -> Timestamp { try await client.serverNow() }

    /// A fresh listing.
    ///
    /// - Parameter definitions: Whether the server lists its views' definitions.
    func list(definitions: Bool) async throws -> Catalog {
        async let viewSets = viewSets(definitions: definitions)
        let listing = try await client.listPartitions()
        return Catalog(
            partitions: listing.partitions.map(Partition.init), viewSets: try await viewSets, now: listing.serverNow)
    }

    /// The server's view sets with what they read: as it tells where it lists definitions, else as built-in views do.
    private func viewSets(definitions: Bool) async throws -> [ViewSet] {
        async let defining = definitions ? client.listViewSetDefinitions() : []
        let listed = try await client.listViewSets()
        let defined = try await defining
        let byName = Dictionary(defined.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return ViewDependencies.viewSets(
            from: listed.map { view in
                let definition = byName[view.name]
                return ViewSetFacts(
                    name: view.name, currentHash: SchemaHash(view.currentSchemaHash),
                    hasGlobalInstance: view.globalInstanceAvailable, definitionSQL: definition?.definitionSQL,
                    updateGroup: definition?.updateGroup.map(Int.init), updatedAt: definition?.updatedAt)
            })
    }

    /// The current hash of each view set, as one fresh connection is told it.
    private func hashesOverFreshConnection() async throws -> [String: SchemaHash] {
        let listed = try await FlightSQLClient.withConnection(configuration, on: loop) { try await $0.listViewSets() }
        return Dictionary(
            listed.map { ($0.name, SchemaHash($0.currentSchemaHash)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Everything that a plan is made from, read without changing anything.
    func read(history: AuditHistory) async throws -> LakeReading {
        let capabilities = try await client.probeCapabilities()
        let start = ContinuousClock.now
        let catalog = try await list(definitions: capabilities.definitions)
        let listingTime = ContinuousClock.now - start
        // One after another: a balancer that counts connections sends each to another replica.
        var replicas: [[String: SchemaHash]] = [catalog.viewSets.mapValues(\.currentHash)]
        for _ in 0..<3 { replicas.append(try await hashesOverFreshConnection()) }
        let evidence = Evidence(
            retireBy: Evidence.RetireCalls(capabilities), failedProofs: history.failedProofs,
            currentBlocks: try await currentBlocks(in: catalog),
            doubled: try await doubledRows(in: catalog),
            madeShadows: catalog.viewSets.mapValues { history.shadows(of: $0.name, at: $0.currentHash) },
            replicas: replicas)
        let summary = LakeSummary(
            uri: settings.uri, serverKind: capabilities.summary, partitions: catalog.partitions.count,
            viewSets: Set(catalog.partitions.map(\.identity.viewSet)).count, listingTime: listingTime,
            now: catalog.now)
        return LakeReading(catalog: catalog, evidence: evidence, capabilities: capabilities, summary: summary)
    }
}

/// What one reading of a lake gave.
struct LakeReading {
    let catalog: Catalog
    let evidence: Evidence
    let capabilities: Capabilities
    let summary: LakeSummary
}

extension Evidence.RetireCalls {
    init(_ capabilities: Capabilities) {
        self.init(
            file: capabilities.retireByFile, metadataArguments: capabilities.retireByMetadata?.rawValue ?? 0)
    }
}

extension Partition {
    /// A listed row as a value of the domain; the client has checked that it records a source count.
    init(_ row: ListedPartition) {
        self.init(
            identity: PartitionIdentity(
                viewSet: row.viewSetName, instance: row.viewInstanceID,
                range: InsertRange(row.beginInsertTime, row.endInsertTime),
                schemaHash: SchemaHash(row.fileSchemaHash), filePath: row.filePath),
            updated: row.updated, minEventTime: row.minEventTime, maxEventTime: row.maxEventTime,
            fileSize: row.fileSize, sourceCount: row.sourceCount ?? 0, rows: row.rowCount)
    }
}

// MARK: Changes

extension Lake {
    /// Sends a materialization and hands over its rows as they come.
    ///
    /// - Throws: Where the stream did not end well; what the call did is then not known.
    func materialize(
        _ call: MaterializeCall, _ take: (MaterializationRow, _ message: String) -> Void
    ) async throws {
        for try await event in try await client.run(MaterializationCall(call)) { take(event.row, event.message) }
    }

    /// Sends a retire call.
    func retire(_ call: RetireCall) async throws -> RetireOutcome { try await client.retire(call) }
}

extension MaterializationCall {
    /// The call as it is sent; refused where it would never end or do nothing.
    init(_ call: MaterializeCall) throws(MicromegasError) {
        try self.init(
            .materialize, viewSet: call.viewSet, begin: call.range.begin, end: call.range.end,
            deltaSeconds: call.delta.wholeSeconds)
    }
}
