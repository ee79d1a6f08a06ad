import ArrowIPC
public import UTCTime

/// A row of `processes`: a program that ran, or runs.
public struct ProcessRow: Sendable, Hashable {
    /// A UUID.
    public var processID: String
    /// The path of the program.
    public var exe = ""
    /// Who ran it, by the system's short name.
    public var username = ""
    /// Who ran it, in full.
    public var realname = ""
    /// Where it ran.
    public var computer = ""
    /// The operating system.
    public var distro = ""
    /// The processor.
    public var cpuBrand = ""
    /// Ticks a second of the clock that `startTicks` and the ticks of blocks count.
    public var tscFrequency: Int64
    /// When it began. A lake keeps whole microseconds.
    public var startTime: Timestamp
    /// The tick at ``startTime``.
    public var startTicks: Int64
    /// When the row was, or is, written.
    public var insertTime: Timestamp
    /// The UUID of the process that started it; nil where it is not known.
    public var parentProcessID: String?
    /// Whatever else its writer noted.
    public var properties: [String: String] = [:]

    /// A process; texts and properties are empty.
    ///
    ///     var row = ProcessRow(
    ///         processID: id, tscFrequency: 2_400_000_000, startTime: now, startTicks: 0, insertTime: now)
    ///     row.exe = "/usr/bin/myapp"
    ///     row.properties = ["build": "1.4.2"]
    public init(
        processID: String, tscFrequency: Int64, startTime: Timestamp, startTicks: Int64, insertTime: Timestamp
    ) {
        self.processID = processID
        self.tscFrequency = tscFrequency
        self.startTime = startTime
        self.startTicks = startTicks
        self.insertTime = insertTime
    }

    /// In the order of the table's columns.
    var values: [Value] {
        [
            .text(processID), .text(exe), .text(username), .text(realname), .text(computer), .text(distro),
            .text(cpuBrand), .integer(tscFrequency), .integer(startTime.nanoseconds), .integer(startTicks),
            .integer(insertTime.nanoseconds), .text(parentProcessID ?? ""), IngestValue.properties(properties),
        ]
    }
}

/// A row of `streams`: a source of events in a process.
public struct StreamRow: Sendable, Hashable {
    /// A UUID.
    public var streamID: String
    /// The UUID of its process.
    public var processID: String
    /// What says how the dependencies of its blocks are laid out.
    public var dependenciesMetadata: [UInt8]
    /// What says how the objects of its blocks are laid out.
    public var objectsMetadata: [UInt8]
    /// What views find it by: `log`, `metrics`, `cpu`, …
    public var tags: [String]
    /// Whatever else its writer noted.
    public var properties: [String: String]
    /// When the row was, or is, written. A lake keeps whole microseconds.
    public var insertTime: Timestamp
    /// How payloads are encoded.
    public var format: String

    /// A stream.
    ///
    ///     let row = StreamRow(
    ///         streamID: streamID, processID: id, tags: ["log"], insertTime: now, format: "micromegas-transit")
    public init(
        streamID: String, processID: String, dependenciesMetadata: [UInt8] = [], objectsMetadata: [UInt8] = [],
        tags: [String], properties: [String: String] = [:], insertTime: Timestamp, format: String
    ) {
        self.streamID = streamID
        self.processID = processID
        self.dependenciesMetadata = dependenciesMetadata
        self.objectsMetadata = objectsMetadata
        self.tags = tags
        self.properties = properties
        self.insertTime = insertTime
        self.format = format
    }

    /// In the order of the table's columns.
    var values: [Value] {
        [
            .text(streamID), .text(processID), .bytes(dependenciesMetadata), .bytes(objectsMetadata),
            .list(tags.map(Value.text)), IngestValue.properties(properties), .integer(insertTime.nanoseconds),
            .text(format),
        ]
    }
}

/// A row of `blocks`: some events of a stream that came together.
public struct BlockRow: Sendable, Hashable {
    /// A UUID.
    public var blockID: String
    /// The UUID of its stream.
    public var streamID: String
    /// The UUID of its process.
    public var processID: String
    /// The time of its first event. A lake keeps whole microseconds.
    public var beginTime: Timestamp
    /// The tick at ``beginTime``.
    public var beginTicks: Int64
    /// The time of its last event.
    public var endTime: Timestamp
    /// The tick at ``endTime``.
    public var endTicks: Int64
    /// Count of events. Partitions are held against the sum of it.
    public var objectCount: Int32
    /// Count of the stream's events before it.
    public var objectOffset: Int64
    /// Bytes of its payload.
    public var payloadSize: Int64
    /// When the row was, or is, written: the partitions that it belongs to go by this time.
    public var insertTime: Timestamp

    /// A block.
    ///
    ///     let row = BlockRow(
    ///         blockID: blockID, streamID: streamID, processID: id, beginTime: now - .minutes(1), beginTicks: 0,
    ///         endTime: now, endTicks: 144_000_000_000, objectCount: 12, objectOffset: 0,
    ///         payloadSize: Int64(bytes.count), insertTime: now)
    public init(
        blockID: String, streamID: String, processID: String, beginTime: Timestamp, beginTicks: Int64,
        endTime: Timestamp, endTicks: Int64, objectCount: Int32, objectOffset: Int64, payloadSize: Int64,
        insertTime: Timestamp
    ) {
        self.blockID = blockID
        self.streamID = streamID
        self.processID = processID
        self.beginTime = beginTime
        self.beginTicks = beginTicks
        self.endTime = endTime
        self.endTicks = endTicks
        self.objectCount = objectCount
        self.objectOffset = objectOffset
        self.payloadSize = payloadSize
        self.insertTime = insertTime
    }

    /// In the order of the table's columns.
    var values: [Value] {
        [
            .text(blockID), .text(streamID), .text(processID), .integer(beginTime.nanoseconds), .integer(beginTicks),
            .integer(endTime.nanoseconds), .integer(endTicks), .integer(Int64(objectCount)), .integer(objectOffset),
            .integer(payloadSize), .integer(insertTime.nanoseconds),
        ]
    }
}

/// A row of `payloads`: the events of a block, as its stream's format encodes them.
public struct PayloadRow: Sendable, Hashable {
    /// The UUID of its process.
    public var processID: String
    /// The UUID of its stream.
    public var streamID: String
    /// The UUID of its block.
    public var blockID: String
    /// The encoded events.
    public var payload: [UInt8]

    /// A payload.
    ///
    ///     let row = PayloadRow(processID: id, streamID: streamID, blockID: blockID, payload: bytes)
    public init(processID: String, streamID: String, blockID: String, payload: [UInt8]) {
        self.processID = processID
        self.streamID = streamID
        self.blockID = blockID
        self.payload = payload
    }

    /// In the order of the table's columns.
    var values: [Value] { [.text(processID), .text(streamID), .text(blockID), .bytes(payload)] }
}

/// Values of columns that are no single value in Swift.
private enum IngestValue {
    static func properties(_ properties: [String: String]) -> Value {
        .list(
            properties.sorted { $0.key < $1.key }.map { key, value in
                .structure([
                    Value.Member(name: "key", value: .text(key)), Value.Member(name: "value", value: .text(value)),
                ])
            })
    }
}
