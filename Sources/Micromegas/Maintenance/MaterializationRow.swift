public import UTCTime

/// One row that a materialization or regeneration answers: a line of the server's log (contract §4).
///
/// No row says that something was committed; only a listing shows that.
public enum MaterializationRow: Sendable, Hashable {
    /// Nothing is there yet for the bucket: it is made from its source.
    case matchingPartitionsNotFound(Bucket)
    /// The bucket's partition was made from another count of source objects than there are now: it is made anew.
    case sourceChanged(Bucket, source: Int64, partition: Int64)
    /// The bucket's partition counts as many source objects as there are: nothing is done.
    case upToDate(Bucket, sourceEvents: Int64)
    /// The view cannot have partitions this long, and has shorter ones: nothing is done.
    case subpartitionsPresent(Bucket)
    /// A partition lies across the bucket's border: nothing was done.
    case overlapAborted(Bucket, overlapBegin: Timestamp, overlapEnd: Timestamp)
    /// Several partitions within the bucket become one.
    case merging(Bucket, partitions: Int64, bytes: Int64)
    /// The merge was written.
    case mergeCompleted(Bucket)
    /// The bucket's rows are being computed.
    case writing(Bucket)
    /// So many blocks are being read.
    case readingBlocks(Int64)
    /// The bucket has no row.
    case creatingEmptyPartition(Bucket)
    /// The partition is about to be recorded, with so many source objects.
    case partitionWriteStart(Bucket, sourceRows: Int64)
    /// So many rows, of any hash, contained in the bucket are about to be replaced.
    case retireFound(Bucket, partitions: Int64)
    /// The file of a replaced row, by its path, is to be deleted.
    case addingOutOfDate(path: String)
    /// A source block could not be read and was left out; the partition will count as whole all the same.
    case unreadableBlock(String)
    /// The call failed, under gRPC's OK. Further rows may follow, and damage with them.
    case failure(String)
    /// A row that is not on the contract's list.
    case unknown(String)

    /// What a row's text says. Every known form is matched as a whole; a text that merely resembles one is unknown.
    ///
    ///     if case .failure(let reason) = MaterializationRow(message: text) { print(reason) }
    public init(message: String) {
        self =
            Self.failed(message) ?? Self.aboutBucket(message) ?? Self.progress(message) ?? Self.written(message)
            ?? .unknown(message)
    }

    /// Whether the work must stop at this row and look for damage: a failure, a block left out, an unknown row, or a
    /// bucket that was not touched because a row lies across its border.
    public var isTrouble: Bool {
        switch self {
        case .failure, .unknown, .unreadableBlock, .overlapAborted: true
        default: false
        }
    }

    /// The bucket whose work begins, or is found needless, with this row; nil for any other row.
    public var opened: Bucket? {
        switch self {
        case .matchingPartitionsNotFound(let bucket), .sourceChanged(let bucket, _, _), .upToDate(let bucket, _),
            .subpartitionsPresent(let bucket), .overlapAborted(let bucket, _, _), .merging(let bucket, _, _):
            bucket
        default: nil
        }
    }
}

extension MaterializationRow {
    private static func failed(_ message: String) -> MaterializationRow? {
        if message.contains("materialize_partitions_impl") || message.contains("regenerate_partitions_impl") {
            return .failure(message)
        }
        return message.contains("processing source block ") ? .unreadableBlock(message) : nil
    }

    /// `[begin, end] view instance: …`.
    private static func aboutBucket(_ message: String) -> MaterializationRow? {
        var text = TextScanner(message)
        guard text.take("[") != nil, let begin = text.takeTime(upTo: ", "), let end = text.takeTime(upTo: "] "),
            let viewSet = text.take(upTo: " "), let instance = text.take(upTo: ": ")
        else { return nil }
        let bucket = Bucket(viewSet: String(viewSet), instance: String(instance), begin: begin, end: end)
        switch text.rest {
        case "matching partitions not found": return .matchingPartitionsNotFound(bucket)
        case "subpartitions already present": return .subpartitionsPresent(bucket)
        default: return counted(bucket, text) ?? merged(bucket, text) ?? aborted(bucket, text)
        }
    }

