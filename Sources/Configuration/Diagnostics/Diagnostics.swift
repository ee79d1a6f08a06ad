/// Gathers what is wrong with one file, so that all of it is told at once.
struct Diagnostics {
    private let file: String
    private var found: [Diagnostic] = []

    /// So many are told; whoever has more has a file of another kind.
    static let limit = 50

    init(file: String) { self.file = file }

    /// Whether anything keeps the file from being used.
    var hasErrors: Bool { found.contains { $0.severity == .error } }

    /// A place's file and line, as messages of a later time name it.
    func line(of place: Place) -> String { "\(file):\(place.line)" }

    mutating func error(_ place: Place?, _ message: String) {
        found.append(Diagnostic(file: file, place: place, message: message))
    }

    mutating func warning(_ place: Place?, _ message: String) {
        found.append(Diagnostic(file: file, place: place, severity: .warning, message: message))
    }

    /// All of them in the file's order, errors of one place as they were found; past the limit their number.
    var sorted: [Diagnostic] {
        let start = Place(line: 0, column: 0)
        let inOrder = found.enumerated().sorted { a, b in
            let (first, second) = (a.element.place ?? start, b.element.place ?? start)
            return first != second ? first < second : a.offset < b.offset
        }.map(\.element)
        guard inOrder.count > Self.limit else { return inOrder }
        let rest = inOrder.count - Self.limit
        let more = Diagnostic(file: file, place: nil, message: "\(rest) more problems; cure these first")
        return inOrder.prefix(Self.limit) + [more]
    }
}
