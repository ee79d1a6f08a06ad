/// One thread that waits for descriptors and deadlines and runs the tasks and actors given to it.
public final class EventLoop: Sendable {
    public init(name: String) throws {}

    /// Makes a loop for the time of `body`, stops it and joins its thread on every way out.
    public static func withLoop<Result>(
        name: String, _ body: (EventLoop) async throws -> Result
    ) async throws -> Result {
        try await body(EventLoop(name: name))
    }
}
