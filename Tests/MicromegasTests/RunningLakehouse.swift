import Foundation
import Micromegas
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The development lakehouse as a process beside the test.
struct RunningLakehouse: Sendable {
    let port: Int
    /// The port of the proxy that connection faults strike on.
    let proxyPort: Int
    private let control: Int

    private struct Ports: Decodable {
        var port: Int
        var proxy: Int
        var control: Int
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Python that can run it: what the test script names, else the repository's own environment.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["LAKEWARDEN_PYTHON"]
        let path = named ?? root.appendingPathComponent(".venv/bin/python").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// Runs it for the time of `body`; it ends with its standard input.
    static func with<R>(_ arguments: [String], _ body: (RunningLakehouse) async throws -> R) async throws -> R {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try #require(python, "there is no Python to run the lakehouse with"))
        process.arguments = [root.appendingPathComponent("Tests/Lakehouse/run.py").path] + arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.terminate()
            process.waitUntilExit()
        }
        var line = Data()
        while line.last != 0x0A, case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            line += more
        }
        let ports = try JSONDecoder().decode(Ports.self, from: line)
        return try await body(RunningLakehouse(port: ports.port, proxyPort: ports.proxy, control: ports.control))
    }

    /// Runs it at a fixed time, with a client.
    static func withClient<R: Sendable>(
        _ scenario: String, _ arguments: [String] = [], throughProxy: Bool = false,
        _ body: @escaping @Sendable (FlightSQLClient, RunningLakehouse) async throws -> R
    ) async throws -> R {
        let arguments = ["--scenario", scenario, "--clock", "2026-11-21T08:00:00Z"] + arguments
        return try await with(arguments) { lakehouse in
            let port = throughProxy ? lakehouse.proxyPort : lakehouse.port
            return try await FlightSQLClient.withConnection(to: "http://127.0.0.1:\(port)") { client in
                try await body(client, lakehouse)
            }
        }
    }

    /// A call as the server saw it.
    struct Call: Decodable {
        var method: String
        /// The statement; empty while the server has not read it yet.
        var sql: String { statement ?? "" }
        var metadata: [[String]]
        /// How it ended, in gRPC's word; `RUNNING` before that.
        var code: String
        /// Count of messages that it answered with so far.
        var messages: Int
        private var statement: String?

        private enum CodingKeys: String, CodingKey {
            case method, metadata, code, messages
            case statement = "sql"
        }
    }

    /// Every call the server saw.
    func calls() async throws -> [Call] {
        let url = try #require(URL(string: "http://127.0.0.1:\(control)/calls"))
        return try await JSONDecoder().decode([Call].self, from: URLSession.shared.data(from: url).0)
    }

    private struct State: Decodable {
        var struck: [String: Int]
        var connections: Int
    }

    private func state() async throws -> State {
        let url = try #require(URL(string: "http://127.0.0.1:\(control)/state"))
        return try await JSONDecoder().decode(State.self, from: URLSession.shared.data(from: url).0)
    }

    /// How often faults struck, by their points.
    func struck() async throws -> [String: Int] { try await state().struck }

    /// How many connections the proxy has taken.
    func connections() async throws -> Int { try await state().connections }

    /// Asks for something at the control port, as its `control.py` says.
    func post(_ path: String, _ json: String) async throws { try await ask("POST", path, Data(json.utf8)) }

    /// Ends all faults; what one of them delays goes on.
    func clearFaults() async throws { try await ask("DELETE", "/faults", nil) }

    private func ask(_ method: String, _ path: String, _ body: Data?) async throws {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(control)\(path)")))
        request.httpMethod = method
        request.httpBody = body
        let (_, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
    }
}
