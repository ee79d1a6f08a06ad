import UTCTime

/// A listing arranged by the questions a planner asks of it, made once a plan.
struct LakeIndex: Sendable {
    /// The global rows of one view set.
    struct View: Sendable {
        /// Those of the current hash.
        var coverage: Coverage
        /// Those of other hashes.
        var old: DayIndex
        /// When the first of those of the current hash was written.
        var firstCurrent: Timestamp?
    }

    let catalog: Catalog
    /// The view sets that the server lists, each after what it reads.
    let order: [String]
    private let views: [String: View]
    private let nothing: View

    init(_ catalog: Catalog) {
        self.catalog = catalog
        order = ViewDependencies.order(catalog.viewSets.values)
        views = catalog.viewSets.mapValues { view in
            let rows = catalog.partitions(of: view.name)
            return View(
                coverage: Coverage(of: view.name, in: catalog),
                old: DayIndex(rows.lazy.filter { !catalog.isCurrent($0) }),
                firstCurrent: rows.lazy.filter(catalog.isCurrent).map(\.updated).min())
        }
        nothing = View(coverage: Coverage(of: "", in: catalog), old: DayIndex([]), firstCurrent: nil)
    }

    subscript(viewSet: String) -> View { views[viewSet] ?? nothing }
}
