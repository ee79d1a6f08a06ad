import UTCTime

/// Durations as people write them in policies.
enum AgeText {
    /// The two largest units that it has: `46d 3h`, `12h 5m`, `40s`.
    static func of(_ duration: Duration) -> String {
        var seconds = duration.wholeSeconds
        let sign = seconds < 0 ? "-" : ""
        seconds = Int64(clamping: seconds.magnitude)
        let parts: [(count: Int64, unit: String)] = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        guard let first = parts.firstIndex(where: { $0.count > 0 }) else { return "0s" }
        let shown = parts[first...].prefix(2).filter { $0.count > 0 }
        return sign + shown.map { "\($0.count)\($0.unit)" }.joined(separator: " ")
    }
}

/// Sizes as people write them in policies.
enum SizeText {
    private static let units: [(size: Int64, name: String)] = [
        (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"),
    ]

    /// With one digit after the point: `8.2 MiB`.
    static func of(_ bytes: Int64) -> String {
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) B" }
        let tenths = bytes / unit.size * 10 + bytes % unit.size * 10 / unit.size
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit.name)" : "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }

    /// A whole number of a unit that is enough: `9MiB`.
    static func atLeast(_ bytes: Int64) -> String {
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes)B" }
        return "\(bytes / unit.size + (bytes % unit.size == 0 ? 0 : 1))\(unit.name)"
    }
}
