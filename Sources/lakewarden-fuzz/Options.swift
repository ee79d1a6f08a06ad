/// What the command line asks for.
struct Options {
    var seconds = 60
    var seed: UInt64 = 1
    /// Only so many cases; nil for as many as there is time for.
    var cases: UInt64?
    /// The bound on the address space of what reads, in MiB; 0 for none, which the address sanitizer needs.
    var memory = 1_024
    /// One case alone, in this process.
    var single: UInt64?
    /// A case's input, read in this process.
    var input: String?
    /// Where the inputs of failures are written.
    var folder = "."
    /// Reads what is made to fail, in place of everything else. Only the program's own test asks for it.
    var trial: Trial?

    static let usage = """
        USAGE: lakewarden-fuzz [--seconds N] [--seed N] [--cases N] [--memory MIB] [--folder PATH]
               lakewarden-fuzz --seed N --case N [--memory MIB]
               lakewarden-fuzz --input FILE [--memory MIB]

        Changes good Arrow streams, Flight messages, HTTP/2 sessions, log lines and policy files, and has them read by
        a process of its own. A seed decides every case; how many there are, time does. The good ones are those of the
        package that the program was built from.

          --seconds N    how long (default: 60)
          --seed N       which cases (default: 1)
          --cases N      so many cases and no more
          --memory MIB   the reading process's bound on its address space, 0 for none (default: 1024)
          --folder PATH  where the input of a case that fails is written (default: the current one)
          --case N       reads one case in this process, where a debugger sees it
          --input FILE   reads the input of a case that failed, SUBJECT-SEED-CASE.bin

        The exit code is 0 where every case came to its end.
        """

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { throw FuzzError("\(option) needs a value; see --help") }
            switch option {
            case "--folder": folder = value
            case "--seconds": seconds = try Self.number(option, value)
            case "--seed": seed = try Self.number(option, value)
            case "--cases": cases = try Self.number(option, value)
            case "--memory": memory = try Self.number(option, value)
            case "--case": single = try Self.number(option, value)
            case "--input": input = value
            case "--trial": trial = try Trial(named: value)
            default: throw FuzzError("unknown option \(option); see --help")
            }
        }
    }

    private static func number<Number: FixedWidthInteger>(_ option: String, _ text: String) throws -> Number {
        guard let number = Number(text), number >= 0 else { throw FuzzError("\(option) needs a whole number") }
        return number
    }
}
