/// Where a command writes and asks: what it is given, so that tests give it something else.
struct Console: Sendable {
    /// What the program was started with that decides how text is shown.
    var environment: Environment
    /// Which streams are terminals, and how wide.
    var terminal: Terminal
    /// Writes text, all of it.
    var write: @Sendable (_ text: String, Stream) -> Void
    /// Writes bytes to standard output, all of them.
    var send: @Sendable (_ bytes: [UInt8]) -> Sent
    /// A line of standard input without its end; nil at its end, or once the task is cancelled.
    var readLine: @Sendable () async -> String?
    /// All of standard input; nil where it cannot be read, is no UTF-8 or longer than ``longestInput``.
    var readText: @Sendable () -> String?

    /// The most bytes that are read of standard input: servers take no longer statement in one message than a few MiB.
    static let longestInput = 1 << 20

    /// How writing bytes ended.
    enum Sent: Sendable, Hashable {
        case done
        /// Whoever read has gone away; more would reach nobody.
        case nobodyReads
        /// The system's words: a full disk, mostly.
        case failed(String)
    }

    /// A place to write to.
    enum Stream: Int32, Sendable {
        case output = 1
        case errors = 2
    }

    /// Where people sit.
    struct Terminal: Sendable, Hashable {
        var isInput = false
        var isOutput = false
        var isErrors = false
        /// Columns; 100 where there is no terminal.
        var width = 100

        func has(_ stream: Stream) -> Bool { stream == .output ? isOutput : isErrors }
    }

    /// Variables of the environment.
    struct Environment: Sendable, Hashable {
        /// The locale's name, such as `C.UTF-8`; empty where none is set.
        var locale = ""
        /// Whether colour is unwanted (`NO_COLOR`, https://no-color.org) or the terminal has none.
        var refusesColor = false

        /// As POSIX has it: `LC_ALL` before `LC_CTYPE` before `LANG`, empty ones not counted.
        init(variable: (String) -> String?) {
            locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
            refusesColor = !(variable("NO_COLOR") ?? "").isEmpty || variable("TERM") == "dumb"
        }

        /// Whether more than ASCII can be shown.
        var isUnicode: Bool {
            let name = locale.lowercased()
            return name.contains("utf-8") || name.contains("utf8")
        }
    }

    /// Whether somebody can be asked: they see the plan and can answer.
    var canAsk: Bool { terminal.isInput && terminal.isOutput && terminal.isErrors }

    /// How text on a stream looks.
    ///
    /// - Parameter color: The option's word.
    func look(_ stream: Stream, color: String, showsAll: Bool = false) -> Look {
        let isColored = color == "always" || (color == "auto" && terminal.has(stream) && !environment.refusesColor)
        return Look(
            color: isColored, unicode: environment.isUnicode, width: terminal.width, showsAll: showsAll)
    }

    func write(_ page: Page, to stream: Stream) { write(page.text, stream) }

    func write(_ text: String, to stream: Stream) { write(text, stream) }

    /// Asks a question and gives the line that was typed.
    func ask(_ question: String) async -> String? {
        write(question, .errors)
        return await readLine()
    }
}
