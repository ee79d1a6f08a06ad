internal import Glibc

/// Runs what blocks on a thread of its own, for functions of C that cannot be waited for otherwise or called off.
///
/// Nothing waits for the thread: `body` hands its result on itself, and what it needs it holds.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(body))
    let result = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
    guard result == 0 else {
        context.release()
        throw SystemError(call: "pthread_create", number: result)
    }
    pthread_detach(thread)
}

/// Holds a thread's work on its way over.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
