import Micromegas
import PartitionLifecycle
import UTCTime

/// A run whose plan is made: what it says of itself so far, and the listing that it was made from.
struct PlannedRun {
    var report: RunReport
    var catalog: Catalog
    let evidence: Evidence
    let capabilities: Capabilities

    /// Reads the lake and plans.
    init(
        _ policies: PolicySet, lake: Lake, history: AuditHistory, progress: @Sendable (RunProgress) -> Void
    ) async throws {
        progress(.reading("the catalog"))
        let reading = try await lake.read(history: history)
        catalog = reading.catalog
        evidence = reading.evidence
        capabilities = reading.capabilities
        progress(.listed(reading.summary))
        var stops: [Stop] = []
        var plan: Plan
        do throws(PlanRefused) {
            plan = try Planner(policies).plan(catalog, evidence: evidence)
        } catch {
            (stops, plan) = (error.stops, error.plan)
        }
        // A caller without the right is told at once, not by the first call; failed proofs retire their shadows.
        let isIdle = plan.isEmpty && capabilities.isAdmin
        let missing = capabilities.missing(
            materializing: !capabilities.isAdmin || !plan.days.isEmpty, retiring: !isIdle)
        if !missing.isEmpty { stops.append(.functionsMissing(missing)) }
        report = RunReport(
            lake: reading.summary, plan: plan, planID: plan.shortDigest, guardRails: policies.guardRails,
            conclusion: stops.isEmpty ? .planned : .refused(stops))
    }

    /// Ends a run that has nothing to do.
    mutating func finishWithoutSteps() {
        report.conclusion = .applied
        report.oldLeft = catalog.oldPartitionsLeft(holds: report.plan.holds)
    }

    /// Follows the plan: days first, then just-in-time rows, then what retention asks for.
    mutating func follow(_ context: RunContext) async throws {
        let plan = report.plan
        context.progress(.began(days: plan.days.count, retirements: plan.retirements.count))
        catalog = try await context.list()
        let check = PlanCheck(policies: context.policies, catalog: catalog, evidence: evidence)
        if let fault = check.faults(of: plan).first {
            throw RunFailure(
                what: "the plan is not followed", why: "\(fault)",
                cure:
                    "the lake changed while the plan was made, or the plan is wrong; run this again, and report it if it stays"
            )
        }
        report.conclusion = .applied
        for (index, day) in plan.days.enumerated() {
            context.progress(.day(day.day, number: index + 1, of: plan.days.count))
            var run = DayRun(context: context, day: day)
            report.rebuilds += try await run.perform(&catalog)
        }
        for retirement in plan.retirements {
            let outcome = try await RetireRun(context: context).perform(retirement, &catalog)
            report.retirements.append(outcome)
        }
        if context.isStopping() { report.conclusion = .interrupted }
        catalog = try await context.list()
        report.oldLeft = catalog.oldPartitionsLeft(holds: plan.holds)
        report.rebuilds = try await context.queryAnswers(report.rebuilds, of: plan, in: catalog)
    }
}
