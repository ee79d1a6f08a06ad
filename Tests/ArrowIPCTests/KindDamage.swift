import ArrowIPC
import Testing

/// One thing that is wrong with a stream that was good, and the error that names it.
struct KindDamage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let stream: String
    let code: ArrowError.Code
    let message: String
    /// Where, as the error says it, without the message's place in the stream.
    let place: [String]
    let change: @Sendable (inout StreamEditor) throws -> Void

    init(
        _ description: String, in stream: String, code: ArrowError.Code = .malformed, _ message: String,
        at place: [String], _ change: @escaping @Sendable (inout StreamEditor) throws -> Void
    ) {
        self.testDescription = "\(description) (\(stream))"
        self.stream = stream
        self.code = code
        self.message = message
        self.place = place
        self.change = change
    }

    /// Damage of a column of the first batch.
    init(
        _ description: String, in stream: String, column: String, _ message: String,
        _ change: @escaping @Sendable (inout StreamEditor) throws -> Void
    ) {
        let names = column.split(separator: ".").map { "column “\($0)”" }
        self.init(description, in: stream, message, at: ["record batch"] + names, change)
    }

    /// Damage of a column's type.
    init(
        _ description: String, in stream: String, field: String, number: Int, _ message: String,
        _ change: @escaping @Sendable (inout StreamEditor) throws -> Void
    ) {
        self.init(description, in: stream, message, at: ["schema", "field \(number)", "“\(field)”"], change)
    }
}

/// Damage of every kind of column that servers seldom send.
@Suite struct KindDamageTests {
    static let all =
        KindDamage.sizes + KindDamage.lists + KindDamage.unions + KindDamage.runs + KindDamage.views
        + KindDamage.dictionaries + KindDamage.compressed + KindDamage.counts

    @Test("damage of a kind is named with its place", arguments: all) func named(_ damage: KindDamage) throws {
        var editor = try StreamEditor(damage.stream)
        try damage.change(&editor)
        var reader = StreamReader(editor.bytes)
        let error = #expect(throws: ArrowError.self) { try reader.batches() }
        #expect(error?.message == damage.message)
        #expect(error?.code == damage.code)
        #expect(error.map { Array($0.place.dropFirst()) } == damage.place)
    }

    @Test("no two rows of the table say the same") func distinct() {
        #expect(Set(Self.all.map(\.testDescription)).count == Self.all.count)
    }
}
