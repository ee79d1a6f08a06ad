import Foundation
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

    @Test func `a secret that is no token may hold spaces`() throws {
        try SecretFile.with("ApiKey hunter2\n") { file throws in
            #expect(try StoredSecret(.file(file.path), of: "x", as: .line).current() == "ApiKey hunter2")
            #expect(throws: MicromegasError.self) { try stored(file).current() }
        }
    }
}
