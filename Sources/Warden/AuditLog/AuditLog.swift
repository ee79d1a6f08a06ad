import Glibc
public import PartitionLifecycle
public import UTCTime

/// The record of everything irreversible, written before and after it is done.
///
/// **Format.** A folder (0700) of segments (0600) named `00000001.jsonl` and on. A segment is JSON Lines: each record is
/// one object on one line, ended by a line feed; ``AuditChain`` lays down its fields and how each record vouches for all
/// before it. The chain goes on across segments. A segment is begun when the next record would make the last one longer
/// than the limit; a segment that was left is never written again. `run.lock` names the run at work; `….torn-…` files
/// keep what was cut off.
///
/// **Durability.** A record is written by one or more `write`s and is part of the log when `fsync` of its segment has
/// returned; the folder is synced when a segment is made. If either fails the log takes nothing more, since what is on
/// the disk is then unknown, and the work stops.
///
/// **Opening.** The whole chain is read. A last line without its line feed is what a crash leaves of a write that was never
/// answered: it is copied to `SEGMENT.torn-OFFSET`, cut off, and a record says so. Everything else that does not fit is
/// damage: the log is refused. There is no guessing: a last line that has its line feed and does not hash is damage, too.
public actor AuditLog {
    private let folder: AuditFolder
    private let lock: RunLock
    private let run: String
    private let now: @Sendable () -> Timestamp
    private let segmentLimit: Int
    private var chain: AuditChain
    private var segment: SegmentFile
    private var failure: AuditLogError?

    /// What earlier runs left behind, read when the log was opened.
    public nonisolated let history: AuditHistory
    /// What was cut off when the log was opened; nil where nothing was.
    public nonisolated let repair: String?

    /// Opens the log in a folder, or begins it, for one run; until ``close()`` no other run can.
    ///
    /// - Parameters:
    ///   - path: The folder. Where it is missing it is made.
    ///   - run: What names the run in each of its records.
    ///   - segmentLimit: The length in bytes past which a new segment is begun.
    ///   - now: This machine's clock.
    /// - Throws: ``AuditLogError`` for a folder that is not fit, another run at work, and a damaged log.
    public init(
        folder path: String, run: String, segmentLimit: Int = 64 << 20, now: @escaping @Sendable () -> Timestamp
    ) async throws(AuditLogError) {
        let folder = AuditFolder(path)
        try folder.prepare()
        let lock = try RunLock(folder, run: run, since: now())
        var history = AuditHistory()
        let scan = try Self.scan(folder) { history.add($0) }
        self.folder = folder
        self.lock = lock
        self.run = run
        self.now = now
        self.segmentLimit = segmentLimit
        self.chain = scan.chain
        self.history = history
        var repaired: AuditEntry?
        if let flaw = scan.verification.flaw {
            guard flaw.isTornTail else { throw Self.damaged(folder, flaw) }
            let kept = try TornTail(flaw, in: folder).keepAside()
            self.segment = try SegmentFile(opening: flaw.segment, in: folder, length: flaw.offset)
            self.repair = "record \(flaw.sequence) of the audit log broke off and was moved to \(kept)"
            repaired = AuditEntry(
                .logRepaired,
                reason: AuditReason(
                    rule: "torn_tail",
                    values: ["segment": flaw.segment, "offset": "\(flaw.offset)", "kept_in": kept]))
        } else if let last = scan.lastSegment {
            let path = folder.file(last)
            var status = stat()
            guard lstat(path, &status) == 0 else {
                throw AuditLogError(.inputOutput, "“\(path)” cannot be looked at", cause: systemWords())
            }
            self.segment = try SegmentFile(opening: last, in: folder, length: Int(status.st_size))
            self.repair = nil
        } else {
            self.segment = try SegmentFile(creating: AuditFolder.name(ofSegment: 1), in: folder)
            self.repair = nil
        }
        if let repaired { try append(repaired) }
    }

    /// Writes a record; returns when it is on the disk.
    ///
    /// - Throws: ``AuditLogError``. After a failed write or sync each further call throws `stopped`; an entry that is too
    ///   large (`tooLarge`) is not written and stops nothing.
    @discardableResult
    public func append(_ entry: AuditEntry) throws(AuditLogError) -> AuditRecord {
        if let failure {
            throw AuditLogError(
                .stopped, "the audit log is closed after an earlier failure: \(failure.message)", cause: failure.cause)
        }
        let record = AuditRecord(sequence: chain.count + 1, time: now(), run: run, entry: entry)
        var next = chain
        let line: [UInt8]
        do throws(AuditFlaw) {
            line = try chain.line(record, digest: SHA256.digest)
            try next.take(line, digest: SHA256.digest)
        } catch {
            throw AuditLogError(.tooLarge, "a record of kind \(entry.kind.rawValue) cannot be written: \(error)")
        }
        do throws(AuditLogError) {
            try write(line + [0x0A])
        } catch {
            failure = error
            throw error
        }
        chain = next
        return record
    }

    /// The number of the last record and its hash.
    public var head: (sequence: Int64, hash: String) { (chain.count, chain.head) }

    /// Ends the run's work on the log, so that another run can begin. Nothing can be appended any more.
    public func close() {
        if failure == nil { failure = AuditLogError(.stopped, "it was closed") }
        lock.release()
    }

    private func write(_ bytes: [UInt8]) throws(AuditLogError) {
        if segment.length > 0, segment.length + bytes.count > segmentLimit {
            let number = (AuditFolder.number(of: segment.name) ?? 0) + 1
            segment = try SegmentFile(creating: AuditFolder.name(ofSegment: number), in: folder)
        }
        try segment.append(bytes)
    }

    /// The segment's descriptor, so that tests can make it fail.
    var descriptor: Int32 { segment.descriptor }
}
