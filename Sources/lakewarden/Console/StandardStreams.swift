import Glibc

/// The three descriptors that every program counts on.
enum StandardStreams {
    /// Puts something in the place of those that the program was started without (`>&-`): the next file or socket that is
    /// opened would have such a number, and what is meant for people would go there, into the audit log perhaps.
    ///
    /// Reading and writing go on to fail: each is opened for what it is not used for.
    static func fill() {
        for (descriptor, access) in [(CInt(0), O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // The lowest number that is free, which is this one.
            _ = unsafe open("/dev/null", access)
        }
    }
}
