import Glibc

/// A segment of an audit log, opened for appending.
struct SegmentFile: ~Copyable {
    let descriptor: Int32
    /// Its name in the folder.
    let name: String
    /// Its length in bytes, up to which everything is whole.
    private(set) var length: Int

    /// Makes a new segment (0600) whose name lasts.
    init(creating name: String, in folder: AuditFolder) throws(AuditLogError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        // Whatever the process masks, the mode is set once more.
        let descriptor = try opened(folder.file(name), flags, "cannot be made private") { fchmod($0, 0o600) == 0 }
        do throws(AuditLogError) {
            try folder.sync()
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.name = name
        length = 0
    }

    /// Opens an existing segment and cuts off what comes after a length.
    init(opening name: String, in folder: AuditFolder, length: Int) throws(AuditLogError) {
        let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC
        descriptor = try opened(folder.file(name), flags, "cannot be cut to its whole records") {
            ftruncate($0, length) == 0 && fsync($0) == 0
        }
        self.name = name
        self.length = length
    }

    deinit { close(descriptor) }

    /// Appends bytes and waits until they are on the disk.
    mutating func append(_ bytes: [UInt8]) throws(AuditLogError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw writeError(name, "cannot be written") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw writeError(name, "cannot be synced") }
        length += bytes.count
    }
}

/// Opens a file and readies it; closes it again where that fails.
private func opened(
    _ path: String, _ flags: Int32, _ failing: String, _ ready: (Int32) -> Bool
) throws(AuditLogError) -> Int32 {
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else { throw writeError(path, "cannot be opened") }
    guard ready(descriptor) else {
        let error = writeError(path, failing)
        close(descriptor)
        throw error
    }
    return descriptor
}

private func writeError(_ path: String, _ what: String) -> AuditLogError {
    AuditLogError(
        .inputOutput, "the audit log's segment “\(path)” \(what); nothing irreversible is done without it",
        cause: systemWords())
}
