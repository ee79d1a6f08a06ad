import AsyncIO
import Glibc
import UTCTime

/// Keeps two runs from working on one audit folder at a time.
///
/// The lock is the system's (`flock` on `run.lock`), so it ends with the process that holds it, however that ends. What
/// the file says is for people.
final class RunLock: Sendable {
    private let descriptor: Lock<Int32?>

    /// Takes the lock.
    ///
    /// - Throws: ``AuditLogError`` (`busy`) with the process and start of the run that holds it.
    init(_ folder: AuditFolder, run: String, since: Timestamp) throws(AuditLogError) {
        let path = folder.file("run.lock")
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw AuditLogError(
                .folder, "the lock “\(path)” cannot be made; name a folder that this user can write to",
                cause: systemWords())
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let cause = systemWords()
            let holder = Self.contents(descriptor)
            Glibc.close(descriptor)
            guard isHeld else { throw AuditLogError(.folder, "the lock “\(path)” cannot be taken", cause: cause) }
            throw AuditLogError(
                .busy, "another run is at work on the audit folder “\(folder.path)”: \(holder); wait until it has ended"
            )
        }
        self.descriptor = Lock(descriptor)
        let text = Array("process \(getpid()), run \(run), since \(since.rfc3339(fractionDigits: 0))\n".utf8)
        let count = ftruncate(descriptor, 0) == 0 ? pwrite(descriptor, text, text.count, 0) : -1
        guard count == text.count else {
            let cause = systemWords()
            release()
            throw AuditLogError(.inputOutput, "the lock “\(path)” cannot be written", cause: cause)
        }
    }

    deinit { release() }

    /// Lets another run begin.
    func release() {
        let held = descriptor.withLock { $0.take() }
        if let held { Glibc.close(held) }
    }

    private static func contents(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let line = bytes.prefix(max(0, count)).prefix { $0 >= 0x20 && $0 < 0x7F }
        return line.isEmpty ? "it does not say which" : String(decoding: line, as: UTF8.self)
    }
}
