import PartitionLifecycle
import Testing
import UTCTime

/// A lake in a few words a row, so that a test shows what matters of it.
///
///     log_entries -3@05 1h x2 old 10/12 ~50h     view, day from today and hour, length, how many, hash, rows/source, age
///     async_events/p1 -4@12:30 5m old 3          a process's instance
///     all -3 1h x24 now 10                       the six global views of every server
///
/// Hashes are `now`, `old`, `older`, `newer`. Rows without figures are empty and have no file. Unless a `~` says how
/// long ago a row was written, current ones were two days ago and others long before.
struct LakeText {
    static let now = Timestamp(seconds: 1_795_262_400)  // 2026-11-21T12:00:00Z
    static let today = CalendarDay(containing: now)
    static let hashes: [String: SchemaHash] = [
        "now": SchemaHash([9]), "old": SchemaHash([6]), "older": SchemaHash([5]), "newer": SchemaHash([10]),
    ]
    static let globals = ["blocks", "log_entries", "measures", "processes", "streams", "log_stats"]
    static let instances = ["async_events", "thread_spans"]

    var partitions: [Partition] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 4 else {
                Issue.record("not a row: \(line)")
                continue
            }
            for view in words[0] == "all" ? Self.globals : [words[0]] { add(view, Array(words.dropFirst())) }
        }
    }

    var catalog: Catalog { catalog(views: Self.viewSets()) }

    func catalog(views: [ViewSet]) -> Catalog { Catalog(partitions: partitions, viewSets: views, now: Self.now) }

    static func viewSets(and more: [ViewSetFacts] = []) -> [ViewSet] {
        let facts = (globals + instances).map { name in
            ViewSetFacts(name: name, currentHash: SchemaHash([9]), hasGlobalInstance: globals.contains(name))
        }
        return ViewDependencies.viewSets(from: facts + more)
    }

    /// `-3` or `-3@05:30`.
    static func time(_ text: String) -> Timestamp {
        let parts = text.split(separator: "@")
        let clock = parts.count > 1 ? parts[1].split(separator: ":").compactMap { Int64($0) } : []
        var time = today.advanced(by: Int64(parts[0]) ?? 0).start
        for (value, unit) in zip(clock, [3600, 60, 1] as [Int64]) { time = time + .seconds(value * unit) }
        return time
    }

    /// `90s`, `30m`, `1h`, `2d`.
    static func duration(_ text: String) -> Duration {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        return .seconds((Int64(text.dropLast()) ?? 0) * (text.last.flatMap { units[$0] } ?? 0))
    }

    static func range(_ begin: String, _ end: String) -> InsertRange { InsertRange(time(begin), time(end)) }

    private mutating func add(_ view: String, _ words: [String]) {
        let parts = view.split(separator: "/").map(String.init)
        let begin = Self.time(words[0])
        let length = Self.duration(words[1])
        var (count, figures, age): (Int64, String?, Duration?) = (1, nil, nil)
        var hash = "now"
        for word in words.dropFirst(2) {
            switch word.first {
            case "x": count = Int64(word.dropFirst()) ?? 1
            case "~": age = Self.duration(String(word.dropFirst()))
            case let first? where first.isNumber: figures = word
            default: hash = word
            }
        }
        let numbers = figures?.split(separator: "/").compactMap { Int64($0) } ?? [0]
        let written = age ?? (hash == "now" ? .hours(48) : .days(200))
        for place in 0..<count {
            let start = begin + length * Int(place)
            let identity = PartitionIdentity(
                viewSet: parts[0], instance: parts.count > 1 ? parts[1] : "global",
                range: InsertRange(start, start + length), schemaHash: Self.hashes[hash] ?? SchemaHash([]),
                filePath: numbers[0] > 0 ? "views/\(view)/\(partitions.count).parquet" : nil)
            partitions.append(
                Partition(
                    identity: identity, updated: Self.now - written, fileSize: min(numbers[0], 1 << 40) * 100,
                    sourceCount: numbers.last ?? 0, rows: numbers[0]))
        }
    }
}

