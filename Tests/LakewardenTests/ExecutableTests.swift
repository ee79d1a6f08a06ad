import Foundation
import Testing

/// The built program as a process: what a shell sees.
@Suite struct ExecutableTests {
    struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "lakewarden")
        process.arguments = arguments
        process.environment = environment
        let (output, errors, given) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = given
        try process.run()
        given.fileHandleForWriting.write(Data(input.utf8))
        try given.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Result(code: process.terminationStatus, output: text, errors: said)
    }

    @Test func `--version is one line`() throws {
        let result = try run(["--version"])
        #expect(result.code == 0)
        #expect(result.output == "lakewarden 0.1.0\n")
    }

    @Test(arguments: [["--help"], ["help", "apply"], ["audit", "verify", "--help"]])
    func `help goes to standard output and ends with 0`(_ arguments: [String]) throws {
        let result = try run(arguments)
        #expect(result.code == 0)
        #expect(result.output.contains("lakewarden"))
        #expect(result.errors == "")
    }

    @Test(arguments: [[], ["aply"], ["apply", "--dryrun"], ["apply", "--yes", "--dry-run"]])
    func `a usage error goes to standard error and ends with 64`(_ arguments: [String]) throws {
        let result = try run(arguments)
        #expect(result.code == 64)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("error: "))
    }

    @Test func `a valid file is told in words and ends with 0`() throws {
        let path = configFolder.appending(path: "quickstart.yaml").path
        let result = try run(["validate", path])
        #expect(result.code == 0)
        #expect(
            result.output == """
                \(path) is valid: 2 policies for grpc://127.0.0.1:50051
                  evolution        rebuild old schemas of all views, 1d after the new one began; hold last copies
                  spans-two-weeks  keep 14d of thread_spans, async_events

                """)
    }

    @Test func `a file that is not valid is told with every place and ends with 1`() throws {
        let result = try run(["validate", "--config", "/dev/stdin"], input: "version: 1\nlak: {}\npolicies: []\n")
        #expect(result.code == 1)
        #expect(result.output == "")
        #expect(
            result.errors == """
                /dev/stdin:1:1: error: the file has no lake; add lake: { uri: grpc://HOST:PORT }
                /dev/stdin:2:1: error: unknown key "lak" in the file; did you mean "lake"?
                /dev/stdin:3:11: error: policies is empty; add one beginning with - name:

                """)
    }

    @Test(arguments: [
        ("/nonexistent.yaml", "cannot be read: No such file or directory; name another with --config"),
        ("/", "cannot be read: Is a directory; name a file in it with --config"),
        ("/dev/zero", "is larger than 1 MiB; this is hardly a policy file"),
    ])
    func `a file that cannot be read says why`(_ path: String, _ said: String) throws {
        let result = try run(["apply", "--config", path, "--dry-run"])
        #expect(result.code == 1)
        #expect(result.errors == "\(path): error: \(said)\n")
    }

    @Test func `without a UTF-8 locale everything is ASCII, and a reader that goes away is no crash`() throws {
        let path = configFolder.appending(path: "nothing…here.yaml").path
        let result = try run(["validate", path], environment: ["LANG": "C"])
        #expect(result.code == 1)
        #expect(result.errors.utf8.allSatisfy { $0 < 128 })
    }

    @Test func `a closed standard output ends no run with a signal`() throws {
        let process = Process()
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "lakewarden")
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c", "set -o pipefail; (sleep 0.2; exec \"$0\" help apply) | true; echo ${PIPESTATUS[0]}", program.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "0\n")
    }
}
