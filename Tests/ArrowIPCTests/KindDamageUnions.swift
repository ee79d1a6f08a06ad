/// Unions of both kinds and run-end encoded columns.
extension KindDamage {
    static let unions: [KindDamage] = [
        KindDamage("a row of no member", in: "unions", column: "sparse", "row 1 has no member 6") {
            try $0.set(Int8(6), in: "sparse members", at: 1)
        },
        KindDamage("a row of a negative member", in: "unions", column: "dense", "row 0 has no member -1") {
            try $0.set(Int8(-1), in: "dense members", at: 0)
        },
        KindDamage(
            "an offset behind the member", in: "unions", column: "dense",
            "row 2 is at 3 of the 3 values of its member 7"
        ) { try $0.set(Int32(3), in: "dense offsets", at: 2) },
        KindDamage(
            "a negative offset into the member", in: "unions", column: "dense",
            "row 1 is at -1 of the 3 values of its member 5"
        ) { try $0.set(Int32(-1), in: "dense offsets", at: 1) },
        KindDamage(
            "a member shorter than its union", in: "unions", column: "sparse",
            "row 2 is at 2 of the 2 values of its member 7"
        ) { try $0.setNode("sparse.n", count: 2, nulls: 0) },
        KindDamage("members cut off", in: "unions", column: "sparse", "its buffer of members has 2 bytes and needs 3") {
            try $0.setBuffer("sparse members", length: 2)
        },
        KindDamage("offsets cut off", in: "unions", column: "dense", "its buffer of offsets has 11 bytes and needs 12")
        {
            try $0.setBuffer("dense offsets", length: 11)
        },
        KindDamage(
            "two members of one number", in: "unions", field: "sparse", number: 0,
            "a union's members cannot have the numbers [5, 5]"
        ) { try $0.set(Int32(5), at: $0.field("sparse").table(3, in: $0.bytes).vector(1, in: $0.bytes).start + 4) },
        KindDamage(
            "a member's number that no row can have", in: "unions", field: "dense", number: 1,
            "a union's members cannot have the numbers [128, 7]"
        ) { try $0.set(Int32(128), at: $0.field("dense").table(3, in: $0.bytes).vector(1, in: $0.bytes).start) },
        KindDamage(
            "fewer numbers than members", in: "unions", field: "dense", number: 1,
            "a union of 2 members has numbers for 1"
        ) { try $0.setCount(1, ofVector: 1, of: $0.field("dense").table(3, in: $0.bytes)) },
        KindDamage("a union of no known mode", in: "unions", field: "dense", number: 1, "there is no union mode 2") {
            try $0.set(Int16(2), 0, of: $0.field("dense").table(3, in: $0.bytes))
        },
        KindDamage("a row of no member, version 4", in: "unions-v4", column: "sparse", "row 1 has no member 6") {
            // In version 4 a bitmap of nulls, empty here, lies before the members.
            try $0.set(Int8(6), in: "sparse members", at: 1)
        },
    ]

    static let runs: [KindDamage] = [
        KindDamage("runs that do not rise", in: "runs", column: "short", "run 1 ends at 2, the one before at 2") {
            try $0.set(Int16(2), in: "short.run_ends values", at: 1)
        },
        KindDamage(
            "a run that ends before it begins", in: "runs", column: "int", "run 0 ends at 0, the one before at 0"
        ) {
            try $0.set(Int32(0), in: "int.run_ends values", at: 0)
        },
        KindDamage("a negative end", in: "runs", column: "long", "run 1 ends at -7, the one before at 6") {
            try $0.set(Int64(-7), in: "long.run_ends values", at: 1)
        },
        KindDamage("runs that end before the rows", in: "runs", column: "short", "its runs end at 6 of 7 rows") {
            try $0.set(Int16(6), in: "short.run_ends values", at: 2)
        },
        KindDamage("more rows than runs reach", in: "runs", column: "int", "its runs end at 7 of 8 rows") {
            try $0.setNode("int", count: 8)
        },
        KindDamage("fewer values than runs", in: "runs", column: "short", "it has 2 values for 3 runs") {
            try $0.setNode("short.values", count: 2)
        },
        KindDamage("ends that are null", in: "runs", column: "short", "a run cannot end at a null") {
            // The bytes 2, 0, … as a bitmap: of three runs only the second is valid.
            try $0.setNode("short.run_ends", count: 3, nulls: 2)
            try $0.setBuffer("short.run_ends validity", offset: $0.offset(of: "short.run_ends values"), length: 1)
        },
        KindDamage(
            "ends of another type", in: "runs", field: "short", number: 0, "runs cannot end at values of type int8"
        ) { try $0.set(Int32(8), 0, of: $0.field("short.run_ends").table(3, in: $0.bytes)) },
        KindDamage(
            "runs without values", in: "runs", field: "int", number: 1,
            "a field of type RunEndEncoded has 1 child fields, not two"
        ) { try $0.setCount(1, ofVector: 5, of: $0.field("int")) },
    ]
}
