/// A table of FlatBuffers: fields found by number through a vtable, absent ones having a default.
struct FlatTable {
    let buffer: FlatBuffer
    private let position: Int
    private let length: Int
    private let vtable: Int
    private let vtableLength: Int

    init(in buffer: FlatBuffer, at position: Int) throws(ArrowError) {
        let back = try buffer.number(at: position, as: Int32.self)
        let vtable = position - Int(back)
        let vtableLength = Int(try buffer.number(at: vtable, as: UInt16.self))
        let length = Int(try buffer.number(at: vtable + 2, as: UInt16.self))
        guard vtableLength >= 4, vtableLength % 2 == 0, vtable + vtableLength <= buffer.bytes.count else {
            throw .malformed("the vtable at \(vtable) has an impossible length of \(vtableLength)")
        }
        guard length >= 4, position + length <= buffer.bytes.count else {
            throw .malformed("the table at \(position) has an impossible length of \(length)")
        }
        self.buffer = buffer
        self.position = position
        self.length = length
        self.vtable = vtable
        self.vtableLength = vtableLength
    }

    /// Where a field of so many bytes is, or nil where it is absent.
    private func place(of field: Int, size: Int) throws(ArrowError) -> Int? {
        let slot = 4 + 2 * field
        guard slot < vtableLength else { return nil }
        let offset = Int(try buffer.number(at: vtable + slot, as: UInt16.self))
        if offset == 0 { return nil }
        guard offset >= 4, offset + size <= length else {
            throw .malformed("field \(field) of the table at \(position) lies outside it")
        }
        return position + offset
    }

    func number<T: FixedWidthInteger & BitwiseCopyable>(_ field: Int, default value: T) throws(ArrowError) -> T {
        guard let place = try place(of: field, size: MemoryLayout<T>.size) else { return value }
        return try buffer.number(at: place)
    }

    func flag(_ field: Int) throws(ArrowError) -> Bool {
        try number(field, default: UInt8(0)) != 0
    }

    func table(_ field: Int) throws(ArrowError) -> FlatTable? {
        guard let place = try place(of: field, size: 4) else { return nil }
        return try FlatTable(in: buffer, at: buffer.target(of: place))
    }

    func vector(_ field: Int, elementSize: Int) throws(ArrowError) -> FlatVector? {
        guard let place = try place(of: field, size: 4) else { return nil }
        return try buffer.vector(at: buffer.target(of: place), elementSize: elementSize)
    }

    func text(_ field: Int) throws(ArrowError) -> String? {
        guard let place = try place(of: field, size: 4) else { return nil }
        return try buffer.text(at: buffer.target(of: place))
    }
}
