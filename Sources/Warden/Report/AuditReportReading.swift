import PartitionLifecycle

extension AuditReport {
    /// Reads the audit log in a folder from its first record to its last.
    ///
    /// - Throws: ``RunFailure`` where the folder is none or cannot be read.
    public init(verifying folder: String) throws(RunFailure) {
        var history = AuditHistory()
        let found: AuditVerification
        do {
            found = try AuditLog.verify(folder: folder) { history.add($0) }
        } catch {
            let cure =
                error.code == .missingLibrary
                ? "install it, then run this again" : "name the folder that lakewarden apply writes to with --audit"
            throw RunFailure(
                what: "the audit log cannot be read", who: folder,
                why: error.message + (error.cause.map { " (\($0))" } ?? ""), cure: cure,
                state: "nothing was changed")
        }
        self.init(
            folder: folder, segments: found.segments, records: Int(found.records),
            head: found.records > 0 ? AuditHead(sequence: Int(found.records), hash: found.head) : nil,
            firstBad: found.flaw.map { BadRecord(segment: $0.segment, line: $0.line, finding: $0.what) },
            openIntents: history.unknownCalls.count)
    }
}
