import ArrowIPC

/// Views, dictionaries in all forms, compressed bodies and counts.
extension KindDamage {
    /// A view is 16 bytes: its length, then its first 4 bytes, a buffer's number and an offset, or 12 bytes of its own.
    static let views: [KindDamage] = [
        KindDamage("a buffer that is not there", in: "views", column: "s", "row 3 lies in buffer 9 of 1") {
            try $0.set(Int32(9), in: "s views", at: 3 * 4 + 2)
        },
        KindDamage("a buffer before the first", in: "views", column: "b", "row 3 lies in buffer -1 of 1") {
            try $0.set(Int32(-1), in: "b views", at: 3 * 4 + 2)
        },
        KindDamage(
            "a view behind its buffer", in: "views", column: "s",
            "row 3 (13 bytes at 67) lies outside its 73 bytes of data"
        ) { try $0.set(Int32(67), in: "s views", at: 3 * 4 + 3) },
        KindDamage(
            "a view before its buffer", in: "views", column: "s",
            "row 3 (13 bytes at -1) lies outside its 73 bytes of data"
        ) { try $0.set(Int32(-1), in: "s views", at: 3 * 4 + 3) },
        KindDamage(
            "a view longer than its buffer", in: "views", column: "s",
            "row 5 (2147483647 bytes at 33) lies outside its 73 bytes of data"
        ) { try $0.set(Int32.max, in: "s views", at: 5 * 4) },
        KindDamage("a view of negative length", in: "views", column: "b", "the value of row 1 cannot have -1 bytes") {
            try $0.set(Int32(-1), in: "b views", at: 1 * 4)
        },
        KindDamage("a view of another text", in: "views", column: "s", "row 3 does not begin as its view says") {
            try $0.set(Int8(0x41), in: "s views", at: 3 * 16 + 4)
        },
        KindDamage(
            "a short view that is no text", in: "views", column: "s",
            "the text of row 1 is not UTF-8 from its byte 2 on"
        ) { try $0.set(UInt8(0xFF), in: "s views", at: 16 + 4 + 2) },
        KindDamage(
            "a long view that is no text", in: "views", column: "s",
            "the text of row 5 is not UTF-8 from its byte 39 on"
        ) { try $0.set(UInt8(0xC3), in: "s data 0", at: 72) },
        KindDamage("views cut off", in: "views", column: "s", "its buffer of views has 111 bytes and needs 112") {
            try $0.setBuffer("s views", length: 111)
        },
        KindDamage("more buffers than there are", in: "views", column: "s", "it cannot have 99 buffers of data") {
            try $0.set(Int64(99), at: $0.batch.vector(4, in: $0.bytes).start)
        },
        KindDamage("a negative count of buffers", in: "views", column: "s", "it cannot have -1 buffers of data") {
            try $0.set(Int64(-1), at: $0.batch.vector(4, in: $0.bytes).start)
        },
        KindDamage(
            "no count of buffers", in: "views", column: "inline", "it counts the buffers of only 2 views"
        ) { try $0.setCount(2, ofVector: 4, of: $0.batch) },
    ]

    static let dictionaries: [KindDamage] = [
        KindDamage(
            "an index behind a dictionary in parts", in: "delta",
            "the index 5 of row 0 is not in a dictionary of 5 values", at: ["record batch", "column “x”"]
        ) {
            $0.turn(to: 6)
            try $0.set(Int8(5), in: "x indices", at: 0)
        },
        KindDamage(
            "an index behind the dictionary that replaced another", in: "dictionary-replaced",
            "the index 3 of row 3 is not in a dictionary of 3 values", at: ["record batch", "column “d”"]
        ) {
            $0.turn(to: 4)
            try $0.set(Int32(3), in: "d indices", at: 3)
        },
        KindDamage(
            "an index of a dictionary within a dictionary", in: "dictionary-of-dictionaries",
            "the index 2 of row 0 is not in a dictionary of 2 values",
            at: ["dictionary 0", "column “values”", "column “item”"]
        ) {
            $0.turn(to: 2)
            try $0.set(Int8(2), in: "values.item indices", at: 0)
        },
        KindDamage(
            "an index without a sign", in: "dictionary-uint64",
            "the index -1 of row 0 is not in a dictionary of 2 values", at: ["record batch", "column “d”"]
        ) { try $0.set(UInt64.max, in: "d indices", at: 0) },
        KindDamage(
            "a dictionary that nobody has", in: "dictionary-nested", "no field of the schema has it",
            at: ["dictionary 77"]
        ) {
            $0.turn(to: 2)
            try $0.set(Int64(77), 0, of: $0.dictionary)
        },
        KindDamage(
            "a part of a dictionary that has not come", in: "delta", "a further part of it came before the first",
            at: ["dictionary 0"]
        ) {
            $0.drop(2)
            $0.drop(1)
        },
        KindDamage(
            "a dictionary that has not come", in: "delta", "its dictionary 0 has not come",
            at: ["record batch", "column “x”"]
        ) { $0.drop(1) },
        KindDamage(
            "a further part beyond its text", in: "delta", "row 0 ends at 7 of 6",
            at: ["dictionary 0", "column “values”"]
        ) {
            $0.turn(to: 5)
            try $0.set(Int32(7), in: "values offsets", at: 1)
        },
        KindDamage(
            "two dictionaries of one number", in: "dictionary-nested",
            "dictionary 0 is to hold both string and list<item: int8>", at: ["schema"]
        ) { try $0.set(Int64(0), 0, of: $0.field("lists").table(4, in: $0.bytes)) },
    ]

