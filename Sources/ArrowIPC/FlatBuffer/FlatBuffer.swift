/// FlatBuffers bytes, read with every position checked.
///
/// Positions are counted from the buffer's first byte. The layout is that of the FlatBuffers internals
/// (https://flatbuffers.dev/internals/): numbers are little-endian, offsets unsigned and forward, except a table's offset
/// to its vtable.
struct FlatBuffer: Sendable {
    let bytes: Buffer

    /// The table that the first four bytes point to.
    func root() throws(ArrowError) -> FlatTable {
        try FlatTable(in: self, at: target(of: 0))
    }

    /// The number at a position, which need not be aligned.
    func number<T: FixedWidthInteger & BitwiseCopyable>(
        at position: Int, as type: T.Type = T.self
    ) throws(ArrowError) -> T {
        guard position >= 0, position <= bytes.count - MemoryLayout<T>.size else {
            throw .malformed(
                "\(MemoryLayout<T>.size) bytes at \(position) lie outside the \(bytes.count) of the metadata")
        }
        return bytes.load(atByte: position, as: T.self)
    }

    /// Where the forward offset at a position points.
    func target(of position: Int) throws(ArrowError) -> Int {
        let offset = try number(at: position, as: UInt32.self)
        guard offset > 0, Int(offset) < bytes.count - position else {
            throw .malformed(
                "the offset \(offset) at \(position) leads outside the \(bytes.count) bytes of the metadata")
        }
        return position + Int(offset)
    }

    /// The elements of the vector at a position.
    func vector(at position: Int, elementSize: Int) throws(ArrowError) -> FlatVector {
        let count = Int(try number(at: position, as: UInt32.self))
        guard count <= (bytes.count - position - 4) / elementSize else {
            throw .malformed("a vector of \(count) elements at \(position) is longer than the metadata")
        }
        return FlatVector(buffer: self, start: position + 4, count: count, elementSize: elementSize)
    }

    /// The text at a position.
    func text(at position: Int) throws(ArrowError) -> String {
        let vector = try vector(at: position, elementSize: 1)
        guard let text = bytes.part(vector.start..<vector.start + vector.count).text() else {
            throw .malformed("the text at \(position) is not UTF-8")
        }
        return text
    }
}

/// A vector of FlatBuffers: its elements lie side by side.
struct FlatVector {
    let buffer: FlatBuffer
    let start: Int
    let count: Int
    let elementSize: Int

    /// The position of an element, which the caller knows to exist.
    func position(of index: Int) -> Int { start + index * elementSize }

    /// The table that an element of a vector of offsets points to.
    func table(_ index: Int) throws(ArrowError) -> FlatTable {
        try FlatTable(in: buffer, at: buffer.target(of: position(of: index)))
    }
}