/// Policies, evidence and what comes of them, with the defaults that most tests share.
struct Planning {
    var policies: PolicySet
    var evidence = Evidence(retireBy: .init(file: true, metadataArguments: 5))
    var views: [ViewSet] = LakeText.viewSets()

    /// Evolution of every view with a soak of a day, by default, where nobody else writes.
    init(
        _ policies: [Policy] = [Policy(name: "evolution", rule: .schemaEvolution(soak: .hours(24)), match: .all)],
        service: LakeSettings.MaintenanceService = .none, guardRails: GuardRailSettings = GuardRailSettings()
    ) {
        self.policies = PolicySet(
            lake: LakeSettings(uri: "grpc://lake:50051", maintenanceService: service), guardRails: guardRails,
            policies: policies)
    }

    func catalog(_ text: String) -> Catalog { LakeText(text).catalog(views: views) }

    /// The plan in lines, or the reasons why there is none.
    func lines(_ text: String) -> [String] { lines(catalog(text)) }

    func lines(_ catalog: Catalog) -> [String] {
        do throws(PlanRefused) {
            return try Planner(policies).plan(catalog, evidence: evidence).lines
        } catch {
            return error.stops.map { "stop: \($0.title)" }
        }
    }
}

extension Plan {
    /// One line a step: `rebuild log_entries -3 24 old, 1800 s then 3600 s, 24 buckets, shadows -3@00…-2@00`.
    var lines: [String] {
        let rebuilds = days.flatMap(\.views).map { rebuild in
            let day = rebuild.day.daysSinceEpoch - LakeText.today.daysSinceEpoch
            let shadows = rebuild.shadowRanges.map { "\(short($0.begin))…\(short($0.end))" }.joined(separator: " ")
            return "rebuild \(rebuild.viewSet) \(day): \(rebuild.old.count) old, "
                + "\(rebuild.shadowLength.wholeSeconds) s then \(rebuild.finalLength.wholeSeconds) s, "
                + "\(rebuild.buckets.count) buckets, shadows \(shadows.isEmpty ? "none" : shadows)"
        }
        let removals = retirements.map { "retire \($0.viewSet): \($0.partitions.count) by \($0.policy)" }
        let held = holds.map { hold in
            let day = hold.day.map { " \($0.daysSinceEpoch - LakeText.today.daysSinceEpoch)" } ?? ""
            return "hold \(hold.viewSet)\(day): \(hold.partitions.count) \(hold.reason.word)"
        }
        return rebuilds + removals + held + (kept > 0 ? ["kept \(kept)"] : [])
    }

    private func short(_ time: Timestamp) -> String {
        let day = CalendarDay(containing: time)
        let clock = (time - day.start).wholeSeconds
        let text = "\(day.daysSinceEpoch - LakeText.today.daysSinceEpoch)@\(clock / 3600)"
        return clock % 3600 == 0 ? text : text + ":\(clock / 60 % 60)"
    }
}

extension Hold.Reason {
    /// The case, with the figures or names that tests look at.
    var word: String {
        switch self {
        case .lastCopy(let input, let found, let recorded): "lastCopy \(input) \(found)/\(recorded)"
        case .misaligned: "misaligned"
        case .earlierProofFailed(let finding): "earlierProofFailed \(finding)"
        case .soaking: "soaking"
        case .tooRecent: "tooRecent"
        case .expiring: "expiring"
        case .inputMissing(let input): "inputMissing \(input)"
        case .inputHeld(let input): "inputHeld \(input)"
        case .currentRowsInTheWay: "currentRowsInTheWay"
        case .notExactlyRemovable: "notExactlyRemovable"
        case .unknownViewSet: "unknownViewSet"
        case .leftOver: "leftOver"
        case .inputDamaged(let row): "inputDamaged \(row.viewSet)"
        case .notProvable: "notProvable"
        case .neededByRebuild(let viewSet): "neededByRebuild \(viewSet)"
        case .neverRetired: "neverRetired"
        }
    }
}