    static let compressed: [KindDamage] = [
        KindDamage(
            "a length that is negative", in: "zstd-small", column: "i",
            "its buffer of values cannot be -2 bytes that were compressed to 35"
        ) { try $0.set(Int64(-2), in: "i values", at: 0) },
        KindDamage(
            "a length that is absurd", in: "lz4-small", column: "i",
            "its buffer of values cannot be 9223372036854775807 bytes that were compressed to 31"
        ) { try $0.set(Int64.max, in: "i values", at: 0) },
        KindDamage(
            "a length that is too long", in: "lz4-small", column: "i",
            "a compressed buffer holds 320 bytes and announces 328"
        ) { try $0.set(Int64(328), in: "i values", at: 0) },
        KindDamage(
            "a length that is too short", in: "lz4-small", column: "i",
            "a buffer's LZ4 frame is cut off, or holds more than 312 bytes"
        ) { try $0.set(Int64(312), in: "i values", at: 0) },
        KindDamage(
            "a length that is too short", in: "zstd-small", column: "i",
            "a buffer compressed with ZSTD: Destination buffer is too small"
        ) { try $0.set(Int64(312), in: "i values", at: 0) },
        KindDamage(
            "a length that is cut off", in: "zstd-small", column: "i", "its compressed buffer of values has no length"
        ) { try $0.setBuffer("i values", length: 7) },
        KindDamage(
            "a frame that is none", in: "zstd-small", column: "i",
            "a buffer compressed with ZSTD: Unknown frame descriptor"
        ) { try $0.set(UInt8(0), in: "i values", at: 8) },
        KindDamage(
            "a frame that is none", in: "lz4-small", column: "i",
            "a buffer compressed with LZ4: ERROR_frameType_unknown"
        ) { try $0.set(UInt8(0), in: "i values", at: 8) },
        KindDamage(
            "bytes that are said not to be compressed", in: "lz4-small", column: "i",
            "its buffer of values has 31 bytes and needs 320"
        ) { try $0.set(Int64(-1), in: "i values", at: 0) },
        KindDamage(
            "a codec that is not known", in: "zstd-small", code: .unsupported, "a body compressed with codec 2",
            at: ["record batch"]
        ) { try $0.set(Int8(2), 0, of: $0.batch.table(3, in: $0.bytes)) },
    ]

    static let counts: [KindDamage] = [
        KindDamage(
            "rows without end", in: "fixed", "it cannot have 9223372036854775807 rows", at: ["record batch"]
        ) { try $0.set(Int64.max, 0, of: $0.batch) },
        KindDamage("fewer rows than none", in: "fixed", "it cannot have -1 rows", at: ["record batch"]) {
            try $0.set(Int64(-1), 0, of: $0.batch)
        },
        KindDamage(
            "more rows than the columns have", in: "fixed", "column “d32” has 3 rows of 4", at: ["record batch"]
        ) { try $0.set(Int64(4), 0, of: $0.batch) },
        KindDamage(
            "more nulls than can be", in: "texts", column: "nothing", "it cannot have 7 nulls in 2147483648 rows"
        ) { try $0.setNode("nothing", count: 1 << 31) },
        KindDamage("a buffer too few", in: "list-views", column: "n.item", "there are only 14 buffers") {
            try $0.setCount(14, ofVector: 2, of: $0.batch)
        },
        KindDamage("a node too few", in: "unions", column: "listed.item.n", "there are only 12 nodes") {
            try $0.setCount(12, ofVector: 1, of: $0.batch)
        },
        KindDamage(
            "a column that the schema has not", in: "maps", "it has 18 nodes and 36 buffers, its fields 13 and 26",
            at: ["record batch"]
        ) { try $0.setCount(3, ofVector: 1, of: $0.schemaTable) },
        KindDamage(
            "a buffer behind the body", in: "maps", column: "m",
            "its buffer of offsets (20 bytes at 1048576) lies outside the body of 304 bytes"
        ) { try $0.setBuffer("m offsets", offset: 1 << 20) },
        KindDamage(
            "a buffer before the body", in: "runs", column: "short.run_ends",
            "its buffer of values (6 bytes at -8) lies outside the body of 88 bytes"
        ) { try $0.setBuffer("short.run_ends values", offset: -8) },
        KindDamage(
            "a buffer whose end is no number", in: "views", column: "s",
            "its buffer of views (9223372036854775807 bytes at 64) lies outside the body of 976 bytes"
        ) { try $0.setBuffer("s views", offset: 64, length: .max) },
    ]
}
