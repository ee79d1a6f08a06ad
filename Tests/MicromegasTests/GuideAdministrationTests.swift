import Testing
import UTCTime

@testable import Micromegas

/// The guides' examples that change a lake, in order, in Swift.
@Suite("The guides' examples of administration", .serialized, .timeLimit(.minutes(3)))
struct GuideAdministrationTests {
    /// API reference, "`bulk_ingest(table_name, df)`".
    @Test func `a process's row is written once, and counted as often as it is sent`() async throws {
        try await GuideLake.with { client, lakehouse in
            let now = try await client.serverNow()
            var process = ProcessRow(
                processID: "550e8400-e29b-41d4-a716-446655440000", tscFrequency: 2_400_000_000, startTime: now,
                startTicks: 1_234_567_890, insertTime: now)
            process.exe = "/usr/bin/myapp"
            process.username = "user"
            process.realname = "User Name"
            process.computer = "hostname"
            process.distro = "Ubuntu 22.04"
            process.cpuBrand = "Intel Core i7"
            #expect(try await client.bulkIngest(processes: [process]) == 1)
            #expect(try await client.bulkIngest(processes: [process]) == 1)
            #expect(try await lakehouse.calls().filter { $0.method == "DoPut" }.count == 2)
        }
    }

    /// API reference, "`materialize_partitions(…)`". The example's last 24 hours are no whole day: a day that is, here.
    @Test func `a day is materialized by the hour, with progress`() async throws {
        try await GuideLake.with { client, _ in
            let end = try await client.serverNow().startOfDay - .days(3)
            let progress = try await client.materializePartitions(
                viewSet: "log_entries", begin: end - .days(1), end: end, deltaSeconds: 3_600)
            var hours: Set<Bucket> = []
            for try await event in progress {
                #expect(!event.row.isTrouble)
                if let bucket = event.row.opened { hours.insert(bucket) }
            }
            #expect(hours.count == 24)
            let error = await #expect(throws: MicromegasError.self) {
                try await client.materializePartitions(
                    viewSet: "log_entries", begin: end - .days(1) + .minutes(7), end: end, deltaSeconds: 3_600)
            }
            #expect(error?.code == .refused)
        }
    }

    /// API reference, "`retire_partitions(…)`".
    @Test func `an instance's partitions of a range are retired`() async throws {
        try await GuideLake.with { client, _ in
            let old = try #require(
                try await client.listPartitions().partitions.first {
                    $0.viewSetName == "log_entries" && $0.viewInstanceID != "global"
                })
            let day = old.beginInsertTime.startOfDay
            let preview = try await client.previewRetirement(
                of: .range(viewSet: "log_entries", instance: old.viewInstanceID, begin: day, end: day + .days(1)))
            #expect(preview.partitions == [old])
            let report = try await client.retire(preview, includingLastCopies: true)
            #expect(report.isComplete && report.groups.map(\.storageFreedBytes) == [old.fileSize])
        }
    }

    /// API reference, "`list_incompatible_partitions(…)`".
    @Test func `partitions that no query reads are listed`() async throws {
        try await GuideLake.with { client, _ in
            let groups = try await client.listIncompatiblePartitions()
            let count = groups.reduce(0) { $0 + $1.partitionCount }
            let bytes = groups.reduce(0) { $0 + $1.totalSizeBytes }
            #expect(count > groups.count && bytes > 0)
            let logs = try await client.listIncompatiblePartitions(viewSetName: "log_entries")
            #expect(logs.reduce(0) { $0 + $1.partitionCount } < count)
            #expect(logs.allSatisfy { $0.currentSchemaHash != $0.incompatibleSchemaHash })
        }
    }

    /// API reference, "`retire_incompatible_partitions(…)`": a look first, then the question, then the deed.
    @Test func `partitions that no query reads are retired after a look at them`() async throws {
        try await GuideLake.with { client, _ in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
            #expect(preview.partitions.count > 100 && preview.totalSizeBytes > 0)
            let report = try await client.retire(preview, includingLastCopies: true)
            #expect(report.groups.reduce(0) { $0 + $1.partitionsRetired } == preview.partitions.count)
            let failures = report.groups.filter { $0.partitionsFailed > 0 }
            #expect(failures.flatMap(\.messages).filter { $0.hasPrefix("ERROR:") }.isEmpty)
            #expect(try await client.listIncompatiblePartitions(viewSetName: "log_entries").isEmpty)
        }
    }

    /// Advanced guide, "Bulk Retirement of Non-Global Partitions".
    @Test func `all partitions of instances are retired`() async throws {
        try await GuideLake.with { client, _ in
            let preview = try await client.previewRetirement(of: .nonGlobal)
            #expect(!preview.groups.isEmpty)
            let report = try await client.retire(preview, includingLastCopies: true)
            #expect(report.isComplete)
            #expect(try await client.listPartitions().partitions.allSatisfy { $0.viewInstanceID == "global" })
        }
    }

    /// Advanced guide, "Process-Specific Partition Management": the week before a cutoff.
    @Test func `a process's partitions older than a retention are retired`() async throws {
        try await GuideLake.with { client, _ in
            let old = try #require(
                try await client.listPartitions().partitions.first {
                    $0.viewSetName == "measures" && $0.viewInstanceID != "global"
                })
            let retention = try parseTimeDelta("4d")
            let cutoff = (try await client.serverNow() - retention).startOfDay
            let preview = try await client.previewRetirement(
                of: .process(old.viewInstanceID, from: cutoff - .days(7), to: cutoff))
            #expect(preview.partitions.contains(old))
            #expect(Set(preview.partitions.map(\.viewSetName)).count > 1)
            #expect(try await client.retire(preview, includingLastCopies: true).isComplete)
        }
    }
}
