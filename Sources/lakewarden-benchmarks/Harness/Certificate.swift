internal import Glibc

/// A certificate for 127.0.0.1 that signs itself, made for one benchmark and removed with this value.
struct Certificate: ~Copyable {
    private let folder: String
    /// PEM files.
    var file: String { folder + "/certificate.pem" }
    var key: String { folder + "/key.pem" }

    init() throws {
        var template = Array("/tmp/lakewarden-benchmarks.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw BenchmarkError("no temporary folder could be made") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Has openssl's command write the two files.
    func make() throws {
        let what = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        let whose = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        let command = ["openssl", "req", "-x509"] + what + whose + ["-out", file, "-keyout", key]
        _ = try ChildProcess(command, silent: true).usage()
    }

    deinit {
        for path in [file, key] { unsafe _ = unlink(path) }
        unsafe _ = rmdir(folder)
    }
}
