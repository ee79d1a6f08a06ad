/// What a timer's body learns.
package enum TimerEnd: Sendable, Equatable {
    /// The deadline has passed.
    case due
    /// The loop stops, the deadline will not be waited for.
    case loopStopped
}

/// Deadlines in order, each with what is to be run then: a binary heap.
///
/// A cancelled timer's place in the heap stays until it comes up, or until such places are the greater part.
struct Timers: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Body = @Sendable (TimerEnd) -> Void

    private struct Entry: Sendable {
        var deadline: Instant
        var id: UInt64

        /// Timers of one deadline fire in the order they were set.
        func precedes(_ other: Entry) -> Bool {
            deadline < other.deadline || (deadline == other.deadline && id < other.id)
        }
    }

    private var heap: [Entry] = []
    private var bodies: [UInt64: Body] = [:]
    private var nextID: UInt64 = 0

    /// How many timers wait.
    var count: Int { bodies.count }

    /// The earliest deadline that is waited for.
    var earliest: Instant? {
        mutating get {
            while let first = heap.first, bodies[first.id] == nil { removeFirst() }
            return heap.first?.deadline
        }
    }

    /// Sets a timer and gives the number to cancel it by.
    mutating func add(at deadline: Instant, _ body: @escaping Body) -> UInt64 {
        nextID += 1
        bodies[nextID] = body
        heap.append(Entry(deadline: deadline, id: nextID))
        siftUp(from: heap.count - 1)
        return nextID
    }

    /// Forgets a timer and gives its body back; nil where it has fired.
    @discardableResult
    mutating func cancel(_ id: UInt64) -> Body? {
        let body = bodies.removeValue(forKey: id)
        if heap.count > 64, heap.count > 2 * bodies.count { dropCancelled() }
        return body
    }

    /// Takes the bodies of all timers whose deadline is not after `now`, the earliest first.
    mutating func takeDue(at now: Instant) -> [Body] {
        var due: [Body] = []
        while let first = heap.first, first.deadline <= now || bodies[first.id] == nil {
            removeFirst()
            if let body = bodies.removeValue(forKey: first.id) { due.append(body) }
        }
        return due
    }

    /// Takes the bodies of all timers.
    mutating func takeAll() -> [Body] {
        defer { self = Timers() }
        return Array(bodies.values)
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(from: 0)
    }

    private mutating func dropCancelled() {
        // A sorted array is a heap.
        heap = heap.filter { bodies[$0.id] != nil }.sorted { $0.precedes($1) }
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].precedes(heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].precedes(heap[first]) {
                first = child
            }
            if first == index { return }
            heap.swapAt(index, first)
            index = first
        }
    }
}
