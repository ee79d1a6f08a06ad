import Glibc

/// The folder that an audit log is: segments of JSON Lines, `00000001.jsonl` and on, and the lock of the run at work.
struct AuditFolder: Sendable {
    /// Its path, without a slash at the end.
    let path: String

    /// Names the folder; looks at nothing.
    init(_ path: String) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        self.path = String(path)
    }

    /// Makes the folder where it is missing (0700; the folder above must be there), or checks that it is one that only
    /// this user can change and read.
    ///
    /// - Throws: ``AuditLogError``, for a symbolic link, another owner, or wider permissions too: who can write there
    ///   could exchange the log, and its records name what a lake holds.
    func prepare() throws(AuditLogError) {
        if mkdir(path, 0o700) == 0 {
            // Whatever the process masks.
            guard chmod(path, 0o700) == 0 else { throw failure("cannot be made private") }
            try Self(parent).sync()
        } else if errno != EEXIST {
            throw failure("cannot be made")
        }
        try check()
    }

    /// Whether the folder is there.
    var exists: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Checks type, owner and permissions.
    func check() throws(AuditLogError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("cannot be looked at") }
        if status.st_mode & S_IFMT == S_IFLNK {
            throw AuditLogError(.folder, "the audit folder “\(path)” is a symbolic link; name the folder itself")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw AuditLogError(.folder, "the audit folder “\(path)” is no folder; name another path")
        }
        guard status.st_uid == geteuid() else {
            throw AuditLogError(
                .folder,
                "the audit folder “\(path)” belongs to user \(status.st_uid), not to user \(geteuid()) who runs this; "
                    + "name a folder of your own")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw AuditLogError(.folder, "the audit folder “\(path)” is open to others; chmod 700 \(path)")
        }
    }

    /// The names of the segments, in order.
    func segments() throws(AuditLogError) -> [String] {
        guard let folder = opendir(path) else { throw failure("cannot be listed") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if Self.number(of: name) != nil { names.append(name) }
        }
        return names.sorted()
    }

    /// The number of a segment's name, `00000001.jsonl`; nil for any other name.
    static func number(of name: String) -> Int? {
        let digits = name.prefix(8)
        guard name.utf8.count == 14, name.hasSuffix(".jsonl"), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }

    /// The name of a segment. Eight digits last for half a petabyte.
    static func name(ofSegment number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".jsonl"
    }

    /// The path of a file in the folder.
    func file(_ name: String) -> String { path + "/" + name }

    /// Makes what was named or unnamed in the folder last through a crash.
    func sync() throws(AuditLogError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot be synced") }
    }

    private var parent: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func failure(_ what: String) -> AuditLogError {
        AuditLogError(
            .folder, "the audit folder “\(path)” \(what); name a folder on a disk that this user can write to",
            cause: systemWords())
    }
}

/// What the system says about its last failure.
func systemWords() -> String { String(cString: strerror(errno)) }
