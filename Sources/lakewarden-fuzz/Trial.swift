internal import Glibc

/// What the program is there to find, made on purpose: its own test asks whether it does (`--trial NAME`).
enum Trial: String {
    /// A case that computes without end, and one that waits without end.
    case spins, waits
    /// One that ends the process, and one that takes memory without end.
    case crashes, overruns

    init(named name: String) throws {
        guard let trial = Trial(rawValue: name) else { throw FuzzError("there is no trial “\(name)”") }
        self = trial
    }
}

/// Reads nothing, and fails at one input in eight.
struct TrialSubject: Subject {
    let name = "trial"
    let share = 1
    let seeds = [[Array(UInt8.min...UInt8.max)]]
    let trial: Trial

    func read(_ input: [UInt8]) async -> Bool {
        var random = Randomness(of: input)
        guard random.once(in: 8) else { return true }
        switch trial {
        case .spins: while true { random = Randomness(seed: random.next()) }
        case .waits: while true { sleep(1_000) }
        // What the test is about: that an end of the process is told with its case.
        case .crashes: fatalError("a trial")
        case .overruns:
            var taken: [[UInt8]] = []
            while true { taken.append([UInt8](repeating: random.byte(), count: 8 << 20)) }
        }
    }
}
