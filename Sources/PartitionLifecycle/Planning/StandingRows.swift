import UTCTime

/// The rows of the current hash that already stand in the ranges to be made: they are built on, not made again.
struct StandingRows {
    /// Ranges in which work is left: hours to make, or rows to merge.
    private(set) var open: [InsertRange] = []
    /// Ranges that one row covers already, with that row: no merge would come to pass there.
    private(set) var finished: [(bucket: InsertRange, row: PartitionIdentity)] = []
    /// A row that a shadow call would replace, or that would make it do nothing.
    private(set) var inTheWay: PartitionIdentity?

    private let coverage: Coverage

    init(coverage: Coverage, geometry: RebuildGeometry) {
        self.coverage = coverage
        for bucket in geometry.buckets {
            let rows = coverage.rows(meeting: bucket)
            let tiled = coverage.tiles(bucket)
            if let whole = rows.first(where: { $0.range == bucket || !bucket.contains($0.range) }) {
                if tiled { finished.append((bucket, whole.identity)) } else { inTheWay = inTheWay ?? whole.identity }
                continue
            }
            open.append(bucket)
            for run in coverage.untiledRuns(in: bucket) {
                // A shadow of an interrupted run may stand: one that is exactly what would be made is left alone.
                let cells = Set(run.divided(by: geometry.shadowLength))
                let stranger = coverage.rows(meeting: run).first { !cells.contains($0.range) }
                inTheWay = inTheWay ?? stranger?.identity
            }
        }
    }

    /// The runs of whole hours that are not tiled yet.
    func untiledRuns() -> [InsertRange] { open.flatMap(coverage.untiledRuns).joined() }
}
