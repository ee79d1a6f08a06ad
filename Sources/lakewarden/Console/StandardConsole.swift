import Glibc

extension Console {
    /// The streams that the program was started with.
    static let standard = Console(
        environment: Environment { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        },
        terminal: Terminal(
            isInput: isatty(0) == 1, isOutput: isatty(1) == 1, isErrors: isatty(2) == 1, width: terminalWidth),
        write: { text, stream in _ = writeAll(Array(text.utf8), stream) },
        send: { writeAll($0, .output) },
        readLine: {
            // Detached, so that waiting for a person holds up nobody's event loop.
            let reading = Task.detached { lineOfInput() }
            return await withTaskCancellationHandler {
                await reading.value
            } onCancel: {
                reading.cancel()
            }
        },
        readText: allOfInput)

    private static var terminalWidth: Int {
        var size = winsize()
        for stream: Int32 in [1, 2] where isatty(stream) == 1 {
            if unsafe ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 { return Int(size.ws_col) }
        }
        return 100
    }

    /// Bytes go out whole, or the stream takes no more.
    private static func writeAll(_ bytes: [UInt8], _ stream: Stream) -> Sent {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(stream.rawValue, $0.baseAddress, $0.count)
            }
            if count > 0 {
                written += count
            } else if count < 0, errno == EPIPE {
                return .nobodyReads
            } else if count < 0, errno == EAGAIN {
                // Another program that shares the terminal or the pipe has set it so.
                var waiting = pollfd(fd: stream.rawValue, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
            } else if count < 0, errno != EINTR {
                return .failed(unsafe String(cString: strerror(errno)))
            }
        }
        return .done
    }

    /// Reads standard input byte by byte, and looks four times a second whether it is still to go on.
    private static func lineOfInput() -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 1024 {
            var waiting = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&waiting, 1, 250)
            if Task.isCancelled { return nil }
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            var byte: UInt8 = 0
            guard ready > 0, unsafe read(0, &byte, 1) == 1 else { return bytes.isEmpty ? nil : text(bytes) }
            if byte == UInt8(ascii: "\n") { return text(bytes) }
            bytes.append(byte)
        }
        return nil
    }

    private static func allOfInput() -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= longestInput {
            let count = unsafe read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return String(validating: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
        return nil
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
