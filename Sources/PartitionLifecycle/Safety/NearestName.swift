/// The name that a mistyped one was most likely meant to be; nil where none is near.
func nearestName(to name: String, among names: some Sequence<String>) -> String? {
    let near = names.map { (distance: editDistance(name, $0), name: $0) }
        .filter { $0.distance <= max(2, name.count / 3) && $0.distance < name.count }
    return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// How many letters have to be put in, left out or changed to make one text of the other.
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let changed = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
        }
    }
    return row[b.count]
}
