internal import ArrowIPC
internal import AsyncIO
internal import FlightSQL
internal import GRPC
internal import Glibc

/// A reader that this program is.
struct Reader {
    /// What it does with what it is sent.
    enum Kind: String {
        /// One stream, every value checked, as decoding does.
        case validating
        /// The same, and every value seen: that they are right.
        case checking
        /// One stream by the transport alone: bytes are counted.
        case discarding
        /// Queries one after the other, their rows counted.
        case calls
        /// Streams at once, bytes counted.
        case concurrent
        /// The same, none of which is read before as much has come as the windows let in.
        case late
    }

    private let kind: Kind
    private let configuration: ChannelConfiguration
    private let count: Int

    private static let doGet = "/arrow.flight.protocol.FlightService/DoGet"
    private static let request: [UInt8] = [0x0A, 0x01, 0x78]

    /// From `KIND PORT [COUNT | CERTIFICATE]`: how many calls, or the file with the server's certificate, to be asked by TLS.
    init(_ arguments: [String]) throws {
        guard arguments.count >= 2, let kind = Kind(rawValue: arguments[0]), let port = Int(arguments[1]) else {
            throw BenchmarkError("read KIND PORT [COUNT | CERTIFICATE]")
        }
        self.kind = kind
        var configuration = ChannelConfiguration(host: "127.0.0.1", port: port)
        let count = arguments.count > 2 ? Int(arguments[2]) : 1
        if count == nil {
            var tls = TLSConfiguration()
            tls.authorityFile = arguments[2]
            configuration.security = .tls(tls)
        }
        self.configuration = configuration
        self.count = count ?? 1
    }

    /// Reads all there is from a server on this machine.
    ///
    /// - Returns: `COUNT CHECKSUM WALL CPU`, seconds from before connecting to the end of the last stream.
    func measure() async throws -> String {
        let start = ContinuousClock.now
        let cpuBefore = CPUTime.ofThisProcess()
        let loop = try EventLoop(name: "reader")
        let task = Task(executorPreference: loop) {
            try await Channel.withChannel(configuration, on: loop) { channel -> (Int, UInt64) in
                switch kind {
                case .validating: return (try await Self.validate(channel), 0)
                case .checking: return try await Self.checkAll(channel)
                case .discarding: return (try await Self.discard(channel), 0)
                case .calls: return (try await callAll(channel), 0)
                case .concurrent: return (try await readAll(channel, after: nil), 0)
                case .late: return (try await readAll(channel, after: .seconds(2)), 0)
                }
            }
        }
        let (count, checksum) = try await task.value
        let cpu = CPUTime.ofThisProcess() - cpuBefore
        let wall = (ContinuousClock.now - start) / .seconds(1)
        return "\(count) \(checksum) \(wall) \(cpu)"
    }

    private static func validate(_ channel: Channel) async throws -> Int {
        let stream = try await FlightSQLConnection(channel: channel).query("SELECT * FROM list_partitions()")
        var rows = 0
        while case let batches = try await stream.nextBatches(), !batches.isEmpty {
            for batch in batches { rows += batch.rowCount }
        }
        return rows
    }

    private static func checkAll(_ channel: Channel) async throws -> (Int, UInt64) {
        let stream = try await FlightSQLConnection(channel: channel).query("SELECT * FROM list_partitions()")
        var rows = 0
        var checksum = Checksum()
        while case let batches = try await stream.nextBatches(), !batches.isEmpty {
            for batch in batches {
                rows += batch.rowCount
                for column in batch.columns { try checksum.add(column) }
            }
        }
        return (rows, checksum.value)
    }

    /// Rows are not known without decoding; the bytes are counted in their place.
    private static func discard(_ channel: Channel) async throws -> Int {
        try await bytes(of: channel.serverStreaming(doGet, request))
    }

    private static func bytes(of call: ServerStreamingCall) async throws -> Int {
        var bytes = 0
        while case let messages = try await call.nextMessages(), !messages.isEmpty {
            for message in messages { bytes += message.count }
        }
        return bytes
    }

    private func callAll(_ channel: Channel) async throws -> Int {
        let connection = FlightSQLConnection(channel: channel)
        var rows = 0
        for _ in 0..<count {
            let stream = try await connection.query("SELECT 1")
            while case let batches = try await stream.nextBatches(), !batches.isEmpty {
                for batch in batches { rows += batch.rowCount }
            }
        }
        return rows
    }

    private func readAll(_ channel: Channel, after pause: Duration?) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<count {
                group.addTask(executorPreference: channel.loop) {
                    let call = try await channel.serverStreaming(Self.doGet, Self.request)
                    if let pause { try await channel.loop.sleep(for: pause) }
                    return try await Self.bytes(of: call)
                }
            }
            return try await group.reduce(0, +)
        }
    }
}

/// Seconds of processor time.
enum CPUTime {
    /// What this process has used so far, all its threads together.
    static func ofThisProcess() -> Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return seconds(usage)
    }

    static func seconds(_ usage: rusage) -> Double {
        Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
