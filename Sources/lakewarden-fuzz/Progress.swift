internal import Glibc

/// What a worker has done so far, in a file that the process which started it looks into: it is there after a crash, too.
struct Progress {
    /// The case that is being read.
    var number: UInt64 = 0
    /// Cases that were read to their end, and how many of them were taken for good, by subject.
    var read: [UInt64]
    var good: [UInt64]
    /// The worker's peak of resident memory, in KiB.
    var peak: UInt64 = 0

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
        let words = [number, peak] + read + good
        unsafe words.withUnsafeBytes { bytes in _ = unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }

    /// Only the case's number, which changes most often.
    func writeNumber(to descriptor: CInt) {
        unsafe withUnsafeBytes(of: number) { bytes in _ = unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
    }

    /// What a worker wrote last; what it has not written is as it was.
    mutating func update(from descriptor: CInt) {
        var words = [number, peak] + read + good
        unsafe words.withUnsafeMutableBytes { bytes in
            _ = unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        let count = read.count
        (number, peak) = (words[0], words[1])
        (read, good) = (Array(words[2..<2 + count]), Array(words[(2 + count)...]))
    }
}

/// The peak of a process's resident memory in KiB (`VmHWM` of proc(5)); 0 where it cannot be read.
func peakMemory(of process: String) -> UInt64 {
    guard let file = unsafe fopen("/proc/\(process)/status", "r") else { return 0 }
    defer { unsafe _ = fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, 256, file) != nil {
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        if words.first == "VmHWM:", words.count > 1 { return UInt64(words[1]) ?? 0 }
    }
    return 0
}
