import Micromegas
import PartitionLifecycle
import UTCTime

/// What the rows that one materialization answered say, held against what the call was for.
///
/// It never says that something was done: only a listing does. It says whether there is a reason to stop.
struct MaterializeAnswer {
    /// The rows' texts, as they came.
    private(set) var messages: [String] = []
    /// The first row of each bucket.
    private(set) var opening: [InsertRange: MaterializationRow] = [:]
    /// Why the day must stop, in the order found; empty where nothing is wrong.
    private(set) var trouble: [String] = []

    private let call: MaterializeCall
    private let isMerge: Bool
    private let buckets: Set<InsertRange>

    init(to call: MaterializeCall, isMerge: Bool) {
        self.call = call
        self.isMerge = isMerge
        self.buckets = Set(call.buckets)
    }

    /// Buckets that were begun, or found to need nothing.
    var bucketsOpened: Int { opening.count }

    /// Takes the next row.
    mutating func take(_ row: MaterializationRow, message: String) {
        messages.append(message)
        if row.isTrouble { trouble.append(Self.firstLine(of: row)) }
        if let bucket = row.opened { open(bucket, with: row) }
        if case .retireFound(let bucket, let count) = row {
            let range = InsertRange(bucket.begin, bucket.end)
            let expected = call.mayRemove.count { range.contains($0.range) }
            if count > Int64(expected) {
                trouble.append("\(range): \(count) rows were replaced where the listing showed \(expected)")
            }
        }
    }

    /// What the rows lack once the stream has ended well.
    mutating func finish() {
        for bucket in call.buckets where opening[bucket] == nil {
            trouble.append("\(bucket): the server said nothing about it")
            return
        }
    }

    private mutating func open(_ bucket: Bucket, with row: MaterializationRow) {
        let range = InsertRange(bucket.begin, bucket.end)
        guard bucket.viewSet == call.viewSet, bucket.instance == "global", buckets.contains(range) else {
            trouble.append("\(bucket) was worked on and was not asked for")
            return
        }
        opening[range] = row
        guard isMerge else { return }
        // Any other beginning means that the counts moved since they were compared: the rows are made anew from a
        // source that nobody looked at.
        if case .merging = row { return }
        trouble.append("\(range): the merge began with “\(Self.firstLine(of: row))” instead of merging")
    }

    private static func firstLine(of row: MaterializationRow) -> String {
        switch row {
        case .failure(let text), .unknown(let text), .unreadableBlock(let text):
            text.split(whereSeparator: \.isNewline).prefix(4).joined(separator: " ")
        case .overlapAborted(let bucket, let begin, let end):
            "\(bucket): a partition \(begin)…\(end) lies across it, nothing was done"
        case .sourceChanged(_, let source, let partition): "source now \(source), was \(partition): made anew"
        case .upToDate: "already up to date"
        case .subpartitionsPresent: "subpartitions already present"
        case .matchingPartitionsNotFound: "matching partitions not found"
        default: "\(row)"
        }
    }
}
