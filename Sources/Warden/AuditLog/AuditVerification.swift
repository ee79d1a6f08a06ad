public import PartitionLifecycle

/// What reading an audit log from its first record to its last found.
public struct AuditVerification: Sendable, Hashable {
    /// Records that are what was written, in one chain from the first.
    public var records: Int64
    /// The hash of the last of them, 64 hexadecimal digits; zeros where there is none.
    public var head: String
    /// Segments.
    public var segments: Int
    /// The first thing that is wrong; nil where nothing is.
    public var flaw: Flaw?

    /// Where a log stops being what was written.
    public struct Flaw: Sendable, Hashable, CustomStringConvertible {
        /// The segment's file name.
        public var segment: String
        /// The line, from 1 on.
        public var line: Int
        /// Where in the file the line begins, in bytes.
        public var offset: Int
        /// The number of the record that belongs there.
        public var sequence: Int64
        /// What is wrong, as a sentence without its subject.
        public var what: String
        /// Whether this is the log's last line and it breaks off: what a crash leaves of a write that was never
        /// answered with success. Anything else was changed afterwards.
        public var isTornTail: Bool

        /// `record 17 (00000001.jsonl, line 17): its bytes were changed …`.
        public var description: String { "record \(sequence) (\(segment), line \(line)): \(what)" }
    }
}

extension AuditLog {
    /// Reads a whole log and checks every record: its form, its bytes, its number and its place in the chain.
    ///
    /// - Parameter each: Called with each good record, in order.
    /// - Throws: ``AuditLogError`` where the folder or a segment cannot be read. A bad record is no error here: it is the
    ///   answer's ``AuditVerification/flaw``.
    public static func verify(
        folder path: String, each: (AuditRecord) -> Void = { _ in }
    ) throws(AuditLogError) -> AuditVerification {
        try scan(AuditFolder(path), each: each).verification
    }

    /// What the records of a log tell a planner. Nothing is written, and no lock is needed: what another run is just
    /// writing is not seen.
    ///
    /// - Throws: ``AuditLogError`` as of ``verify(folder:each:)``, and for a bad record.
    public static func history(folder path: String) throws(AuditLogError) -> AuditHistory {
        try SHA256.require()
        let folder = AuditFolder(path)
        var history = AuditHistory()
        guard folder.exists else { return history }
        try folder.check()
        let found = try scan(folder) { history.add($0) }.verification
        if let flaw = found.flaw, !flaw.isTornTail { throw damaged(folder, flaw) }
        return history
    }

    struct Scan {
        var verification: AuditVerification
        var chain: AuditChain
        var lastSegment: String?
    }

    static func scan(_ folder: AuditFolder, each: (AuditRecord) -> Void) throws(AuditLogError) -> Scan {
        try SHA256.require()
        let names = try folder.segments()
        var chain = AuditChain()
        var flaw: AuditVerification.Flaw?
        for (place, name) in names.enumerated() where flaw == nil {
            if AuditFolder.number(of: name) != place + 1 {
                flaw = .init(
                    segment: name, line: 1, offset: 0, sequence: chain.count + 1,
                    what: "the segment \(AuditFolder.name(ofSegment: place + 1)) before it is missing",
                    isTornTail: false)
                break
            }
            flaw = try readSegment(name, in: folder, isLast: place == names.count - 1, chain: &chain, each: each)
        }
        return Scan(
            verification: AuditVerification(
                records: chain.count, head: chain.head, segments: names.count, flaw: flaw),
            chain: chain, lastSegment: names.last)
    }

    private static func readSegment(
        _ name: String, in folder: AuditFolder, isLast: Bool, chain: inout AuditChain, each: (AuditRecord) -> Void
    ) throws(AuditLogError) -> AuditVerification.Flaw? {
        var reader = try LineReader(folder.file(name))
        var number = 0
        while let line = try reader.next(limit: AuditChain.maximumLineLength) {
            number += 1
            func flaw(_ what: String, isTornTail: Bool = false) -> AuditVerification.Flaw {
                .init(
                    segment: name, line: number, offset: line.offset, sequence: chain.count + 1, what: what,
                    isTornTail: isTornTail)
            }
            guard line.isEnded else {
                let isTorn = isLast && !line.isCut && !holdsWholeRecord(line.bytes)
                return flaw(
                    isTorn ? "it breaks off after \(line.bytes.count) bytes" : "the end of its line was changed",
                    isTornTail: isTorn)
            }
            if line.isCut { return flaw("it is longer than any record") }
            var next = chain
            do throws(AuditFlaw) {
                try next.take(line.bytes, digest: SHA256.digest)
                each(try AuditRecord(line: line.bytes))
            } catch {
                return flaw(error.description)
            }
            chain = next
        }
        return nil
    }

    /// Whether more than a whole record is there: then the end of its line is not missing but was changed.
    ///
    /// A write that broke off leaves a beginning of the line; one that lacks nothing but the line feed counts as broken
    /// off, too.
    private static func holdsWholeRecord(_ bytes: [UInt8]) -> Bool {
        for extra in 1...4 where bytes.count > extra {
            var chain = AuditChain()
            do throws(AuditFlaw) {
                try chain.take(Array(bytes.dropLast(extra)), digest: SHA256.digest)
                return true
            } catch {
                switch error {
                case .sequence, .previous: return true
                case .notARecord, .hash, .tooLarge: continue
                }
            }
        }
        return false
    }

    static func damaged(_ folder: AuditFolder, _ flaw: AuditVerification.Flaw) -> AuditLogError {
        AuditLogError(
            .damaged,
            "the audit log “\(folder.path)” is damaged at \(flaw). Nothing is done on a log that cannot be trusted: find "
                + "out who changed it, keep the folder, and name a new one")
    }
}
