internal import Glibc

/// A system call that failed.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call's name.
    package var call: String
    /// Its `errno`.
    package var number: CInt

    package init(call: String, number: CInt) {
        self.call = call
        self.number = number
    }

    /// The error that the system call before this left in `errno`.
    package init(call: String) {
        self.init(call: call, number: errno)
    }

    /// `connect: Connection refused`. (`strerror` is safe among threads since glibc 2.32.)
    package var description: String { "\(call): \(String(cString: strerror(number)))" }
}

/// Why a wait ended without what was waited for.
package enum WaitError: Error, Sendable, Hashable {
    /// Its deadline passed.
    case timedOut
    /// The loop that it waited on was stopped.
    case loopStopped
}
