internal import ArrowIPC
internal import AsyncIO
internal import FlightSQL
internal import GRPC
internal import Glibc

/// A reader that this program is: the client with every value checked and seen, or the transport alone.
enum Reader: String {
    case checking
    case discarding

    /// Reads the whole stream of a server on this machine.
    ///
    /// - Returns: `ROWS CHECKSUM WALL CPU`, seconds from before connecting to the end of the stream.
    func measure(port: Int) async throws -> String {
        let loop = try EventLoop(name: "reader")
        let start = ContinuousClock.now
        let cpuBefore = CPUTime.ofThisProcess()
        let task = Task(executorPreference: loop) {
            try await Channel.withChannel(ChannelConfiguration(host: "127.0.0.1", port: port), on: loop) { channel in
                switch self {
                case .checking: try await Self.checkAll(channel)
                case .discarding: try await Self.discardAll(channel)
                }
            }
        }
        let (rows, checksum) = try await task.value
        let cpu = CPUTime.ofThisProcess() - cpuBefore
        let wall = (ContinuousClock.now - start) / .seconds(1)
        return "\(rows) \(checksum) \(wall) \(cpu)"
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
    private static func discardAll(_ channel: Channel) async throws -> (Int, UInt64) {
        let call = try await channel.serverStreaming("/arrow.flight.protocol.FlightService/DoGet", [0x0A, 0x01, 0x78])
        var bytes = 0
        while case let messages = try await call.nextMessages(), !messages.isEmpty {
            for message in messages { bytes += message.count }
        }
        return (bytes, 0)
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
