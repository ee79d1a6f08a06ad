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

    /// Waits while the maintenance service has its minutes to itself, or until the run is asked to stop: then nothing is
    /// to be sent.
    ///
    /// - Returns: Whether there was something to wait for: what was read before may have changed.
    func waitForPause() async throws -> Bool {
        var waited = false
        while let until = try await pauseEnd() {
            waited = true
            let end = ContinuousClock.now + until.duration
            progress(.waiting(reason: "the maintenance service works until \(until.time)", until.duration))
            while !isStopping(), ContinuousClock.now < end {
                try await lake.sleep(for: min(Self.hearing, end - .now))
            }
            if isStopping() { break }
        }
        return waited
    }

    /// Until when the maintenance service works by the server's clock, and how long that is; nil where it does not.
    private func pauseEnd() async throws -> (time: Timestamp, duration: Duration)? {
        guard policies.lake.maintenanceService == .present else { return nil }
        let now = try await lake.now()
        return Pauses.end(at: now, maintenanceService: .present).map { ($0, $0 - now) }
    }

    /// How often a wait looks whether the run was asked to stop.
    private static var hearing: Duration { .seconds(1) }

    /// What is said of work that was not begun since the run was asked to stop.
    static var asked: String { "the run was asked to stop" }
}
