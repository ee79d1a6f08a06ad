import Testing

@testable import Micromegas

/// The lake that the examples of the Python guides run against: the morning after an upgrade, some days of which are at
/// the current hash.
///
/// Without a counterpart in Swift: plots and data frames' memory (pandas, matplotlib), `pip install`, and
/// `properties_to_dict`, `properties_length`, `property_get` and `properties_to_array`, which are the server's and not
/// the lakehouse's.
enum GuideLake {
    /// Days whose telemetry queries read.
    static let days = Result { try TimeRange(begin: "2026-11-17", end: "2026-11-21") }

    static func with<R: Sendable>(
        _ arguments: [String] = [], _ body: @escaping @Sendable (FlightSQLClient, RunningLakehouse) async throws -> R
    ) async throws -> R {
        try await RunningLakehouse.withClient("morning-after", arguments, body)
    }
}
