import Glibc

/// What is left of a write that broke off, at the end of a log's last segment.
struct TornTail {
    private let flaw: AuditVerification.Flaw
    private let folder: AuditFolder

    init(_ flaw: AuditVerification.Flaw, in folder: AuditFolder) {
        self.flaw = flaw
        self.folder = folder
    }

    /// Copies it to a file of its own beside the segment, synced before anything is cut off; returns the file's name.
    func keepAside() throws(AuditLogError) -> String {
        var reader = try LineReader(folder.file(flaw.segment))
        var tail: [UInt8] = []
        while let line = try reader.next(limit: .max) { tail = line.bytes }
        // An earlier attempt may have kept it already, and been cut short before it cut the segment.
        for attempt in 1...1_000 {
            let name = "\(flaw.segment).torn-\(flaw.offset)" + (attempt == 1 ? "" : ".\(attempt)")
            let descriptor = open(
                folder.file(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if descriptor < 0 && errno == EEXIST { continue }
            guard descriptor >= 0 else { throw failure(name) }
            defer { close(descriptor) }
            var rest = tail[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure(name) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw failure(name) }
            try folder.sync()
            return name
        }
        throw failure("\(flaw.segment).torn-\(flaw.offset)")
    }

    private func failure(_ name: String) -> AuditLogError {
        AuditLogError(
            .inputOutput, "the end of the audit log that broke off cannot be kept in “\(folder.file(name))”",
            cause: systemWords())
    }
}
