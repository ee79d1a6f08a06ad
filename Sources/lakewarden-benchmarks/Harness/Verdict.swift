/// One promise beside what was measured.
struct Verdict {
    let what: String
    let measured: String
    let aim: String
    let isMet: Bool

    /// The first reader's median as a part of another one's.
    static func ratio(_ what: String, _ ratio: Double, of peer: String, atMost aim: Double) -> Verdict {
        Verdict(
            what: what, measured: "\(ratio.text(digits: 3)) of \(peer)", aim: aim.text(digits: 2), isMet: ratio <= aim)
    }

    /// A peak of memory, in MiB.
    static func memory(_ what: String, _ peak: Double, under aim: Double, _ why: String = "") -> Verdict {
        Verdict(
            what: "\(what): memory", measured: "\(peak.text(digits: 1)) MiB",
            aim: "under \(aim.text(digits: 0)) MiB\(why)", isMet: peak < aim)
    }

    /// The closing table of so many runs of each reader.
    static func table(_ verdicts: [Verdict], runs: Int) -> String {
        let width = (verdicts.map(\.what.count).max() ?? 0) + 3
        let measured = (verdicts.map(\.measured.count).max() ?? 0) + 3
        let aim = (verdicts.map(\.aim.count).max() ?? 0) + 3
        let lines = verdicts.map { verdict in
            verdict.what.left(width) + verdict.measured.left(measured) + verdict.aim.left(aim)
                + (verdict.isMet ? "met" : "MISSED")
        }
        let title = "Medians of \(runs) runs; memory is the highest of any"
        let heads = "what".left(width) + "measured".left(measured) + "aim".left(aim)
        return (["", title, heads] + lines).joined(separator: "\n")
    }
}

extension String {
    /// With spaces behind it.
    func left(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// With spaces before it.
    func right(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

extension Double {
    /// A number that is not negative, rounded to so many digits.
    func text(digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((self * Double(scale)).rounded())
        if digits == 0 { return String(scaled) }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
