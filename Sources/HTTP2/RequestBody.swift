/// A request's body on its way: what was queued and not yet taken by the library.
struct RequestBody {
    /// What the library gets when it asks for more.
    enum Next: Equatable {
        /// So many bytes; more may follow.
        case part(Int)
        /// So many bytes, the last ones; perhaps none.
        case last(Int)
        /// Nothing yet: it is to be told when there is more.
        case later
    }

    private var parts: [ArraySlice<UInt8>] = []
    private var firstPart = 0
    /// How many bytes wait.
    private(set) var count = 0
    /// Whether nothing more will be queued.
    private(set) var isComplete: Bool
    /// Whether the library found nothing and waits to be told.
    private(set) var isAwaited = false

    init(_ bytes: [UInt8], isComplete: Bool) {
        self.isComplete = isComplete
        if !bytes.isEmpty { append(bytes) }
    }

    mutating func append(_ bytes: [UInt8]) {
        parts.append(bytes[...])
        count += bytes.count
    }

    mutating func complete() { isComplete = true }

    /// Copies what comes next, as much of it as there is room for.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Next {
        if count == 0, !isComplete {
            isAwaited = true
            return .later
        }
        var copied = 0
        while firstPart < parts.count, copied < buffer.count {
            let part = parts[firstPart].prefix(buffer.count - copied)
            UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]).copyBytes(from: part)
            copied += part.count
            parts[firstPart] = parts[firstPart].dropFirst(part.count)
            if parts[firstPart].isEmpty { dropFirstPart() }
        }
        count -= copied
        return count == 0 && isComplete ? .last(copied) : .part(copied)
    }

    /// Whether the library is to be told that there is more; asked once after each change.
    mutating func takeAwaited() -> Bool {
        defer { isAwaited = false }
        return isAwaited
    }

    /// Lets the bytes go at once; the emptied places only when they are many.
    private mutating func dropFirstPart() {
        parts[firstPart] = []
        firstPart += 1
        if firstPart == parts.count {
            parts.removeAll(keepingCapacity: true)
            firstPart = 0
        } else if firstPart >= 64, 2 * firstPart >= parts.count {
            parts.removeFirst(firstPart)
            firstPart = 0
        }
    }
}
