import AsyncIO
import Glibc

/// A secret that is read from its place when it is first needed, and anew whenever its file has changed.
final class StoredSecret: Sendable {
    private struct Kept: Sendable {
        var text: String
        /// What the file was when it was read; nil where it has to be read again.
        var file: FileState?
        var warning: String?
    }

    private let source: SecretSource
    /// What messages call it, such as "the token".
    private let name: String
    private let kind: SecretText
    private let now: @Sendable () -> Int
    private let kept = Lock<Kept?>(nil)

    /// - Parameter now: The clock of files' dates, in seconds since 1970.
    init(
        _ source: SecretSource, of name: String, as kind: SecretText,
        now: @escaping @Sendable () -> Int = { time(nil) }
    ) {
        self.source = source
        self.name = name
        self.kind = kind
        self.now = now
    }

    /// The secret as it is now. Costs a look at the file's dates where it was read before.
    ///
    /// A file that was good and is now empty, unreadable or gone is most likely being replaced: until it is good again the
    /// secret that was read stays, and ``warning`` tells.
    ///
    /// - Throws: ``MicromegasError`` (`configuration`) naming the place. The text never holds what is there.
    func current() throws(MicromegasError) -> String {
        let before = kept.withLock { $0 }
        if let before, isCurrent(before) { return before.text }
        do throws(MicromegasError) {
            let read = try read()
            kept.withLock { $0 = read }
            return read.text
        } catch {
            guard var before else { throw error }
            before.file = nil
            before.warning = "\(error.description); the one that was there before is used"
            kept.withLock { $0 = before }
            return before.text
        }
    }

    /// Has the next use read it anew, whatever the file's dates say.
    func forget() { kept.withLock { $0 = nil } }

    /// What should be better about its place; nil where nothing should, or where it was not read yet.
    var warning: String? { kept.withLock { $0?.warning } }

    /// Whether it is known without reading it, as long as its file is not touched.
    var isKept: Bool { kept.withLock { $0.map(isCurrent) ?? false } }

    private func isCurrent(_ kept: Kept) -> Bool {
        guard case .file(let path) = source else { return true }
        return kept.file != nil && kept.file == FileState(path: path)
    }

    private func read() throws(MicromegasError) -> Kept {
        switch source {
        case .file(let path):
            let (bytes, status) = try contents(of: path)
            let warning =
                status.st_mode & 0o077 == 0
                ? nil : "\(source) of \(name) can be read by others than its owner: chmod 600 \(path)"
            return Kept(text: try checked(bytes), file: FileState(status, settledAt: now()), warning: warning)
        case .environment(let variable):
            guard let value = unsafe getenv(variable) else {
                throw refusal("is not set", "set it, or name another place")
            }
            return Kept(text: try checked(Array(unsafe String(cString: value).utf8)), file: nil, warning: nil)
        }
    }

    private func checked(_ bytes: [UInt8]) throws(MicromegasError) -> String {
        do throws(SecretText.Problem) {
            return try kind.checked(bytes)
        } catch {
            throw refusal(error.what, error.cure)
        }
    }

    /// Reads a little more than a secret may have.
    private func contents(of path: String) throws(MicromegasError) -> (bytes: [UInt8], status: stat) {
        // Without O_NONBLOCK a pipe without a writer would hold the open for ever.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal("cannot be opened", "check its path and its owner", errno) }
        defer { close(descriptor) }
        var status = stat()
        // Before the reading: what is written meanwhile changes the dates, so it is seen next time.
        guard unsafe fstat(descriptor, &status) == 0 else { throw refusal("cannot be read", "check it", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("is no regular file", "name a file that holds the secret")
        }
        var bytes = [UInt8](repeating: 0, count: BearerToken.maximumLength + 1_024)
        var filled = 0
        while filled < bytes.count {
            let offset = filled
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw refusal("cannot be read", "check it", errno) }
            if count == 0 { return (Array(bytes[..<filled]), status) }
            filled += count
        }
        // What was read may be white space before a secret that goes on.
        throw refusal("holds more than \(BearerToken.maximumLength) bytes", "check that it is the secret")
    }

    private func refusal(_ what: String, _ cure: String, _ number: Int32? = nil) -> MicromegasError {
        let cause = number.map { unsafe String(cString: strerror($0)) }
        return MicromegasError(.configuration, "\(source) of \(name) \(what); \(cure)", cause: cause)
    }
}

/// What tells one state of a file from another without reading it.
private struct FileState: Sendable, Equatable {
    private var device: dev_t
    private var inode: ino_t
    private var size: Int64
    private var times: [Int]

    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Nil for a file that was changed just now: another change within the same tick of the file system's clock would
    /// not show, so it is read again until it has come to rest.
    init?(_ status: stat, settledAt now: Int) {
        guard now - max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) > 1 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        size = Int64(status.st_size)
        times = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
