/// Something that reads what came from outside, and good inputs of it.
protocol Subject {
    /// What its cases are called in the report.
    var name: String { get }
    /// How many cases of a hundred are its own.
    var share: Int { get }
    /// Good inputs, each in the pieces that may be left out, repeated and moved.
    var seeds: [[[UInt8]]] { get }
    /// Pieces as one input.
    func joined(_ pieces: [[UInt8]]) -> [UInt8]
    /// Reads an input, whatever it holds, and everything that can be read of it. Nothing but the input decides what happens.
    ///
    /// - Returns: Whether it was taken for good.
    func read(_ input: [UInt8]) async -> Bool
}

extension Subject {
    func joined(_ pieces: [[UInt8]]) -> [UInt8] { Array(pieces.joined()) }
}

/// All cases of a seed: each is known by its number.
struct Cases {
    let subjects: [any Subject]
    let seed: UInt64

    /// The subject of a case, by its place, and its input.
    func input(of number: UInt64) -> (subject: Int, bytes: [UInt8]) {
        var random = Randomness(seed: seed, number: number)
        var left = random.below(subjects.reduce(0) { $0 + $1.share })
        var place = 0
        while left >= subjects[place].share {
            left -= subjects[place].share
            place += 1
        }
        var mutation = Mutation(random)
        return (place, subjects[place].joined(mutation.changed(subjects[place].seeds)))
    }
}

/// Pieces with their lengths before them (4 bytes, little-endian), as the recorded calls have theirs.
enum Parts {
    static func joined(_ parts: [[UInt8]]) -> [UInt8] {
        parts.flatMap { part in
            (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part
        }
    }

    /// The parts as far as they are whole.
    static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 4 {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count else { break }
            parts.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return parts
    }
}
