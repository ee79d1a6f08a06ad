/// How many of a terminal's columns a character takes: East Asian wide ones and emoji take two, marks that stand on
/// another character none.
///
/// Source: East Asian Width (Unicode Standard Annex 11), W and F, by blocks; emoji by their own property. What has no
/// width of its own agreed among terminals, such as a sequence of emoji, is counted part by part.
enum TextColumns {
    /// The columns of a scalar that is printable.
    static func count(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        // Vowels and finals of Hangul, which join the syllable before them.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        // Half a flag each.
        if (0x1F1E6...0x1F1FF).contains(scalar.value) { return 1 }
        return scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
    ]
}
