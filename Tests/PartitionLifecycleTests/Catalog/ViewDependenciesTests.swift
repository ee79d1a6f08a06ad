import PartitionLifecycle
import Testing
import UTCTime

private let hash = SchemaHash([1])

private func facts(_ name: String, global: Bool = true, sql: String? = nil, group: Int? = nil) -> ViewSetFacts {
    ViewSetFacts(name: name, currentHash: hash, hasGlobalInstance: global, definitionSQL: sql, updateGroup: group)
}

private let builtIn = BuiltInView.all.map { facts($0.name, global: $0.updateGroup != nil) }

@Suite struct ViewDependenciesTests {
    private func view(_ name: String, _ more: [ViewSetFacts] = []) throws -> ViewSet {
        try #require(ViewDependencies.viewSets(from: builtIn + more).first { $0.name == name })
    }

    @Test func serversThatDoNotTellAreTakenToHaveTheDefaults() throws {
        let views = ViewDependencies.viewSets(from: builtIn)
        #expect(views.map(\.name) == builtIn.map(\.name))
        #expect(try view("log_stats").updateGroup == 3000)
        #expect(try view("log_stats").reads == ["blocks", "log_entries"])
        #expect(try view("thread_spans").updateGroup == nil)
        #expect(try view("thread_spans").reads == ["blocks", "streams", "processes"])
        #expect(try view("blocks").reads.isEmpty)
        #expect(BuiltInView.named("thread_spans")?.instances == .stream)
        #expect(BuiltInView.named("log_entries")?.instances == .process)
    }

    @Test func viewsAreMadeAfterWhatTheyRead() {
        let views = ViewDependencies.viewSets(from: builtIn.reversed()).filter(\.hasGlobalInstance)
        #expect(
            ViewDependencies.order(views) == ["blocks", "log_entries", "measures", "processes", "streams", "log_stats"])
    }

    @Test func groupsOrderViewsThatDoNotReadEachOther() {
        let views = [("a", 3000, []), ("b", 2000, ["c"]), ("c", 2500, [])].map {
            (name: String, group: Int, reads: [String]) in
            ViewSet(name: name, currentHash: hash, hasGlobalInstance: true, updateGroup: group, reads: reads)
        }
        #expect(ViewDependencies.order(views) == ["c", "b", "a"])
    }

    @Test func aCircleIsOrderedAllTheSame() {
        let views = [("a", ["b"]), ("b", ["a"])].map { (name: String, reads: [String]) in
            ViewSet(name: name, currentHash: hash, hasGlobalInstance: true, updateGroup: 1, reads: reads)
        }
        #expect(ViewDependencies.order(views) == ["a", "b"])
    }

    @Test func aUserDefinedViewReadsWhatItsDefinitionNames() throws {
        // The definition of a golden answer.
        let sql = """
            CREATE MATERIALIZED VIEW level_counts WITH (
              extract_query = $$SELECT date_bin('1 hour', time) AS time_bin, process_id, level, count(*) AS count \
            FROM log_entries WHERE insert_time >= '{begin}' GROUP BY time_bin, process_id, level$$,
              count_src_query = $$SELECT sum(nb_objects) AS count FROM blocks WHERE array_has("streams.tags", 'log')$$,
              merge_partitions_query = $$SELECT time_bin, process_id, level, sum(count) AS count FROM {source}$$,
              update_group = 3000, time_column = 'time_bin', source_partition_delta = '1 hour',
              merge_partition_delta = '1 day')
            """
        let view = try view("level_counts", [facts("level_counts", sql: sql, group: 3000)])
        #expect(view.reads == ["blocks", "log_entries"])
        #expect(view.largestPartition == .days(1))
        #expect(view.definition?.sql == sql)
    }

    static let groups = ["blocks": 1000, "log_entries": 2000, "measures": 2000, "streams": 2000, "later": 4000]

    @Test(
        arguments: [
            ("SELECT 1 FROM blocks", ["blocks"]),
            ("SELECT 1 FROM BLOCKS b JOIN public.Log_Entries l", ["blocks", "log_entries"]),
            ("SELECT 1 FROM \"blocks\" JOIN \"Measures\"", ["blocks"]),
            ("SELECT \"streams.tags\", 'log_entries', blocks_old, myblocks FROM measures", ["measures"]),
            ("-- log_entries\nSELECT 1 /* streams /* of */ log_entries */ FROM measures", ["measures"]),
            ("x = $$SELECT 1 FROM blocks -- why$$, y = $q$SELECT 'it''s' FROM measures$q$", ["blocks", "measures"]),
            ("extract_query = 'SELECT ''log_entries'' FROM blocks', comment = 'measures'", ["blocks"]),
            ("$$ SELECT $inner$ streams $inner$ FROM blocks $$", ["blocks", "streams"]),
            ("SELECT 1 FROM later, blocks", ["blocks"]),
            ("SELECT 'unfinished FROM blocks", []), ("SELECT 1 /* unfinished blocks", []),
            ("$$ FROM blocks", ["blocks"]),
            ("$1 $ $$", []), ("", []), ("SELECT été FROM blocks", ["blocks"]),
        ] as [(String, [String])])
    func readsAreIdentifiersOfSmallerGroups(_ sql: String, _ reads: [String]) {
        #expect(ViewDependencies.reads(ofDefinition: sql, updateGroup: 3000, groups: Self.groups) == reads)
    }

    @Test func aViewOfWhichNothingIsKnownReadsEverythingBeforeIt() throws {
        let unknown = try view("future", [facts("future", group: 3000)])
        #expect(unknown.reads == ["blocks", "log_entries", "measures", "processes", "streams"])
        let silent = try view("mute", [facts("mute", sql: "CREATE MATERIALIZED VIEW mute WITH ()", group: 1500)])
        #expect(silent.reads == ["blocks"])
        #expect(try view("future", [facts("future")]).reads.contains("log_stats"))
    }

    @Test(
        arguments: [
            ("1 hour", 3600), ("2 hours", 3600), ("1 day", 86_400), ("2 days", 86_400), ("1 week", 86_400),
            ("", 86_400),
            ("99999999999999999999 days", 86_400),
        ] as [(String, Int64)])
    func theLargestPartitionIsTheDefinitions(_ delta: String, _ seconds: Int64) throws {
        let sql =
            "CREATE MATERIALIZED VIEW v WITH (extract_query = $$FROM blocks$$, merge_partition_delta = '\(delta)')"
        #expect(try view("v", [facts("v", sql: sql, group: 3000)]).largestPartition == .seconds(seconds))
    }

    @Test func aDefinitionsOptionsAreItsOwn() {
        let sql = """
            CREATE MATERIALIZED VIEW v WITH (extract_query = $$SELECT 1 FROM blocks WHERE time_column = 'no'$$,
            count_src_query = 'SELECT ''x''', time_column = 'time', time_column = 'again')
            """
        let definition = ViewSet.Definition(sql: sql, updatedAt: nil)
        #expect(definition.option("extract_query") == "SELECT 1 FROM blocks WHERE time_column = 'no'")
        #expect(definition.option("count_src_query") == "SELECT 'x'")
        #expect(definition.option("time_column") == "time")
        #expect(definition.option("merge_sort_order") == nil)
    }

    @Test func logsAndMeasuresHaveRowsOfAnHourAtMost() throws {
        #expect(try view("measures").largestPartition == .hours(1))
        #expect(try view("blocks").largestPartition == .days(1))
    }
}
