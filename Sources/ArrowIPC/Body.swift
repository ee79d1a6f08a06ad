/// The body of a message: the bytes that its RecordBatch table cuts into buffers, and how they are to be read.
struct Body {
    let bytes: Buffer
    let isVersion4: Bool
    /// How many bytes the buffers may come to uncompressed.
    let uncompressedLimit: Int
}

/// Takes the nodes and buffers of a RecordBatch table (Message.fbs: length, nodes, buffers, compression,
/// variadicBufferCounts) in order, each within its bounds.
struct BodyReader: ~Copyable {
    /// The longest array that every Arrow implementation reads ("Array lengths" of the columnar format). Columns of nulls
    /// take no bytes, so that nothing else bounds their rows.
    static let maximumRows = Int64(Int32.max)

    /// How many values and nulls a column has.
    struct Node {
        let count: Int
        let nullCount: Int
    }

    let rowCount: Int
    let isVersion4: Bool
    private let body: Buffer
    private let compression: Compression?
    private let uncompressedLimit: Int
    private var uncompressedLeft: Int
    private let nodes: FlatVector
    private let buffers: FlatVector
    private let variadicCounts: FlatVector
    private var nextNode: Int
    private var nextBuffer: Int
    private var nextVariadic: Int

    init(_ table: FlatTable, body: Body) throws(ArrowError) {
        let length = try table.number(0, default: Int64(0))
        guard (0...Self.maximumRows).contains(length) else { throw .malformed("it cannot have \(length) rows") }
        var compression: Compression?
        if let table = try table.table(3) { compression = try Compression(table) }
        // FieldNode and Buffer are structs of two Int64.
        let empty = FlatVector(buffer: table.buffer, start: 0, count: 0, elementSize: 16)
        let nodes = try table.vector(1, elementSize: 16) ?? empty
        let buffers = try table.vector(2, elementSize: 16) ?? empty
        let variadicCounts = try table.vector(4, elementSize: 8) ?? empty
        self.nodes = nodes
        self.buffers = buffers
        self.variadicCounts = variadicCounts
        self.compression = compression
        self.rowCount = Int(length)
        self.isVersion4 = body.isVersion4
        self.body = body.bytes
        self.uncompressedLimit = body.uncompressedLimit
        self.uncompressedLeft = body.uncompressedLimit
        (self.nextNode, self.nextBuffer, self.nextVariadic) = (0, 0, 0)
    }

    /// How many bytes the buffers that were taken came to when uncompressed.
    var uncompressedBytes: Int { uncompressedLimit - uncompressedLeft }

    /// Checks that every node and buffer has been taken.
    func finish() throws(ArrowError) {
        guard nextNode == nodes.count, nextBuffer == buffers.count else {
            throw .malformed(
                "it has \(nodes.count) nodes and \(buffers.count) buffers, its fields \(nextNode) and \(nextBuffer)")
        }
        guard nextVariadic == variadicCounts.count else {
            throw .malformed("it counts the buffers of \(variadicCounts.count) views, its fields \(nextVariadic)")
        }
    }

    mutating func takeNode() throws(ArrowError) -> Node {
        guard nextNode < nodes.count else { throw .malformed("there are only \(nodes.count) nodes") }
        let position = nodes.position(of: nextNode)
        let count = try nodes.buffer.number(at: position, as: Int64.self)
        let nullCount = try nodes.buffer.number(at: position + 8, as: Int64.self)
        guard (0...Self.maximumRows).contains(count), (0...count).contains(nullCount) else {
            throw .malformed("it cannot have \(nullCount) nulls in \(count) rows")
        }
        nextNode += 1
        return Node(count: Int(count), nullCount: Int(nullCount))
    }

    mutating func takeBuffer(_ name: String, atLeast needed: Int = 0) throws(ArrowError) -> Buffer {
        guard nextBuffer < buffers.count else { throw .malformed("there are only \(buffers.count) buffers") }
        let position = buffers.position(of: nextBuffer)
        let offset = try buffers.buffer.number(at: position, as: Int64.self)
        let length = try buffers.buffer.number(at: position + 8, as: Int64.self)
        guard offset >= 0, length >= 0, offset <= body.count, length <= Int64(body.count) - offset else {
            throw .malformed(
                "its buffer of \(name) (\(length) bytes at \(offset)) lies outside the body of \(body.count) bytes")
        }
        nextBuffer += 1
        var buffer = body.part(Int(offset)..<Int(offset + length))
        if let compression { buffer = try uncompressed(buffer, compression, name) }
        guard buffer.count >= needed else {
            throw .malformed("its buffer of \(name) has \(buffer.count) bytes and needs \(needed)")
        }
        return buffer
    }

    /// A compressed buffer begins with its uncompressed length in 8 bytes, -1 where it is stored as it is; an empty
    /// one has no bytes at all.
    private mutating func uncompressed(
        _ buffer: Buffer, _ compression: Compression, _ name: String
    ) throws(ArrowError) -> Buffer {
        if buffer.count == 0 { return buffer }
        guard buffer.count >= 8 else { throw .malformed("its compressed buffer of \(name) has no length") }
        let length = buffer.load(atByte: 0, as: Int64.self)
        let rest = buffer.part(8..<buffer.count)
        if length == -1 { return rest }
        if length == 0 { return rest.part(0..<0) }
        guard length > 0, length <= uncompressedLeft, length / Int64(compression.largestRatio) <= rest.count else {
            throw .malformed("its buffer of \(name) cannot be \(length) bytes that were compressed to \(rest.count)")
        }
        uncompressedLeft -= Int(length)
        return Buffer(try compression.decompress(rest, length: Int(length)), 0..<Int(length))
    }

    /// How many buffers of data the next column of views has.
    mutating func takeVariadicCount() throws(ArrowError) -> Int {
        guard nextVariadic < variadicCounts.count else {
            throw .malformed("it counts the buffers of only \(variadicCounts.count) views")
        }
        let position = variadicCounts.position(of: nextVariadic)
        let count = try variadicCounts.buffer.number(at: position, as: Int64.self)
        guard count >= 0, count <= buffers.count - nextBuffer else {
            throw .malformed("it cannot have \(count) buffers of data")
        }
        nextVariadic += 1
        return Int(count)
    }

    /// The bitmap of a column that has nulls. One may be sent where there are none; it then has to say so.
    mutating func takeValidity(_ node: Node) throws(ArrowError) -> Buffer? {
        let bytesNeeded = (node.count + 7) / 8
        let bitmap = try takeBuffer("validity", atLeast: node.nullCount > 0 ? bytesNeeded : 0)
        if node.nullCount == 0 && bitmap.count < bytesNeeded { return nil }
        let nulls = node.count - bitmap.countOfSetBits(in: node.count)
        guard nulls == node.nullCount else {
            throw .malformed("its buffer of validity marks \(nulls) nulls and its node counts \(node.nullCount)")
        }
        return node.nullCount == 0 ? nil : bitmap
    }

    mutating func takeOffsets(_ node: Node, isLarge: Bool) throws(ArrowError) -> Offsets {
        // A column of no rows may leave out its only offset.
        let needed = node.count == 0 ? 0 : (node.count + 1) * (isLarge ? 8 : 4)
        return Offsets(buffer: try takeBuffer("offsets", atLeast: needed), isLarge: isLarge)
    }
}
