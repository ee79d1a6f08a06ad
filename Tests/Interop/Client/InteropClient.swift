internal import AsyncIO
internal import GRPC
internal import Glibc

/// Runs gRPC's interop cases against a test service on this machine, one connection for all:
///
///     interop-client PORT [AUTHORITY_FILE SERVER_NAME]
///
/// Over TLS where an authority is named. Prints each case that fails and then how many passed; ends with 0 if all did.
@main struct InteropClient {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 2 || arguments.count == 4, let port = Int(arguments[1]) else {
            print("usage: interop-client PORT [AUTHORITY_FILE SERVER_NAME]")
            exit(64)
        }
        var configuration = ChannelConfiguration(host: "127.0.0.1", port: port)
        if arguments.count == 4 {
            var tls = TLSConfiguration()
            tls.authorityFile = arguments[2]
            tls.serverName = arguments[3]
            configuration.security = .tls(tls)
        }
        do {
            let failed = try await failures(configuration)
            print("\(cases.count - failed) passed" + (failed > 0 ? ", \(failed) failed" : ""))
            exit(failed == 0 ? 0 : 1)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func failures(_ configuration: ChannelConfiguration) async throws -> Int {
        try await EventLoop.withLoop(name: "interop") { loop in
            try await Channel.withChannel(configuration, on: loop) { channel in
                var failed = 0
                for (name, run) in cases {
                    do {
                        try await run(channel)
                    } catch {
                        failed += 1
                        print("\(name): \(error)")
                    }
                }
                return failed
            }
        }
    }
}
