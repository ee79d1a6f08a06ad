import Synchronization

@testable import lakewarden

/// A console that keeps what is written and answers questions with prepared lines.
final class RecordedConsole: Sendable {
    private struct State {
        var output = ""
        var errors = ""
        var answers: [String]
    }

    private let state: Mutex<State>
    private let terminal: Console.Terminal

    init(answers: [String] = [], terminal: Console.Terminal = Console.Terminal()) {
        state = Mutex(State(answers: answers))
        self.terminal = terminal
    }

    var output: String { state.withLock { $0.output } }
    var errors: String { state.withLock { $0.errors } }

    var console: Console {
        Console(
            environment: Console.Environment { $0 == "LANG" ? "C.UTF-8" : nil }, terminal: terminal,
            write: { text, stream in
                self.state.withLock { if stream == .output { $0.output += text } else { $0.errors += text } }
            },
            send: { bytes in
                self.state.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
                return .done
            },
            readLine: { self.state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } },
            readText: { nil })
    }
}
