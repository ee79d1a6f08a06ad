/// Bytes as a policy file writes them.
public enum SizeText {
    /// Powers of 1024 with an i, powers of 1000 without, as IEC 80000-13 has them.
    private static let units: [(name: String, bytes: Int64)] = [
        ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("PB", 1_000_000_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("PiB", 1 << 50),
    ]

    /// The bytes that a text such as `500GiB` or `10 MB` means.
    ///
    /// - Throws: ``UnitTextError`` with a message that continues `bytes ` or the like.
    public static func bytes(_ text: String) throws(UnitTextError) -> Int64 {
        let parts = try numbersWithUnits(text, example: "500GiB")
        guard parts.count == 1 else { throw UnitTextError(message: "is \(quoted(text)); write it as 500GiB") }
        let (number, name) = parts[0]
        if name.isEmpty { throw UnitTextError(message: "needs a unit: \(number)B, \(number)MB or \(number)GiB") }
        guard let unit = units.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            let hint = nearest(to: name, among: units.map(\.name)).map { "; did you mean \($0)?" }
            throw UnitTextError(
                message: "has no unit \(quoted(name))" + (hint ?? ": write B, kB, MB, GB, TB, KiB, MiB, GiB or TiB"))
        }
        let (bytes, tooLarge) = number.multipliedReportingOverflow(by: unit.bytes)
        if tooLarge { throw UnitTextError(message: "is too large") }
        return bytes
    }

    /// Bytes for people: one decimal of the largest binary unit that leaves at least one, such as `5.1 MiB`.
    public static func text(_ bytes: Int64) -> String {
        let names = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        // In tenths of a unit, rounded half up; 1,023.95 KiB would round to 1,024.0, so the next unit is taken then.
        let bytes = UInt64(bytes)
        var unit: UInt64 = 1024
        var index = 0
        while index < names.count - 1, tenths(bytes, of: unit) >= 10_240 {
            unit <<= 10
            index += 1
        }
        let figure = tenths(bytes, of: unit)
        return "\(figure / 10).\(figure % 10) \(names[index])"
    }

    private static func tenths(_ bytes: UInt64, of unit: UInt64) -> UInt64 {
        bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit
    }
}
