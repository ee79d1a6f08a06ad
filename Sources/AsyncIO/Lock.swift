internal import Glibc

/// A value that one thread at a time may touch.
///
/// The project's only `@unchecked Sendable`: the mutex lies on the heap, where its address stays, and every access to the
/// value goes through it. `Synchronization.Mutex` would do without, but the thread sanitizer does not see through it on
/// Linux and reports races that are none.
package final class Lock<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    package init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "a default mutex cannot fail to initialize")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    /// Runs `body` while no one else can. It must not wait and must not come back to this lock.
    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}

/// A mirror, as of a dump, would read the value past the mutex, and show the secrets that are kept so.
extension Lock: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}
