import AsyncIO
import Dispatch
import Foundation
import GRPC
import Glibc
import Testing

/// A server on the loopback address that does what a script tells it, each connection on a thread of its own.
///
/// A script is given its connection and the connection's number, from 0. That the client closed does not fail it.
func withPeer(
    tls: TLSPeer? = nil,
    _ script: @escaping @Sendable (PeerConnection, Int) throws -> Void,
    configure: (inout ChannelConfiguration) -> Void = { _ in },
    _ body: (Channel) async throws -> Void
) async throws {
    let peer = try ScriptedPeer(tls, script)
    var configuration = ChannelConfiguration(host: "127.0.0.1", port: peer.port)
    configure(&configuration)
    do {
        try await EventLoop.withLoop(name: "client") { loop in
            try await Channel.withChannel(configuration, on: loop, body)
        }
    } catch {
        await peer.finish()
        throw error
    }
    await peer.finish()
    for problem in peer.problems where !(problem is PeerGone) { Issue.record(problem) }
}

private final class ScriptedPeer: Sendable {
    let port: Int
    private let descriptor: CInt
    private let threads = DispatchGroup()
    private let failures = Lock<[any Error]>([])

    var problems: [any Error] { failures.withLock { $0 } }

    init(_ tls: TLSPeer?, _ script: @escaping @Sendable (PeerConnection, Int) throws -> Void) throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(bound && listen(descriptor, 64) == 0)
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        // OpenSSL writes without MSG_NOSIGNAL.
        signal(SIGPIPE, SIG_IGN)
        startThread {
            var number = 0
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                let current = number
                self.startThread {
                    do {
                        try script(PeerConnection(connection, tls: tls), current)
                    } catch {
                        self.failures.withLock { $0.append(error) }
                    }
                }
                number += 1
            }
            close(descriptor)
        }
    }

    /// Takes no more connections and waits until all scripts have ended.
    func finish() async {
        shutdown(descriptor, CInt(SHUT_RDWR))
        await withCheckedContinuation { continuation in
            threads.notify(queue: .global()) { continuation.resume() }
        }
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) {
        threads.enter()
        Thread.detachNewThread {
            body()
            self.threads.leave()
        }
    }
}

extension ServerStreamingCall {
    /// All messages to the good end.
    func all() async throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while case let more = try await nextMessages(), !more.isEmpty { messages += more }
        return messages
    }
}

/// The method that tests call.
let method = "/test.Service/Method"
