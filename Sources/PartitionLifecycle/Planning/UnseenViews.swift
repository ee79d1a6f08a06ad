import UTCTime

extension LakeIndex {
    /// What queries do not see: the views whose old global rows no query reads, in dependency order. Just-in-time rows
    /// are not among them, for a query makes those anew.
    func unseenViews() -> [UnseenView] {
        order.compactMap { viewSet in
            let view = self[viewSet]
            let days = view.old.days
            guard let first = days.min(), let last = days.max() else { return nil }
            var (partitions, rows, seen): (Int, Int64, Int64) = (0, 0, 0)
            for day in days {
                let old = view.old.rows(touching: day).filter { $0.day == day }
                partitions += old.count
                rows = rows.addingHeld(old.largestCopy(\.rows))
                seen = seen.addingHeld(
                    view.coverage.rows(overlapping: InsertRange(day)).filter { $0.day == day }.sum(\.rows))
            }
            return UnseenView(
                viewSet: viewSet, days: first...last, partitions: partitions, rows: rows, rowsSeen: seen,
                since: view.firstCurrent)
        }
    }
}
