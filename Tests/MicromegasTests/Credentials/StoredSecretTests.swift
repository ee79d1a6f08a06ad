import Foundation
import GRPC
import Testing

@testable import Micromegas

/// A file with a secret, for the time of a test.
struct SecretFile {
    let path: String

    static func with<R>(_ contents: String, mode: Int = 0o600, _ body: (SecretFile) async throws -> R) async throws -> R
    {
        let file = try SecretFile(contents, mode)
        defer { file.remove() }
        return try await body(file)
    }

    static func with<R>(_ contents: String, mode: Int = 0o600, _ body: (SecretFile) throws -> R) throws -> R {
        let file = try SecretFile(contents, mode)
        defer { file.remove() }
        return try body(file)
    }

    private init(_ contents: String, _ mode: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID())").path
        try write(contents)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Writes into the file that is there.
    func write(_ contents: String) throws {
        try contents.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(chmod(path, 0o600) == 0)
    }

    /// Puts another file in its place.
    func replace(_ contents: String) throws { try contents.write(toFile: path, atomically: true, encoding: .utf8) }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct StoredSecretTests {
    private func stored(_ file: SecretFile) -> StoredSecret {
        StoredSecret(.file(file.path), of: "the token", as: .token)
    }

    @Test func `a file that is written or replaced counts at once, also with as many bytes in the same moment`() throws
    {
        try SecretFile.with("one") { file in
            let secret = stored(file)
            #expect(try secret.current() == "one")
            try file.write("two")
            #expect(try secret.current() == "two")
            try file.replace("six")
            #expect(try secret.current() == "six")
        }
    }

    @Test func `a file that has come to rest is looked at and not read`() throws {
        try SecretFile.with("one") { file in
            let young = stored(file)
            #expect(try young.current() == "one")
            #expect(!young.isKept)
            let secret = StoredSecret(.file(file.path), of: "the token", as: .token, now: { time(nil) + 10 })
            #expect(try secret.current() == "one")
            #expect(secret.isKept)
            try file.write("two")
            #expect(try secret.current() == "two")
        }
    }

    @Test func `while a file is being replaced the former secret is used, with a warning`() throws {
        try SecretFile.with("one") { file in
            let secret = stored(file)
            #expect(try secret.current() == "one")
            try file.write("")
            #expect(try secret.current() == "one")
            #expect(secret.warning?.contains("is empty") == true)
            file.remove()
            #expect(try secret.current() == "one")
            #expect(secret.warning?.contains("No such file") == true)
            try file.replace("two")
            #expect(chmod(file.path, 0o600) == 0)
            #expect(try secret.current() == "two")
            #expect(secret.warning == nil)
            // What the server did not accept is not used again.
            file.remove()
            secret.forget()
            #expect(throws: MicromegasError.self) { try secret.current() }
        }
    }

    @Test func `a file that others can read is good, with a warning`() throws {
        try SecretFile.with("one", mode: 0o644) { file in
            let secret = stored(file)
            #expect(secret.warning == nil)
            let text = try secret.current()
            #expect(text == "one")
            #expect(secret.warning?.contains("chmod 600 \(file.path)") == true)
        }
    }

    @Test func `an environment variable holds a secret, and one that is not set is told by its name`() throws {
        #expect(setenv("LAKEWARDEN_TEST_SECRET", " hunter2 \n", 1) == 0)
        defer { unsetenv("LAKEWARDEN_TEST_SECRET") }
        #expect(
            try StoredSecret(.environment("LAKEWARDEN_TEST_SECRET"), of: "the token", as: .token).current() == "hunter2"
        )
        let error = try #require(throws: MicromegasError.self) {
            try StoredSecret(.environment("LAKEWARDEN_TEST_NONE"), of: "the header x-api-key", as: .line).current()
        }
        #expect(
            error.message
                == "the environment variable LAKEWARDEN_TEST_NONE of the header x-api-key is not set; set it, or name "
                + "another place")
    }

    @Test func `a variable that is empty holds no secret`() {
        #expect(setenv("LAKEWARDEN_TEST_EMPTY", "  ", 1) == 0)
        defer { unsetenv("LAKEWARDEN_TEST_EMPTY") }
        let error = #expect(throws: MicromegasError.self) {
            try StoredSecret(.environment("LAKEWARDEN_TEST_EMPTY"), of: "the token", as: .token).current()
        }
        #expect(error?.message.contains("LAKEWARDEN_TEST_EMPTY of the token is empty") == true)
    }

    @Test func `a pipe without a writer and a device are refused, and hold nobody up`() throws {
        try SecretFile.with("") { file throws in
            file.remove()
            #expect(mkfifo(file.path, 0o600) == 0)
            let pipe = #expect(throws: MicromegasError.self) { try stored(file).current() }
            #expect(pipe?.message.contains("is no regular file") == true)
        }
        let device = #expect(throws: MicromegasError.self) {
            try StoredSecret(.file("/dev/zero"), of: "the token", as: .token).current()
        }
        #expect(device?.message.contains("is no regular file") == true)
    }

    @Test(arguments: [("", "hunter2"), ("hunter2", ""), ("hun", "ter2")])
    func `a file that goes on where the reading ends holds no secret`(_ before: String, _ after: String) throws {
        try SecretFile.with(before + String(repeating: " ", count: 14_000) + after) { file in
            let error = #expect(throws: MicromegasError.self) {
                try StoredSecret(.file(file.path), of: "the token", as: .line).current()
            }
            #expect(error?.message.contains("holds more than 12288 bytes") == true)
        }
    }

    @Test func `a link that is turned to another file counts at once`() throws {
        try SecretFile.with("one") { first throws in
            try SecretFile.with("two") { second throws in
                let link = first.path + ".link"
                defer { unlink(link) }
                #expect(symlink(first.path, link) == 0)
                let secret = StoredSecret(.file(link), of: "the token", as: .token, now: { time(nil) + 10 })
                #expect(try secret.current() == "one" && secret.isKept)
                #expect(unlink(link) == 0 && symlink(second.path, link) == 0)
                #expect(try secret.current() == "two")
            }
        }
    }

    @Test func `a dump of who calls shows no secret that was read`() async throws {
        try await SecretFile.with("hunter2") { file async throws in
            let credentials = StoredToken(.file(file.path))
            let secret = try await credentials.token()
            #expect(secret.secret == "hunter2")
            var configuration = ClientConfiguration(address: ServerAddress(host: "h"), credentials: credentials)
            configuration.headers = [RequestHeader("x-api-key", secret: .file(file.path))]
            let headers = RequestHeaders(configuration)
            let call = try await headers.ofCall([("limit", "hunt")])
            #expect(call.metadata["x-api-key"] == "hunter2")
            var dumped = ""
            dump((credentials, configuration, headers, call), to: &dumped)
            dumped += "\(credentials) \(configuration) \(headers) \(call) \(call.metadata.entries)"
            dumped += String(reflecting: (credentials, configuration, headers, call))
            #expect(!dumped.contains("hunter2") && dumped.contains("x-api-key"))
        }
    }

    @Test func `a secret that is no token may hold spaces`() throws {
        try SecretFile.with("ApiKey hunter2\n") { file throws in
            #expect(try StoredSecret(.file(file.path), of: "x", as: .line).current() == "ApiKey hunter2")
            #expect(throws: MicromegasError.self) { try stored(file).current() }
        }
    }

    @Test(arguments: ["hunter\u{7F}2", "hunter\t2", "hunter\u{0}2", "huntér2"])
    func `a secret that no header can hold is refused without showing it`(_ text: String) throws {
        try SecretFile.with(text) { file throws in
            let error = #expect(throws: MicromegasError.self) {
                try StoredSecret(.file(file.path), of: "x", as: .line).current()
            }
            #expect(error?.message.contains("holds a control character or a letter outside ASCII") == true)
            #expect(error?.message.contains("hunt") == false)
        }
    }
}
