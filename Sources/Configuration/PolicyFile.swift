import Glibc
public import PartitionLifecycle

/// A policy file, read and checked.
public struct PolicyFile: Sendable, Hashable {
    /// The file, as it was named.
    public var path: String
    /// What it asks for.
    public var policies: PolicySet
    /// What is worth a word although the file can be used.
    public var warnings: [Diagnostic]

    /// Larger files are refused unread.
    public static let sizeLimit = 1 << 20

    /// Reads a file. The files it names are looked for beside it unless they begin with `/`.
    ///
    /// - Parameter needsPolicies: Whether there have to be policies; whoever only reads the lake needs none.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public init(path: String, needsPolicies: Bool = true) throws(ConfigurationError) {
        try self.init(path: path, bytes: try Self.contents(of: path), needsPolicies: needsPolicies)
        guard let slash = path.lastIndex(of: "/") else { return }
        policies.lake.mapFiles { $0.hasPrefix("/") ? $0 : path[...slash] + $0 }
    }

    /// Reads a file's contents.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public init(path: String, bytes: [UInt8], needsPolicies: Bool = true) throws(ConfigurationError) {
        var diagnostics = Diagnostics(file: path)
        let text = TextCheck.text(bytes, &diagnostics)
        let root = text.flatMap { YAMLComposer.compose($0, &diagnostics) }
        var decoder = PolicyDecoder(diagnostics: diagnostics, needsPolicies: needsPolicies)
        // What was refused above is left out of the tree; the rest is checked all the same.
        let policies = root.flatMap { decoder.decode($0) }
        guard let policies else { throw ConfigurationError(diagnostics: decoder.diagnostics.sorted) }
        self.path = path
        self.policies = policies
        warnings = decoder.diagnostics.sorted
    }

    private static func contents(of path: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { block.deallocate() }
        while bytes.count <= sizeLimit {
            let count = read(descriptor, block.baseAddress, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            if count == 0 { return bytes }
            bytes += block[..<count]
        }
        throw failure(path, "is larger than 1 MiB; this is hardly a policy file")
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ConfigurationError {
        let cure =
            switch code {
            case ENOENT: "; name another with --config"
            case EISDIR: "; name a file in it with --config"
            case EACCES: "; let this user read it"
            default: ""
            }
        return failure(path, "cannot be read: \(String(cString: strerror(code)))\(cure)")
    }

    private static func failure(_ path: String, _ message: String) -> ConfigurationError {
        ConfigurationError(diagnostics: [Diagnostic(file: path, place: nil, message: message)])
    }
}
