/// Decimals, intervals, byte strings and lists of fixed size; maps; list views.
extension KindDamage {
    static let sizes: [KindDamage] = [
        KindDamage(
            "a decimal of no digits", in: "fixed", field: "d32", number: 0,
            "a decimal of 32 bits cannot have 0 digits"
        ) { try $0.set(Int32(0), 0, of: $0.field("d32").table(3, in: $0.bytes)) },
        KindDamage(
            "more digits than bits hold", in: "fixed", field: "d64", number: 1,
            "a decimal of 64 bits cannot have 19 digits"
        ) { try $0.set(Int32(19), 0, of: $0.field("d64").table(3, in: $0.bytes)) },
        KindDamage(
            "a decimal of absurd scale", in: "fixed", field: "d256", number: 3, "a decimal cannot have a scale of 128"
        ) { try $0.set(Int32(128), 1, of: $0.field("d256").table(3, in: $0.bytes)) },
        KindDamage(
            "a decimal of no known width", in: "fixed", field: "d32", number: 0, "there are no decimals of 48 bits"
        ) { try $0.set(Int32(48), 2, of: $0.field("d32").table(3, in: $0.bytes)) },
        KindDamage(
            "decimals cut off", in: "fixed", column: "d256", "its buffer of values has 95 bytes and needs 96"
        ) { try $0.setBuffer("d256 values", length: 95) },
        KindDamage("an interval of no known unit", in: "fixed", field: "i", number: 10, "there is no interval unit 3") {
            try $0.set(Int16(3), 0, of: $0.field("i").table(3, in: $0.bytes))
        },
        KindDamage("intervals cut off", in: "fixed", column: "i", "its buffer of values has 32 bytes and needs 48") {
            try $0.setBuffer("i values", length: 32)
        },
        KindDamage(
            "byte strings of negative size", in: "fixed", field: "b", number: 6,
            "a value cannot have -1 bytes or elements"
        ) { try $0.set(Int32(-1), 0, of: $0.field("b").table(3, in: $0.bytes)) },
        KindDamage("byte strings cut off", in: "fixed", column: "b", "its buffer of values has 8 bytes and needs 9") {
            try $0.setBuffer("b values", length: 8)
        },
        KindDamage(
            "lists of negative size", in: "fixed", field: "l", number: 8, "a value cannot have -2 bytes or elements"
        ) { try $0.set(Int32(-2), 0, of: $0.field("l").table(3, in: $0.bytes)) },
        KindDamage(
            "lists of a larger size", in: "fixed", column: "l", "3 lists of 2147483647 elements do not fit into 6"
        ) { try $0.set(Int32.max, 0, of: $0.field("l").table(3, in: $0.bytes)) },
        KindDamage("too few elements", in: "fixed", column: "l", "3 lists of 2 elements do not fit into 5") {
            try $0.setNode("l.item", count: 5)
        },
    ]

    static let lists: [KindDamage] = [
        KindDamage("offsets of a map that fall", in: "maps", column: "m", "the offsets of row 1 fall from 2 to 1") {
            try $0.set(Int32(1), in: "m offsets", at: 2)
        },
        KindDamage("a map beyond its pairs", in: "maps", column: "m", "row 3 ends at 4 of 3") {
            try $0.set(Int32(4), in: "m offsets", at: 4)
        },
        KindDamage("a negative offset of a map", in: "maps", column: "m", "the offset -1 of row 0 is negative") {
            try $0.set(Int32(-1), in: "m offsets", at: 0)
        },
        KindDamage(
            "fewer keys than pairs", in: "maps", column: "m.entries", "the member “key” has 2 rows of 3"
        ) { try $0.setNode("m.entries.key", count: 2) },
        KindDamage("a map of no pairs", in: "maps", field: "m", number: 0, "a map does not consist of pairs") {
            try $0.setCount(1, ofVector: 5, of: $0.field("m.entries"))
        },
        KindDamage(
            "a list view that ends behind its elements", in: "list-views", column: "o",
            "the list of row 0 (3 elements at 3) is not among 5"
        ) { try $0.set(Int32(3), in: "o sizes", at: 0) },
        KindDamage(
            "a list view that begins behind its elements", in: "list-views", column: "o",
            "the list of row 3 (0 elements at 6) is not among 5"
        ) { try $0.set(Int32(6), in: "o offsets", at: 3) },
        KindDamage(
            "a list view of negative size", in: "list-views", column: "o",
            "the list of row 1 (-1 elements at 0) is not among 5"
        ) { try $0.set(Int32(-1), in: "o sizes", at: 1) },
        KindDamage(
            "a list view before its elements", in: "list-views", column: "o",
            "the list of row 1 (4 elements at -1) is not among 5"
        ) { try $0.set(Int32(-1), in: "o offsets", at: 1) },
        KindDamage(
            "a large list view whose end is no number", in: "list-views", column: "large",
            "the list of row 0 (2 elements at 9223372036854775807) is not among 5"
        ) { try $0.set(Int64.max, in: "large offsets", at: 0) },
        KindDamage("sizes cut off", in: "list-views", column: "o", "its buffer of sizes has 15 bytes and needs 16") {
            try $0.setBuffer("o sizes", length: 15)
        },
        KindDamage(
            "offsets of views cut off", in: "list-views", column: "large",
            "its buffer of offsets has 31 bytes and needs 32"
        ) { try $0.setBuffer("large offsets", length: 31) },
        KindDamage(
            "more elements without bytes than can be", in: "expands-nulls", column: "x",
            "a list cannot have 16777217 elements of type null"
        ) { try $0.setNode("x.item", count: 1 << 24 + 1, nulls: 1 << 24 + 1) },
    ]
}
