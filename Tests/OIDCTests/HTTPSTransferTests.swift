import Foundation
import Testing

@testable import OIDC

/// What libcurl does without a server that answers; those that do are in the program's tests.
@Suite(.serialized) struct HTTPSTransferTests {
    /// A socket that is listened on: connections come about and nobody says anything.
    private func withSilentPort<R>(listens: Bool = true, _ body: (Int) throws -> R) throws -> R {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        #expect(bound && (!listens || listen(descriptor, 1) == 0))
        return try body(Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A request to a port fails for this reason.
    private func expect(
        _ reason: HTTPSFailure.Reason, _ port: Int, _ change: (inout HTTPSRequest) -> Void = { _ in }
    ) throws {
        var request = HTTPSRequest(url: try HTTPSURL("https://127.0.0.1:\(port)/x", allowsQuery: false))
        change(&request)
        guard case .failure(let failure) = HTTPSTransfer.perform(request) else {
            Issue.record("there was an answer")
            return
        }
        #expect(failure.reason == reason && !failure.words.isEmpty, "\(failure)")
    }

    @Test func `a server that says nothing is given up in time`() throws {
        try withSilentPort { port in
            for bound in [\HTTPSRequest.connectTimeout, \.timeout] {
                let start = ContinuousClock.now
                try expect(.timedOut, port) {
                    // The other one would take as long as this.
                    ($0.connectTimeout, $0.timeout) = (.seconds(60), .seconds(60))
                    $0[keyPath: bound] = .milliseconds(200)
                }
                #expect(ContinuousClock.now - start < .seconds(30))
            }
        }
    }

    @Test func `a port where nobody listens cannot be reached`() throws {
        try withSilentPort(listens: false) { port in try expect(.unreachable, port) }
    }

    @Test func `a file of authorities that is none is told as such`() throws {
        try withSilentPort { port in
            try expect(.authorityFile, port) { $0.authorityFile = "/nonexistent/ca.pem" }
        }
    }

    @Test func `the environment's proxy is not used`() throws {
        try withSilentPort { silent in
            // What the environment says already, such as hosts without a proxy, must not hide it.
            let given = ["https_proxy": "http://127.0.0.1:\(silent)", "no_proxy": "", "NO_PROXY": ""]
            let before = given.keys.map { name in (name, getenv(name).map { String(cString: $0) }) }
            for (name, value) in given { setenv(name, value, 1) }
            defer { for (name, value) in before { if let value { setenv(name, value, 1) } else { unsetenv(name) } } }
            // Through the proxy it would hang until its time is over.
            try withSilentPort(listens: false) { port in
                try expect(.unreachable, port) { $0.timeout = .seconds(20) }
            }
        }
    }

    @Test(arguments: [("libcurl.so.0-none", "No such file"), ("libc.so.6", "undefined symbol: curl_global_init")])
    func `a library that is not there, or lacks a function, is a failure in the loader's words`(
        _ file: String, _ words: String
    ) {
        guard case .failure(let failure) = CurlLibrary.load(file) else {
            Issue.record("\(file) was taken for libcurl")
            return
        }
        #expect(failure.reason == .missingLibrary && failure.words.contains(words))
    }
}
