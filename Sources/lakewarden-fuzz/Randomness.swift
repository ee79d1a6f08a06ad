/// Numbers that look random and are the same for the same seed on every machine (SplitMix64, Steele, Lea and Flood 2014).
struct Randomness {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The numbers of one case among those of a seed.
    init(seed: UInt64, number: UInt64) {
        var mixed = Randomness(seed: seed)
        self.init(seed: mixed.next() ^ number &* 0x9E37_79B9_7F4A_7C15)
    }

    /// Numbers that some bytes determine (FNV-1a).
    init(of bytes: [UInt8]) {
        self.init(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to a bound, which is above 0. That some come a little more often than others does not matter here.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }

    /// Whether something happens that happens once in so many times.
    mutating func once(in times: Int) -> Bool { below(times) == 0 }

    /// An element of a row that is not empty.
    mutating func any<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 24) }
}
