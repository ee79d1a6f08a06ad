import PartitionLifecycle
import Testing
import UTCTime
import Warden

@testable import lakewarden

@Suite struct ProofScreenTests {
    func outcome(_ report: RunReport, _ look: Look = Look()) -> String {
        var page = ProofScreen.page(report, look)
        page.add(Closing.page(report, PlanScreenTests.next, look))
        return page.text
    }

    @Test func `a run that went well shows its proof and what to type next`() {
        #expect(
            outcome(MorningAfter.done) == """
                Proof: old partitions against the new ones in their place
                     view         days           rows before  after  sources before  after  a query answers
                  ✓  blocks       2026-11-18…13        1,440  1,440           1,440  1,440            1,440
                  ✓  log_entries  2026-11-18…13        1,440  1,440           1,440  1,440            1,440

                Retired, by the listing afterwards
                  view          policy           asked  gone       size
                  thread_spans  evolution            1     1   39.1 KiB
                  async_events  spans-two-weeks      5     5  195.3 KiB

                Old-schema partitions left: 0; held: 24 (log_entries 24).

                Done: 6 days rebuilt and equal, 6 partitions retired; 24 held. Audit head 9b1d…42 (record 318).
                What is left to do, and what was done:
                  lakewarden apply --config config/quickstart.yaml --dry-run
                  lakewarden audit verify

                """)
    }

    @Test func `what was not proved is told apart, with what was found`() {
        #expect(
            outcome(MorningAfter.inPart) == """
                Proof: old partitions against the new ones in their place
                     view         days    rows before  after  sources before  after  a query answers
                  ✓  blocks       5 days        1,200  1,200           1,200  1,200            1,200
                  ✓  log_entries  3 days          720    720             720    720              720

                Not proved
                  view         days                    finding
                  blocks       2026-11-17     unknown  the connection was lost after 11 of 24 hours were merged
                  log_entries  2026-11-17     skipped  blocks, which it reads, is unknown
                  log_entries  2026-11-16…15  failed   238 rows in the shadows, 240 in the old partitions

                Retired, by the listing afterwards
                  view          policy           asked  gone       size  held  finding
                  thread_spans  evolution            0     0        0 B     1  1 of 1 sampled payloads is gone
                  async_events  spans-two-weeks      5     5  195.3 KiB

                Old-schema partitions left: 37 (blocks 13, log_entries 24); held: 72 (log_entries 72).

                Done in part: 3 days rebuilt and equal, 5 partitions retired, 2 failed, 1 unknown, 1 skipped; 25
                held. Audit head 9b1d…42 (record 318).
                What is unknown may have been carried out; the next run lists the lake again and decides by that.
                What is left to do, and what was done:
                  lakewarden apply --config config/quickstart.yaml --dry-run
                  lakewarden audit verify

                """)
    }

    @Test func `an interrupted run says so and goes on next time`() {
        var report = MorningAfter.done
        report.conclusion = .interrupted
        report.rebuilds[11].state = .skipped(finding: "interrupted")
        let text = outcome(report)
        #expect(text.contains("Interrupted: 5 days rebuilt and equal, 6 partitions retired, 1 skipped; 24 held."))
        #expect(text.contains("The next run goes on where this one stopped.\n"))
    }

    @Test func `a figure that was not counted is left out, not shown as 0`() {
        var report = MorningAfter.done
        for place in report.rebuilds.indices { report.rebuilds[place].queryAnswers = nil }
        #expect(!outcome(report).contains("a query answers"))
    }

    @Test func `a refused run names each reason with its cure`() {
        let views = ["blocks", "log_entries", "measures", "processes", "streams"]
        let report = MorningAfter.report(
            .refused([.tooManyPartitions(planned: 1204, allowed: 1000), .hiddenListing(globalViews: views)]))
        #expect(
            Closing.page(report, PlanScreenTests.next, Look()).text == """
                refused: more partitions would go without proved replacement than the guard rails allow
                  who    the policies of this file together
                  why    1204 partitions, at most 1000 a run
                  cure   read the plan; if it is what you want, raise guard_rails.lost.partitions to 1204, or keep
                         more
                  state  nothing was changed

                refused: the listing holds no global partition although the server has global views
                  who    this caller, and the global views blocks, log_entries, measures, processes, streams
                  why    either this caller is shown only a part of the lake, or the lake is new and empty: both
                         look the same, and nothing can be concluded from what is not listed
                  cure   give this caller the right to see the whole lake (an admin, or an audience that covers
                         everything)
                  state  nothing was changed

                """)
    }

    @Test func `a failure names who, why, cure and state`() {
        let failure = RunFailure(
            what: "the lake offers this caller no function to retire partitions",
            who: "warden@example.com, from the token in token_file",
            why: "the server answers “Invalid function 'retire_partition_by_file'”",
            cure: "add user:warden@example.com to the server's admins, then run this again")
        #expect(
            ErrorBlock.page(failure, Look(unicode: false)).text == """
                error: the lake offers this caller no function to retire partitions
                  who    warden@example.com, from the token in token_file
                  why    the server answers "Invalid function 'retire_partition_by_file'"
                  cure   add user:warden@example.com to the server's admins, then run this again
                  state  nothing was changed

                """)
    }

    @Test func `an audit log that is whole gives its head`() {
        let result = AuditReport(
            folder: "audit", segments: 2, records: 318, head: MorningAfter.head, openIntents: 1)
        #expect(
            AuditScreen.page(result, Look()).text == """
                audit is whole: 318 records in 2 segments follow from one another.
                  head 9b1d4c6e8f0a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d0e2f4a6b8c0d1e3f5a7b42 (record 318)
                1 intent without an outcome: a run ended in the middle of a call. The next run lists the lake and
                decides by that.
                Keep the head elsewhere: a log that was cut or written anew has another one.

                """)
    }

    @Test func `an audit log that was altered names the first bad line`() {
        let bad = AuditReport.BadRecord(
            segment: "000001.jsonl", line: 17, finding: "its hash is not that of its line")
        let result = AuditReport(
            folder: "audit", segments: 1, records: 16, head: AuditHead(sequence: 16, hash: "ab"), firstBad: bad)
        #expect(
            AuditScreen.page(result, Look()).text == """
                error: the audit log is not as it was written
                  who    audit/000001.jsonl, line 17
                  why    its hash is not that of its line
                  cure   keep the folder as evidence, find out who wrote to it, and go on with a new folder (--audit
                         FOLDER)
                  state  records up to 16 are whole

                """)
    }

    @Test func `commands to type next carry the options that were given, as a shell reads them`() {
        let next = NextCommands(
            OptionValues(given: [.config: ["my lake.yaml"], .audit: ["it's"], .lake: ["grpc://[::1]:1"], .yes: []]))
        #expect(next.apply == "lakewarden apply --config 'my lake.yaml' --audit 'it'\\''s' --lake 'grpc://[::1]:1'")
        #expect(next.auditVerify == "lakewarden audit verify --audit 'it'\\''s'")
    }
}
