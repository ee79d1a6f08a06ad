internal import Glibc

/// What a worker has done so far, in a file that the process which started it looks into: it is there after a crash, too.
struct Progress {
    /// What stands for a case's number before the first one and after the last.
    static let beforeFirst = UInt64.max - 1
    static let afterLast = UInt64.max

    /// The case that is being read.
    var number = Self.beforeFirst
    /// Cases that were read to their end, and how many of them were taken for good, by subject.
    var read: [UInt64]
    var good: [UInt64]

    init(subjects: Int) {
        read = [UInt64](repeating: 0, count: subjects)
        good = read
    }

    /// The file's descriptor in a worker.
    static let descriptor: CInt = 3

    /// A file without a name.
    static func file() throws -> CInt {
        var path = Array("/tmp/lakewarden-fuzz-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { throw FuzzError("no file could be made in /tmp") }
        unsafe unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    func write(to descriptor: CInt) {
        let words = [number] + read + good
        unsafe words.withUnsafeBytes { bytes in _ = unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }

    /// What a worker wrote last.
    mutating func update(from descriptor: CInt) {
        var words = [number] + read + good
        unsafe words.withUnsafeMutableBytes { bytes in
            _ = unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        let count = read.count
        number = words[0]
        (read, good) = (Array(words[1..<1 + count]), Array(words[(1 + count)...]))
    }
}
