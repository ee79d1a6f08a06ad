/// The types whose tables say more than a width or a unit.
extension TypeDecoder {
    /// FixedSizeBinary: byteWidth. FixedSizeList: listSize.
    func size(_ table: FlatTable) throws(ArrowError) -> Int {
        let size = try table.number(0, default: Int32(0))
        guard size >= 0 else { throw .malformed("a value cannot have \(size) bytes or elements") }
        return Int(size)
    }

    /// Decimal: precision, scale, bitWidth (128 if absent).
    func decimal(_ table: FlatTable) throws(ArrowError) -> DataType {
        let precision = try table.number(0, default: Int32(0))
        let scale = try table.number(1, default: Int32(0))
        let bits = try table.number(2, default: Int32(128))
        let digits: [Int32: Int32] = [32: 9, 64: 18, 128: 38, 256: 76]
        guard let most = digits[bits] else { throw .malformed("there are no decimals of \(bits) bits") }
        guard (1...most).contains(precision) else {
            throw .malformed("a decimal of \(bits) bits cannot have \(precision) digits")
        }
        // Writers keep it in a signed byte; an absurd one would make absurd text.
        guard (-128...127).contains(scale) else { throw .malformed("a decimal cannot have a scale of \(scale)") }
        return .decimal(bits: Int(bits), precision: Int(precision), scale: Int(scale))
    }

    /// Interval: unit.
    func interval(_ table: FlatTable) throws(ArrowError) -> DataType {
        switch try table.number(0, default: Int16(0)) {
        case 0: return .interval(.yearMonth)
        case 1: return .interval(.dayTime)
        case 2: return .interval(.monthDayNano)
        case let other: throw .malformed("there is no interval unit \(other)")
        }
    }

    /// Map: keysSorted. Its child is a struct of key and value.
    func map(_ table: FlatTable) throws(ArrowError) -> DataType {
        guard children.count == 1, case .structure(let pair) = children[0].type, pair.count == 2 else {
            throw .malformed("a map does not consist of pairs")
        }
        return .map(children[0], keysSorted: try table.flag(0))
    }

    /// Union: mode (sparse, dense), typeIds (the members' places if absent).
    func union(_ table: FlatTable) throws(ArrowError) -> DataType {
        let mode = try table.number(0, default: Int16(0))
        guard mode == 0 || mode == 1 else { throw .malformed("there is no union mode \(mode)") }
        guard children.count <= 128 else { throw .malformed("a union cannot have \(children.count) members") }
        var ids = Array(children.indices)
        if let vector = try table.vector(1, elementSize: 4) {
            guard vector.count == children.count else {
                throw .malformed("a union of \(children.count) members has numbers for \(vector.count)")
            }
            for index in ids.indices {
                ids[index] = Int(try vector.buffer.number(at: vector.position(of: index), as: Int32.self))
            }
        }
        guard ids.allSatisfy((0...127).contains), Set(ids).count == ids.count else {
            throw .malformed("a union's members cannot have the numbers \(ids)")
        }
        return .union(UnionType(members: children, ids: ids, isDense: mode == 1))
    }

    /// RunEndEncoded: its children are where runs end and what they hold.
    func runs() throws(ArrowError) -> DataType {
        guard children.count == 2 else {
            throw .malformed("a field of type RunEndEncoded has \(children.count) child fields, not two")
        }
        switch children[0].type {
        case .integer(.int16), .integer(.int32), .integer(.int64):
            return .runEndEncoded(ends: children[0], values: children[1])
        default: throw .malformed("runs cannot end at values of type \(children[0].type)")
        }
    }
}
