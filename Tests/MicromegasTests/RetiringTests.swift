import Testing
import UTCTime

@testable import Micromegas

/// Retirements that are previewed and carried out, against the development lakehouse.
@Suite("Retiring in a lakehouse", .serialized, .timeLimit(.minutes(3)))
struct RetiringTests {
    private func withLake<R: Sendable>(
        _ scenario: String = "morning-after", version: String = "0.33", anonymous: String = "admin",
        throughProxy: Bool = false, _ body: @escaping @Sendable (FlightSQLClient, RunningLakehouse) async throws -> R
    ) async throws -> R {
        let arguments = ["--version", version, "--anonymous", anonymous]
        return try await RunningLakehouse.withClient(scenario, arguments, throughProxy: throughProxy, body)
    }

    @Test(
        "old rows go, blocks that nothing takes the place of stay, and last copies go when asked",
        arguments: ["0.30", "0.33"])
    func incompatible(version: String) async throws {
        try await withLake(version: version) { client, lakehouse in
            let before = try await client.listPartitions().partitions
            let preview = try await client.previewRetirement(of: .incompatible())
            let listed = try await client.listIncompatiblePartitions()
            #expect(preview.entries.count + preview.held.count == listed.reduce(0) { $0 + $1.partitionCount })
            #expect(!preview.held.isEmpty && preview.held.allSatisfy { $0.partition.viewSetName == "blocks" })
            #expect(!preview.lastCopies.isEmpty && preview.lastCopies.allSatisfy { $0.rowCount > 0 })

            // Without consent only what is empty goes here: nothing was rebuilt yet.
            let report = try await client.retire(preview)
            let kept = Set(preview.lastCopies).union(preview.held.map(\.partition))
            #expect(report.count(.gone) == preview.entries.count - preview.lastCopies.count && report.count(.gone) > 0)
            #expect(report.count(.held) == kept.count && !report.isComplete)
            let after = Set(try await client.listPartitions().partitions)
            #expect(after == Set(before).subtracting(Set(preview.partitions).subtracting(kept)))

            let groups = try await client.retireIncompatiblePartitions(
                viewSetName: "log_entries", includingLastCopies: true)
            let old = preview.lastCopies.filter { $0.viewSetName == "log_entries" }
            #expect(groups.reduce(0) { $0 + $1.partitionsRetired } == old.count && !old.isEmpty)
            #expect(groups.reduce(0) { $0 + $1.storageFreedBytes } == old.reduce(0) { $0 + $1.fileSize })
            #expect(groups.allSatisfy { $0.partitionsFailed == 0 && $0.messages.count == $0.partitionsRetired })
            #expect(groups.allSatisfy { $0.messages.allSatisfy { $0.hasPrefix("SUCCESS: ") } })
            #expect(Set(groups.map(\.viewInstanceID)) == Set(old.map(\.viewInstanceID)))
            let left = try await client.listPartitions().partitions
            #expect(Set(left) == after.subtracting(old))
            // No call that is blind to what it removes was made.
            #expect(
                try await lakehouse.calls().allSatisfy {
                    $0.method == "DoAction" || !$0.sql.contains("retire_partitions")
                })
        }
    }

    @Test func `partitions of instances go where a query would make them again`() async throws {
        try await withLake(version: "0.30") { client, _ in
            let listed = try await client.listPartitions().partitions
            // A query of an instance writes what the instance lacks.
            let process = try #require(try await client.query("SELECT process_id FROM processes", limit: 1).rows.first)
            let id = try SQLText.literal(try #require(process.text("process_id")))
            _ = try await client.query("SELECT * FROM view_instance('log_entries', \(id))", limit: 1)
            let before = try await client.listPartitions().partitions
            let made = Set(before).subtracting(listed)
            #expect(!made.isEmpty && made.allSatisfy { $0.rowCount > 0 })
            let preview = try await client.previewRetirement(of: .nonGlobal)
            #expect(preview.partitions.allSatisfy { $0.viewInstanceID != "global" } && preview.held.isEmpty)
            // Those of days whose blocks were not rebuilt yet could not be made again.
            #expect(!preview.lastCopies.isEmpty && preview.lastCopies.allSatisfy { !made.contains($0) })
            #expect(made.isSubset(of: preview.partitions))
            var answers = 0
            var settled: [RetiredPartition] = []
            var last: RetireEvent?
            for try await event in client.retirement(of: preview) {
                switch event {
                case .confirmed(let count): #expect(count == preview.entries.count - preview.lastCopies.count)
                case .answered(.success): answers += 1
                case .answered(let other): Issue.record("\(other)")
                case .settled(let partition): settled.append(partition)
                case .finished(let report): #expect(report.partitions == settled)
                }
                last = event
            }
            guard case .finished(let report)? = last else {
                Issue.record("it did not end with its report")
                return
            }
            #expect(report.count(.gone) == answers && answers > 0)
            let after = try await client.listPartitions().partitions
            #expect(Set(after) == Set(before).subtracting(Set(preview.partitions).subtracting(preview.lastCopies)))
        }
    }

    @Test func `a process's partitions are those of its streams, too`() async throws {
        try await withLake("golden-upgraded") { client, _ in
            let rows = try await client.listPartitions().partitions
            // Streams are found where streams of the current hash are: on the 16th. There, make an instance first.
            let streams = try await client.query("SELECT stream_id, process_id FROM streams").rows
            let process = try #require(streams.first?.text("process_id"))
            let own = Set(streams.filter { $0.text("process_id") == process }.compactMap { $0.text("stream_id") })
            for stream in own {
                let range = try TimeRange(begin: "2026-11-16", end: "2026-11-17")
                _ = try await client.querySpans(in: range, limit: 1, streamID: stream)
            }
            let made = Set(try await client.listPartitions().partitions).subtracting(rows)
            #expect(!made.isEmpty)
            let end = try Timestamp(rfc3339: "2026-11-17T00:00:00Z")
            let preview = try await client.previewRetirement(of: .process(process, to: end))
            #expect(made.isSubset(of: preview.partitions))
            #expect(preview.partitions.allSatisfy { own.contains($0.viewInstanceID) || $0.viewInstanceID == process })
            #expect(try await client.retire(preview).isComplete)
            #expect(try await client.listPartitions().partitions.allSatisfy { !made.contains($0) })
        }
    }

    @Test func `a range goes row by row, and rows that queries read only when asked`() async throws {
        try await withLake { client, _ in
            let day = try Timestamp(rfc3339: "2026-11-17T00:00:00Z")
            let scope = RetireScope.range(
                viewSet: "measures", instance: "global", begin: day, end: day + .days(1))
            let preview = try await client.previewRetirement(of: scope)
            #expect(preview.entries.count == 24 && !preview.lastCopies.isEmpty)
            #expect(try await client.retire(preview.filter { $0.rowCount > 0 }).count(.gone) == 0)
            let report = try await client.retire(preview, includingLastCopies: true)
            #expect(report.isComplete && report.partitions.count == 24)
            #expect(report.groups.map(\.partitionsRetired) == [24])
            let again = try await client.previewRetirement(of: scope)
            #expect(again.entries.isEmpty)
            #expect(try await client.retire(again).isComplete)
            let blocks = try await client.previewRetirement(
                of: .range(viewSet: "blocks", instance: "global", begin: day, end: day + .days(1)))
            #expect(blocks.entries.isEmpty && !blocks.held.isEmpty)
        }
    }

    /// A preview's first partition without a file.
    private static func oneEmpty(of preview: RetirePreview) -> RetirePreview {
        let first = preview.partitions.first { $0.filePath == nil }
        return preview.filter { $0 == first }
    }

    @Test func `a preview that is out of date retires nothing`() async throws {
        try await withLake { client, lakehouse in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
            let one = try await client.retire(Self.oneEmpty(of: preview))
            #expect(one.partitions.map(\.outcome).filter { $0 == .gone }.count == 1)
            let before = try await client.listPartitions().partitions
            let error = await #expect(throws: MicromegasError.self) { try await client.retire(preview) }
            #expect(error?.code == .refused && error?.message.hasPrefix("1 of ") == true)
            #expect(try await client.listPartitions().partitions.count == before.count)
            let calls = try await lakehouse.calls().filter { $0.method == "DoGet" && $0.sql.contains("retire_") }
            #expect(calls.count == 1)
        }
    }

    @Test func `a preview of rows that have become last copies retires nothing, and is not tried again`() async throws {
        try await withLake { client, lakehouse in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
            let entries = preview.entries.map { RetirePreview.Entry(partition: $0.partition, isLastCopy: false) }
            let earlier = RetirePreview(
                scope: preview.scope, entries: entries, held: preview.held, serverNow: preview.serverNow)
            var steps = client.retirement(of: earlier, includingLastCopies: true).makeAsyncIterator()
            let error = await #expect(throws: MicromegasError.self) { try await steps.next() }
            #expect(error?.message.hasPrefix("\(preview.lastCopies.count) of \(entries.count) ") == true)
            #expect(try await steps.next() == nil)
            let calls = try await lakehouse.calls().filter { $0.method == "DoGet" && $0.sql.contains("retire_") }
            #expect(calls.isEmpty)
        }
    }

    @Test func `a scope that cannot mean anything is refused before anything is sent`() async throws {
        try await withLake { client, lakehouse in
            let day = try Timestamp(rfc3339: "2026-11-17T00:00:00Z")
            let inverted = RetireScope.range(
                viewSet: "measures", instance: "global", begin: day, end: day - .hours(1))
            let error = await #expect(throws: MicromegasError.self) {
                try await client.previewRetirement(of: inverted)
            }
            #expect(error?.code == .refused)
            #expect(try await lakehouse.calls().isEmpty)
        }
    }

    @Test func `a row that is made in place of an empty one meanwhile is not taken for it`() async throws {
        try await withLake(version: "0.30") { client, lakehouse in
            let all = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
            let empty = try #require(all.partitions.first { $0.filePath == nil && $0.isGlobal })
            let full = try #require(all.partitions.first { $0.filePath != nil && $0.isGlobal })
            let preview = all.filter { $0 == empty || $0 == full }
            // Rows with a file go first; while they do, the hour of the empty row is made anew.
            try await lakehouse.post("/faults", #"{"point": "before_commit", "delay": 60}"#)
            let retiring = Task { try await client.retire(preview, includingLastCopies: true) }
            while try await lakehouse.struck().isEmpty { await Task.yield() }
            let seconds = (empty.endInsertTime - empty.beginInsertTime).components.seconds
            let stream = try await client.materializePartitions(
                viewSet: "measures", begin: empty.beginInsertTime, end: empty.endInsertTime, deltaSeconds: seconds)
            for try await _ in stream {}
            try await lakehouse.clearFaults()
            let report = try await retiring.value
            let outcomes = report.partitions.filter { $0.partition == empty || $0.partition == full }
            #expect(outcomes.map(\.partition) == [full, empty] && outcomes.map(\.outcome) == [.gone, .held])
            let listed = try await client.listPartitions().partitions
            #expect(
                listed.contains {
                    $0.viewSetName == "measures" && $0.isGlobal && $0.beginInsertTime == empty.beginInsertTime
                        && $0.endInsertTime == empty.endInsertTime
                })
        }
    }

    @Test func `one row that fails keeps its batch, and nothing further is sent`() async throws {
        try await withLake { client, lakehouse in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
            try await lakehouse.post("/faults", #"{"point": "retire_row", "n": 3}"#)
            let before = try await client.listPartitions().partitions
            let report = try await client.retire(preview, includingLastCopies: true)
            #expect(
                report.count(.gone) == 0
                    && report.count(.stillListed) == preview.partitions.count { $0.filePath != nil })
            #expect(report.count(.held) == preview.partitions.count { $0.filePath == nil } + preview.held.count)
            #expect(report.groups.flatMap(\.messages).contains { $0.hasPrefix("ERROR: ") })
            // The others of the batch are said to be retired. They are not, and are not told so.
            #expect(report.partitions.contains { $0.outcome == .stillListed && $0.messages[0].hasPrefix("SUCCESS: ") })
            #expect(try await client.listPartitions().partitions.count == before.count)
        }
    }

    @Test func `after a failure that the server tells of partitions are gone or unknown`() async throws {
        try await withLake(throughProxy: true) { client, lakehouse in
            let preview = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
            try await lakehouse.post("/faults", #"{"point": "after_commit", "text": "x"}"#)
            let report = try await client.retire(preview.filter { $0.rowCount == 0 })
            // It was committed, though the answer says that it failed.
            #expect(report.count(.gone) == preview.partitions.count { $0.rowCount == 0 } && report.count(.gone) > 0)

            try await lakehouse.post("/faults", #"{"point": "before_commit", "text": "x"}"#)
            let rest = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
            let failed = try await client.retire(rest, includingLastCopies: true)
            #expect(failed.count(.unknown) == rest.partitions.count && failed.count(.gone) == 0)
            #expect(failed.groups.flatMap(\.messages).allSatisfy { $0.hasPrefix("ERROR: the call failed") })
            let calls = try await lakehouse.calls().filter { $0.method == "DoGet" && $0.sql.contains("retire_") }
            #expect(calls.count == 2)
        }
    }

    private static func empties(_ preview: RetirePreview) -> RetirePreview { preview.filter { $0.filePath == nil } }

    @Test func `after a lost answer partitions are gone or unknown, and no call is sent again`() async throws {
        try await withLake(throughProxy: true) { client, lakehouse in
            // The call's own text: the probes name the function, too.
            let asked = #""asked": "AS message FROM (VALUES""#
            try await lakehouse.post("/connection", "{\"kind\": \"refuse\", \(asked)}")
            let measures = try await client.previewRetirement(of: .incompatible(viewSetName: "measures"))
            let before = try await client.listPartitions().partitions.count
            let refused = try await client.retire(Self.empties(measures))
            #expect(refused.count(.gone) == 0 && refused.count(.unknown) == refused.partitions.count)
            let listed = try await client.listPartitions().partitions
            #expect(listed.count == before)

            // Committed, and the answer lost: the listing tells.
            try await lakehouse.post("/connection", "{\"kind\": \"lose_answer\", \(asked)}")
            let logs = try await client.previewRetirement(of: .incompatible(viewSetName: "log_entries"))
            let lost = try await client.retire(Self.empties(logs))
            #expect(lost.isComplete && lost.count(.gone) > 0)
            #expect(lost.partitions.allSatisfy { $0.messages.first?.hasPrefix("ERROR: the call failed") == true })
            let calls = try await lakehouse.calls().filter { $0.method == "DoGet" && $0.sql.contains("retire_") }
            #expect(calls.count == 1)
        }
    }

    @Test func `an older replica, and a caller without the right, retire nothing`() async throws {
        try await withLake("newer-rows") { client, _ in
            let error = await #expect(throws: MicromegasError.self) {
                try await client.retireIncompatiblePartitions(includingLastCopies: true)
            }
            #expect(error?.code == .refused)
        }
        try await withLake(anonymous: "user") { client, _ in
            let error = await #expect(throws: MicromegasError.self) {
                try await client.retireIncompatiblePartitions(includingLastCopies: true)
            }
            #expect(error?.code == .functionMissing)
        }
    }
}
