/// The candidate that a mistyped word most likely means; nil where none is near.
///
/// Near is: at most a third of its letters wrong (one at least), case and the difference of `-` and `_` not counted. A
/// swap of neighbours is one mistake.
public func nearest(to word: String, among candidates: [String]) -> String? {
    let typed = folded(word)
    guard !typed.isEmpty, typed.count <= 64 else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
        let distance = editDistance(typed, folded(candidate))
        let allowed = max(1, max(typed.count, candidate.utf8.count) / 3)
        if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.candidate ?? candidates.first { isLongerForm(typed, of: folded($0)) }
}

/// Whether one of two words continues the other, as `token` and `token_file` do; three letters must agree.
private func isLongerForm(_ a: [UInt8], of b: [UInt8]) -> Bool {
    min(a.count, b.count) >= 3 && (a.starts(with: b) || b.starts(with: a))
}

private func folded(_ word: String) -> [UInt8] {
    word.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
}

/// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i] + [Int](repeating: 0, count: b.count)
        for j in 1...b.count {
            let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
