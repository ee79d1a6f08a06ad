import Configuration
import PartitionLifecycle
import UTCTime

/// A line of the plan: what is done to a view on a run of days.
struct PlanRow: Sendable, Hashable {
    var action: Action
    var viewSet: String
    /// The days, in the order in which they are worked on; empty where rows have none.
    var days: [CalendarDay]
    var partitions: Int
    var bytes: Int64
    var policy: String
    /// What else is to be known: the order, the reason.
    var note: String

    /// What is done; the sign stands before each such line everywhere.
    enum Action: String, Sendable, Hashable {
        case rebuild = "~ rebuild"
        case retire = "- retire"
        case hold = "= hold"

        var role: Look.Role {
            switch self {
            case .rebuild: .rebuild
            case .retire: .retire
            case .hold: .hold
            }
        }
    }

    /// The days for people: one range where all between its ends are meant, else also how many they are.
    var dayText: String {
        guard let first = days.first, let last = days.last else { return "" }
        let range = dayRange(first, last)
        return DayRun.runs(days).count == 1 ? range : "\(range), \(counted(days.count, "day"))"
    }

    /// Every line of a plan: rebuilds in the order in which views are made, then retirements, then holds.
    static func rows(of plan: Plan) -> [PlanRow] {
        rebuilds(plan) + plan.retirements.map(retirement(plan.now)) + HoldGroup.groups(plan.holds).map(\.row)
    }

    private static func rebuilds(_ plan: Plan) -> [PlanRow] {
        let views = viewOrder(plan)
        var rows: [PlanRow] = []
        for viewSet in views {
            let rebuilds = plan.days.flatMap(\.views).filter { $0.viewSet == viewSet }
            let keys = rebuilds.map(\.policy).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            for policy in keys {
                let own = rebuilds.filter { $0.policy == policy }
                let inputs = own[0].reads.filter(views.contains)
                for run in DayRun.runs(own.map(\.day)) {
                    let old = own.filter { run.days.contains($0.day) }.flatMap(\.old)
                    rows.append(
                        PlanRow(
                            action: .rebuild, viewSet: viewSet, days: run.days, partitions: old.count,
                            bytes: old.reduce(0) { $0 + $1.fileSize }, policy: policy,
                            note: inputs.isEmpty ? "" : "after \(inputs.joined(separator: ", "))"))
                }
            }
        }
        return rows
    }

    /// The views that are rebuilt: each behind those that stand before it on any day.
    private static func viewOrder(_ plan: Plan) -> [String] {
        var order: [String] = []
        for day in plan.days {
            var place = 0
            for view in day.views.map(\.viewSet) {
                if let known = order.firstIndex(of: view) {
                    place = max(place, known + 1)
                } else {
                    order.insert(view, at: min(place, order.count))
                    place += 1
                }
            }
        }
        return order
    }

    private static func retirement(_ now: Timestamp) -> (Retirement) -> PlanRow {
        { retirement in
            let rows = retirement.partitions
            return PlanRow(
                action: .retire, viewSet: retirement.viewSet, days: Set(rows.map(\.day)).sorted(),
                partitions: rows.count, bytes: rows.reduce(0) { $0 + $1.fileSize }, policy: retirement.policy,
                note: note(retirement, now))
        }
    }

    private static func note(_ retirement: Retirement, _ now: Timestamp) -> String {
        switch retirement.reason {
        case .rebuiltWhenQueried: return "old schema; the next query rebuilds it"
        case .doubled: return "holds its objects twice; the next query writes it anew"
        case .age(let limit):
            let ages = retirement.partitions.map { $0.age(at: now) }
            guard let youngest = ages.min(), let oldest = ages.max() else { return "" }
            let (from, to) = (youngest.policyText, oldest.policyText)
            return "age \(from == to ? from : "\(from) to \(to)"), over \(limit.policyText)"
        }
    }
}

/// Neighbouring days, forwards or backwards.
struct DayRun: Sendable, Hashable {
    var days: [CalendarDay]

    var text: String { dayRange(days[0], days[days.count - 1]) }

    /// The runs that days form, in their order; a day that is there twice counts once.
    static func runs(_ days: [CalendarDay]) -> [DayRun] {
        var runs: [DayRun] = []
        for day in days {
            guard let run = runs.last, let last = run.days.last else {
                runs.append(DayRun(days: [day]))
                continue
            }
            if day == last { continue }
            let step = day.daysSinceEpoch - last.daysSinceEpoch
            let direction =
                run.days.count > 1 ? last.daysSinceEpoch - run.days[run.days.count - 2].daysSinceEpoch : step
            if abs(step) == 1, step == direction {
                runs[runs.count - 1].days.append(day)
            } else {
                runs.append(DayRun(days: [day]))
            }
        }
        return runs
    }
}
