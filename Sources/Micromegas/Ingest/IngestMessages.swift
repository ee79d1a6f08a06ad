import ArrowIPC

/// The messages of a bulk ingest: a schema, then the rows in batches of bounded size, each made when it is asked for.
struct IngestMessages {
    /// About how many bytes of rows a message has. gRPC servers take 4 MiB unless they were told otherwise, and what waits
    /// to be sent is held to 1 MiB: larger messages would only take memory.
    static let messageSize = 1 << 20
    /// The longest row, in bytes. A row travels in one message, and Micromegas' server takes 100 MiB a message (its
    /// source, `FlightSqlServer`); a part is left for what surrounds the row.
    static let largestRow = 96 << 20

    /// Gives row after row, each value in its column's place, and nil after the last.
    typealias Rows = () throws(MicromegasError) -> [Value]?

    /// Rows that are there.
    static func rows(_ rows: some Sequence<[Value]>) -> Rows {
        var iterator = rows.makeIterator()
        return { iterator.next() }
    }

    private let columns: [IngestColumn]
    private let writer: StreamWriter
    private let rows: Rows
    private var builders: [ColumnBuilder]
    /// A row that was taken and did not fit into the batch before it.
    private var held: [Value]?
    private var hasBegun = false

    /// Messages of rows that ``check(_:of:)`` has found good.
    init(_ rows: @escaping Rows, of table: IngestTable) throws {
        self.rows = rows
        columns = table.columns
        writer = try StreamWriter(table.schema)
        builders = try columns.map { try ColumnBuilder($0.kind.type) }
    }

    /// Refuses rows of which a value cannot be; counts them.
    static func check(_ rows: Rows, of table: IngestTable) throws(MicromegasError) -> Int {
        let columns = table.columns
        var number = 0
        while let row = try rows() {
            number += 1
            for (column, value) in zip(columns, row) {
                guard let problem = column.kind.problem(value) else { continue }
                throw table.refusal("column “\(column.name)”, row \(number): \(problem)")
            }
            let size = size(of: row)
            guard size <= largestRow else {
                throw table.refusal(
                    "row \(number) has \(size) bytes and a server takes rows of \(largestRow): leave it out")
            }
        }
        return number
    }

    /// The next message, nil after the last.
    mutating func next() throws -> EncodedMessage? {
        guard hasBegun else {
            hasBegun = true
            return writer.schemaMessage
        }
        var size = 0
        while let row = try held ?? rows() {
            held = nil
            size += Self.size(of: row)
            if size > Self.messageSize, builders[0].count > 0 {
                held = row
                break
            }
            for (index, value) in row.enumerated() { try builders[index].append(columns[index].kind.normalized(value)) }
        }
        if builders[0].count == 0 { return nil }
        var finished: [Column] = []
        for index in builders.indices { finished.append(builders[index].finish()) }
        return try writer.messages(of: RecordBatch(writer.schema, finished)).last
    }

    /// About how many bytes a row takes in a message.
    private static func size(of row: [Value]) -> Int { row.reduce(0) { $0 + size(of: $1) } }

    private static func size(of value: Value) -> Int {
        switch value {
        case .text(let text): text.utf8.count + 5
        case .bytes(let bytes): bytes.count + 5
        case .list(let values): values.reduce(5) { $0 + size(of: $1) }
        case .structure(let members): members.reduce(1) { $0 + size(of: $1.value) }
        default: 9
        }
    }
}