    private static func counted(_ bucket: Bucket, _ scanner: TextScanner) -> MaterializationRow? {
        var text = scanner
        if text.take("already up to date, nb_source_events=") != nil {
            guard let events = text.takeInteger(), text.isAtEnd else { return nil }
            return .upToDate(bucket, sourceEvents: events)
        }
        guard text.take("existing partitions do not match source data (") != nil, let source = text.takeInteger(),
            text.take(" vs ") != nil, let partition = text.takeInteger(),
            text.take(") : creating a new partition") != nil, text.isAtEnd
        else { return nil }
        return .sourceChanged(bucket, source: source, partition: partition)
    }

    private static func merged(_ bucket: Bucket, _ scanner: TextScanner) -> MaterializationRow? {
        var text = scanner
        if text.take("merge completed in ") != nil {
            let isDuration = text.rest.allSatisfy { $0.isNumber || ".nµms".contains($0) } && !text.isAtEnd
            return isDuration ? .mergeCompleted(bucket) : nil
        }
        guard text.take("merging ") != nil, let partitions = text.takeInteger(),
            text.take(" partitions sum_size=") != nil, let bytes = text.takeInteger(), text.isAtEnd
        else { return nil }
        return .merging(bucket, partitions: partitions, bytes: bytes)
    }

    private static func aborted(_ bucket: Bucket, _ scanner: TextScanner) -> MaterializationRow? {
        var text = scanner
        guard text.take("found overlapping partition [") != nil, let begin = text.takeTime(upTo: ", "),
            let end = text.takeTime(upTo: "], "), text.rest == "aborting the update"
        else { return nil }
        return .overlapAborted(bucket, overlapBegin: begin, overlapEnd: end)
    }

    /// What is told between a bucket's first row and its commit.
    private static func progress(_ message: String) -> MaterializationRow? {
        var text = TextScanner(message)
        if text.take("writing [") != nil { return bracketed(text).map(Self.writing) }
        if text.take("creating empty partition record for [") != nil {
            return bracketed(text).map(Self.creatingEmptyPartition)
        }
        if text.take("reading ") != nil {
            guard let blocks = text.takeInteger(), text.rest == " blocks" else { return nil }
            return .readingBlocks(blocks)
        }
        guard text.take("adding out of date partition ") != nil,
            let path = text.take(upTo: " to temporary files to be deleted"), text.isAtEnd, !path.isEmpty
        else { return nil }
        return .addingOutOfDate(path: String(path))
    }

    /// `view, instance] begin end`.
    private static func bracketed(_ scanner: TextScanner) -> Bucket? {
        var text = scanner
        guard let viewSet = text.take(upTo: ", "), let instance = text.take(upTo: "] "),
            let begin = text.takeTime(upTo: " "), let end = try? Timestamp(rfc3339: String(text.rest))
        else { return nil }
        return Bucket(viewSet: String(viewSet), instance: String(instance), begin: begin, end: end)
    }

    /// `[PARTITION_WRITE_START] …` and `[RETIRE_FOUND] …`.
    private static func written(_ message: String) -> MaterializationRow? {
        var text = TextScanner(message)
        if text.take("[PARTITION_WRITE_START] ") != nil {
            guard let bucket = tagged(&text), text.take(" source_rows=") != nil, let rows = text.takeInteger(),
                text.rest == " - lock acquired"
            else { return nil }
            return .partitionWriteStart(bucket, sourceRows: rows)
        }
        guard text.take("[RETIRE_FOUND] ") != nil, let bucket = tagged(&text), text.take(" found_partitions=") != nil,
            let partitions = text.takeInteger(), text.isAtEnd
        else { return nil }
        return .retireFound(bucket, partitions: partitions)
    }

    /// `view=blocks/global time_range=[begin, end]`.
    private static func tagged(_ text: inout TextScanner) -> Bucket? {
        guard text.take("view=") != nil, let viewSet = text.take(upTo: "/"),
            let instance = text.take(upTo: " time_range=["), let begin = text.takeTime(upTo: ", "),
            let end = text.takeTime(upTo: "]")
        else { return nil }
        return Bucket(viewSet: String(viewSet), instance: String(instance), begin: begin, end: end)
    }
}
