/// Changes good input, a few times in a row, in the ways that have broken readers of binary formats before.
struct Mutation {
    private var random: Randomness

    /// Numbers at the edges of what lengths, counts and offsets can be.
    private static let edges: [Int64] = [
        0, 1, -1, 2, 4, 7, 8, 12, 13, 16, 64, 127, 128, 255, 256, 1_024, 4_096, 16_384, 32_767, 32_768, 65_535, 65_536,
        1 << 20,
        1 << 24, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, .max, .min, .max - 7, -8,
    ]

    init(_ random: Randomness) { self.random = random }

    /// Input of a case: pieces of a good one (messages, frames), changed.
    mutating func changed(_ seeds: [[[UInt8]]]) -> [[UInt8]] {
        var pieces = random.any(of: seeds)
        var changes = 1
        while changes < 16, !random.once(in: 2) { changes += 1 }
        for _ in 0..<changes {
            if random.once(in: 8) {
                rearrange(&pieces, seeds)
            } else if !pieces.isEmpty {
                let index = random.below(pieces.count)
                change(&pieces[index], random.any(of: seeds))
            }
        }
        return pieces
    }

    /// Leaves out, repeats, moves and borrows whole pieces.
    private mutating func rearrange(_ pieces: inout [[UInt8]], _ seeds: [[[UInt8]]]) {
        guard !pieces.isEmpty else { return pieces = random.any(of: seeds) }
        let place = random.below(pieces.count)
        switch random.below(6) {
        case 0: pieces.remove(at: place)
        case 1: pieces.insert(pieces[place], at: random.below(pieces.count + 1))
        case 2: pieces.swapAt(place, random.below(pieces.count))
        case 3: pieces.removeSubrange(place...)
        case 4: pieces.insert(contentsOf: [[UInt8]](repeating: pieces[place], count: 1 + random.below(40)), at: place)
        default:
            let other = random.any(of: seeds)
            if !other.isEmpty { pieces.insert(random.any(of: other), at: place) }
        }
    }

    /// Changes bytes of one piece, most often without changing their count, so that what stands behind them stays in place.
    private mutating func change(_ bytes: inout [UInt8], _ other: [[UInt8]]) {
        guard !bytes.isEmpty else { return bytes = [random.byte()] }
        let place = random.below(bytes.count)
        switch random.below(100) {
        case ..<25: bytes[place] ^= 1 << UInt8(random.below(8))
        case ..<35: bytes[place] = random.byte()
        case ..<62: write(random.any(of: Self.edges), to: &bytes)
        case ..<70: write(Int64(random.below(bytes.count * 2)), to: &bytes)
        case ..<82: shift(&bytes)
        case ..<88: copy(&bytes, from: bytes)
        case ..<91: if !other.isEmpty { copy(&bytes, from: random.any(of: other)) }
        case ..<94: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
        case ..<97: bytes.insert(contentsOf: (0...random.below(16)).map { _ in random.byte() }, at: place)
        default: bytes.removeSubrange(place...)
        }
    }

    /// Where a number of so many bytes may stand.
    private mutating func place(for width: Int, in bytes: [UInt8]) -> Int? {
        let count = bytes.count / width
        return count > 0 ? random.below(count) * width : nil
    }

    /// Writes a number of 1, 2, 4 or 8 bytes, in either order.
    private mutating func write(_ number: Int64, to bytes: inout [UInt8]) {
        let width = 1 << random.below(4)
        guard let place = place(for: width, in: bytes) else { return }
        let isBigEndian = random.once(in: 3)
        for index in 0..<width {
            let shift = 8 * Int64(isBigEndian ? width - 1 - index : index)
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> shift)
        }
    }

    /// Makes a number of 4 bytes a little larger or smaller.
    private mutating func shift(_ bytes: inout [UInt8]) {
        guard let place = place(for: 4, in: bytes) else { return }
        var number = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        number &+= UInt32(truncatingIfNeeded: random.below(33) - 16)
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt32(8 * index)) }
    }

    /// Writes a stretch of other bytes over some.
    private mutating func copy(_ bytes: inout [UInt8], from source: [UInt8]) {
        guard !source.isEmpty else { return }
        let count = min(1 + random.below(64), bytes.count, source.count)
        let from = random.below(source.count - count + 1)
        let to = random.below(bytes.count - count + 1)
        bytes.replaceSubrange(to..<to + count, with: source[from..<from + count])
    }
}
