internal import CLinux

/// How the process's allocator treats memory that was freed.
public enum FreedMemory {
    /// Keeps up to 16 MiB of freed memory for the next messages; to be called once, as a program begins.
    ///
    /// A stream's messages are a few hundred kilobytes each and freed as soon as they are read. As it comes, the C library
    /// gives such memory back to the system at once and asks for it again, page by page: reading a million catalog rows
    /// took 13,000 page faults and twice the processor time. Buffers of 4 MiB and more are still given back.
    ///
    ///     FreedMemory.keep()
    public static func keep() {
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_TRIM_THRESHOLD, 16 << 20)
    }
}
