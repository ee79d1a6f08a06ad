import PartitionLifecycle
import Testing
import UTCTime
import Warden

@testable import lakewarden

@Suite struct PlanScreenTests {
    static let next = NextCommands(OptionValues(given: [.config: ["config/quickstart.yaml"]]))

    func dryRun(_ report: RunReport, _ look: Look = Look()) -> String {
        var page = PlanScreen.page(report, look)
        page.add(Closing.page(report, Self.next, look))
        return page.text
    }

    @Test func `a dry run says how the lake is, what would be done and why, and what to type next`() {
        #expect(
            dryRun(MorningAfter.report(.planned)) == """
                lake grpc://127.0.0.1:50051 (0.33-like), 2026-11-21 06:14:03Z: 1,486 partitions, 6 views (0.02 s)

                Old schemas: 336 partitions in 2 views answer no query since 2026-11-19 23:14:03Z
                  view         days           old partitions  rows in them  rows a query sees
                  log_entries  2026-11-12…18             168         1,680                  0
                  measures     2026-11-12…18             168        20,402                  7

                Plan 3f9a1c
                             view          days           partitions       size  policy           note
                  ~ rebuild  blocks        2026-11-18…13         144    5.5 MiB  evolution
                  ~ rebuild  log_entries   2026-11-18…13         144    5.5 MiB  evolution        after blocks
                  - retire   thread_spans  2026-11-17              1   39.1 KiB  evolution
                             old schema; the next query rebuilds it
                  - retire   async_events  2026-10-02…06           5  195.3 KiB  spans-two-weeks
                             age 46d 5h to 50d 5h, over 14d
                  = hold     log_entries   2026-11-12             24  937.5 KiB  evolution
                             last copy: its telemetry is gone (current blocks: 0 of 240)
                held: keep it, or retire it by a retention policy once it is not worth keeping

                6 days of 2 views to rebuild, 6 partitions to retire, 24 held, 1,031 kept.
                Without proved replacement go 6 of at most 1,000 partitions, 234.4 KiB of at most 100.0 GiB.

                Nothing was changed. To do this:
                  lakewarden apply --config config/quickstart.yaml --yes

                """)
    }

    @Test func `without Unicode it is the same in ASCII`() {
        let text = dryRun(MorningAfter.report(.planned), Look(unicode: false))
        #expect(text.utf8.allSatisfy { $0 < 128 })
        #expect(text.contains("  ~ rebuild  blocks        2026-11-18..13         144    5.5 MiB  evolution\n"))
    }

    @Test func `no line is wider than the terminal, and a note has the room it needs`() {
        let narrow = dryRun(MorningAfter.report(.planned), Look(width: 90))
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 90 })
        let wide = dryRun(MorningAfter.report(.planned), Look(width: 200))
        #expect(wide.contains("spans-two-weeks  age 46d 5h to 50d 5h, over 14d\n"))
    }

    @Test func `colour changes no letter`() {
        let colored = dryRun(MorningAfter.report(.planned), Look(color: true))
        #expect(colored.contains("\u{1B}[33m~ rebuild\u{1B}[0m"))
        let pieces = colored.split(separator: "\u{1B}[", omittingEmptySubsequences: false)
        let bare = pieces.dropFirst().reduce(String(pieces[0])) { $0 + $1.drop { $0 != "m" }.dropFirst() }
        #expect(bare == dryRun(MorningAfter.report(.planned)))
    }

    @Test func `an empty plan says that there is nothing to do, and what is held all the same`() {
        let empty = Plan(now: MorningAfter.now, kept: 1486)
        #expect(
            dryRun(MorningAfter.report(.planned, plan: empty)) == """
                lake grpc://127.0.0.1:50051 (0.33-like), 2026-11-21 06:14:03Z: 1,486 partitions, 6 views (0.02 s)

                Nothing to do: the lake is what its policies ask for.

                """)
        var held = empty
        held.holds = MorningAfter.plan.holds
        let text = dryRun(MorningAfter.report(.applied, plan: held))
        #expect(
            text.hasSuffix("Nothing to do: the lake is what its policies ask for, but for 24 partitions held above.\n"))
    }

    @Test func `a long list is cut, says so, and is whole with --all`() {
        var plan = Plan(now: MorningAfter.now)
        plan.retirements = (1...32).map { number in
            Retirement(
                policy: "old", viewSet: "view\(number)",
                partitions: [MorningAfter.row("view\(number)", MorningAfter.lost)],
                reason: .age(keepNewerThan: .days(3)))
        }
        let cut = dryRun(MorningAfter.report(.planned, plan: plan))
        #expect(cut.contains("view20"))
        #expect(!cut.contains("view21"))
        #expect(cut.contains("\n  … and 12 more; --all shows them\n"))
        let whole = dryRun(MorningAfter.report(.planned, plan: plan), Look(showsAll: true))
        #expect(whole.contains("view32"))
        #expect(!whole.contains("--all"))
    }

    @Test func `days with gaps between them say how many they are`() {
        var plan = Plan(now: MorningAfter.now)
        plan.days = [MorningAfter.days[0], MorningAfter.days[1], MorningAfter.days[4]]
        #expect(
            PlanRow.rows(of: plan).map(\.dayText) == ["2026-11-18…17", "2026-11-14", "2026-11-18…17", "2026-11-14"])
        plan.retirements = [
            Retirement(
                policy: "p", viewSet: "v",
                partitions: [1, 2, 30].map { MorningAfter.row("v", MorningAfter.today.advanced(by: -$0)) },
                reason: .age(keepNewerThan: .hours(1)))
        ]
        #expect(PlanRow.rows(of: plan).last?.dayText == "2026-10-22…11-20, 3 days")
    }

    @Test func `a view that is missing on a day keeps its place in the order`() {
        let day = MorningAfter.today.advanced(by: -3)
        let views = { (names: [String]) in names.map { MorningAfter.rebuild($0, day, reads: []) } }
        let plan = Plan(
            now: MorningAfter.now,
            days: [
                DayRebuild(day: day, views: views(["blocks", "log_stats"])),
                DayRebuild(day: day, views: views(["blocks", "streams", "log_entries", "log_stats"])),
            ])
        let order = PlanRow.rows(of: plan).map(\.viewSet).reduce(into: [String]()) {
            if $0.last != $1 { $0.append($1) }
        }
        #expect(order == ["blocks", "streams", "log_entries", "log_stats"])
    }

    @Test func `what a server names cannot write to the terminal`() {
        var plan = MorningAfter.plan
        plan.unseen[0].viewSet = "evil\u{1B}[2J\nname"
        let text = dryRun(MorningAfter.report(.planned, plan: plan))
        #expect(text.contains("  evil\\u{1b}[2J name  "))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `holds of one kind are one line, with the counts of last copies added up`() {
        let days = [0, 1].map { MorningAfter.lost.advanced(by: $0) }
        let hold = { (day: CalendarDay, reason: Hold.Reason) in
            Hold(policy: "p", viewSet: "v", day: day, partitions: [MorningAfter.row("v", day)], reason: reason)
        }
        let holds =
            days.map { hold($0, .lastCopy(input: "blocks", found: 1, recorded: 10)) }
            + days.map { hold($0, .expiring(at: $0.start)) }
        #expect(
            HoldGroup.groups(holds).map(\.row.note) == [
                "last copy: its telemetry is gone (current blocks: 2 of 20)",
                "expiring: the lakehouse deletes it at 2026-11-12T00:00:00Z (and 1 other like it)",
            ])
        #expect(HoldGroup.cures(holds) == ["keep it, or retire it by a retention policy once it is not worth keeping"])
    }
}
