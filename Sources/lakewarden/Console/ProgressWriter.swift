import Synchronization
import Warden

/// Writes a run's progress to standard error as it is told; events may come from any thread.
final class ProgressWriter: Sendable {
    private struct State: Sendable {
        var text: ProgressText
        /// The line that stands there and can be rewritten; empty where none does.
        var standing = ""
    }

    private let console: Console
    private let began = ContinuousClock.now
    private let state: Mutex<State>

    init(_ console: Console, _ look: Look, isTerminal: Bool) {
        self.console = console
        state = Mutex(State(text: ProgressText(look, isTerminal: isTerminal)))
    }

    /// Tells an event.
    func tell(_ event: RunProgress) {
        let elapsed = ContinuousClock.now - began
        state.withLock { state in
            for output in state.text.outputs(for: event, elapsed: elapsed) { show(output, &state) }
        }
    }

    /// Takes the rewritten line away, so that something else can stand there.
    func clear() {
        state.withLock { show(.rewritten(""), &$0) }
    }

    private func show(_ output: ProgressText.Output, _ state: inout State) {
        switch output {
        case .line(let text): console.write(text + "\n", to: .errors)
        case .rewritten(let text):
            // Return, write, erase to the line's end (ECMA-48, EL).
            if text != state.standing { console.write("\r\(text)\u{1B}[K", to: .errors) }
            state.standing = text
        }
    }
}
