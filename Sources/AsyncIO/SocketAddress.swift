internal import Glibc

/// An IPv4 or IPv6 address with a port, as the system writes it.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// The bytes of a `sockaddr_in` or `sockaddr_in6`.
    private let bytes: [UInt8]

    /// Copies what the system holds.
    init?(_ address: UnsafePointer<sockaddr>?, length: socklen_t) {
        guard let address, length >= socklen_t(MemoryLayout<sockaddr_in>.size) else { return nil }
        bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(length)))
    }

    /// `AF_INET` or `AF_INET6`.
    var family: CInt {
        bytes.withUnsafeBytes { CInt($0.loadUnaligned(as: sa_family_t.self)) }
    }

    var isIPv6: Bool { family == AF_INET6 }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { bytes in
            // The array's buffer is aligned for any of the address types (to 16 bytes).
            let address = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self)
            return try body(address, socklen_t(bytes.count))
        }
    }

    /// `127.0.0.1:50051`, `[::1]:50051`.
    package var description: String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let result = withPointer { address, length in
            getnameinfo(
                address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
                NI_NUMERICHOST | NI_NUMERICSERV)
        }
        guard result == 0 else { return "an address of family \(family)" }
        let (name, port) = (text(host), text(service))
        return isIPv6 ? "[\(name)]:\(port)" : "\(name):\(port)"
    }
}

/// The text in a buffer of C, up to its zero.
private func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
