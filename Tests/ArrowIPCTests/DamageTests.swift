import ArrowIPC
import GoldenCalls
import Testing

/// A change of one number of a good stream and the error that names it.
struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let find: [UInt8]
    let replace: [UInt8]
    let message: String
    let place: [String]

    init(_ name: String, _ find: [UInt8], _ replace: [UInt8], _ message: String, in column: String? = nil) {
        self.testDescription = name
        self.find = find
        self.replace = replace
        self.message = message
        self.place = ["record batch"] + (column.map { ["column “\($0)”"] } ?? [])
    }

    /// Numbers as they lie in a stream.
    static func words(_ numbers: Int32...) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * Int32($0))) } }
    }

    static func longs(_ numbers: Int64...) -> [UInt8] {
        numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) } }
    }
}

@Suite struct DamageTests {
    /// The stream holds text "ab", null, "é"; word 4, 3, null of a dictionary of 5; list [17], [18, 19], null.
    static let offsets = Damage.words(0, 2, 2, 4)
    static let damages: [Damage] = [
        Damage(
            "an offset before the text", offsets, Damage.words(-1, 2, 2, 4), "the offset -1 of row 0 is negative",
            in: "text"),
        Damage(
            "offsets that fall", offsets, Damage.words(0, 2, 1, 4), "the offsets of row 1 fall from 2 to 1", in: "text"),
        Damage("an offset behind the text", offsets, Damage.words(0, 2, 2, 9), "row 2 ends at 9 of 4", in: "text"),
        Damage(
            "half a character at the end", offsets, Damage.words(0, 2, 2, 3),
            "the text of row 2 is not UTF-8 from its byte 0 on", in: "text"),
        Damage(
            "a text that ends in a character", offsets, Damage.words(0, 3, 3, 4),
            "the text of row 0 is not UTF-8 from its byte 2 on", in: "text"),
        Damage(
            "no UTF-8", Array("abé".utf8), [0x61, 0x62, 0xC3, 0x29],
            "the text of row 2 is not UTF-8 from its byte 0 on", in: "text"),
        Damage(
            "an index behind the dictionary", Damage.words(4, 3, 0, 0), Damage.words(4, 5, 0, 0),
            "the index 5 of row 1 is not in a dictionary of 5 values", in: "word"),
        Damage(
            "a negative index", Damage.words(4, 3, 0, 0), Damage.words(-1, 3, 0, 0),
            "the index -1 of row 0 is not in a dictionary of 5 values", in: "word"),
        Damage(
            "lists longer than their elements", Damage.words(0, 1, 3, 3), Damage.words(0, 1, 3, 4),
            "row 2 ends at 4 of 3", in: "list"),
        Damage(
            "more nulls than the bitmap has", Damage.longs(3, 1), Damage.longs(3, 2),
            "its buffer of validity marks 1 nulls and its node counts 2", in: "text"),
        Damage(
            "a null that is not counted", Damage.longs(3, 1), Damage.longs(3, 0),
            "its buffer of validity marks 1 nulls and its node counts 0", in: "text"),
        Damage(
            "more nulls than rows", Damage.longs(3, 1), Damage.longs(3, 4), "it cannot have 4 nulls in 3 rows",
            in: "text"),
        Damage(
            "rows without end", Damage.longs(3, 1), Damage.longs(1 << 31, 1),
            "it cannot have 1 nulls in 2147483648 rows", in: "text"),
        Damage(
            "a column longer than the batch", Damage.longs(3, 1), Damage.longs(4, 1),
            "its buffer of validity marks 2 nulls and its node counts 1", in: "text"),
    ]

    @Test("damage is named with its place", arguments: damages) func named(_ damage: Damage) throws {
        var bytes = try GoldenStream("to-damage").bytes
        let start = try #require(
            bytes.indices.dropLast(damage.find.count).first { bytes[$0...].starts(with: damage.find) })
        bytes.replaceSubrange(start..<start + damage.find.count, with: damage.replace)
        var reader = StreamReader(bytes)
        let error = #expect(throws: ArrowError.self) { try reader.batches() }
        #expect(error?.code == .malformed)
        #expect(error?.message == damage.message)
        #expect(error.map { Array($0.place.dropFirst()) } == damage.place)
    }

    @Test("an error reads as a sentence") func description() {
        let error = ArrowError(.malformed, "row 2 ends at 9 of 4", place: ["record batch", "column “text”"])
        #expect("\(error)" == "malformed Arrow data: record batch, column “text”: row 2 ends at 9 of 4")
    }
}
