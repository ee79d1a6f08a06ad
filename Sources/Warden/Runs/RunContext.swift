import Micromegas
import PartitionLifecycle
import UTCTime

/// What every part of a run works with.
struct RunContext {
    /// The lake.
    let lake: Lake
    /// The audit log, as a run writes it.
    let journal: RunJournal
    /// What the user asked for.
    let policies: PolicySet
    /// Told what happens as it happens.
    let progress: @Sendable (RunProgress) -> Void
    /// What the server offers.
    let capabilities: Capabilities
    /// Whether the run was asked to stop after the work under way.
    let isStopping: @Sendable () -> Bool

    /// A fresh listing.
    func list() async throws -> Catalog { try await lake.list(definitions: capabilities.definitions) }

    /// Waits while the maintenance service has its minutes to itself.
    func waitForPause() async throws {
        guard policies.lake.maintenanceService == .present else { return }
        while true {
            let now = try await lake.now()
            guard let until = Pauses.end(at: now, maintenanceService: policies.lake.maintenanceService) else { return }
            let duration = until - now
            progress(.waiting(reason: "the maintenance service works until \(until)", duration))
            try await lake.sleep(for: duration)
        }
    }
}
