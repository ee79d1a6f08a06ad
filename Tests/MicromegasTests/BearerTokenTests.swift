import Foundation
import Testing

@testable import Micromegas

@Suite("Token files") struct BearerTokenTests {
    private func withFile(_ contents: String, mode: Int = 0o600, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID())").path
        let made = FileManager.default.createFile(
            atPath: path, contents: Data(contents.utf8), attributes: [.posixPermissions: mode])
        #expect(made)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test(
        "white space around a token is not part of it",
        arguments: ["secret-1", "  secret-1\n", "\r\n\tsecret-1 \r\n\n"])
    func trimmed(contents: String) throws {
        try withFile(contents) { path in
            let token = try BearerToken(file: path)
            #expect(token.secret == "secret-1")
            #expect(token.warning == nil)
        }
    }

    @Test(
        "what is no token is refused without showing it",
        arguments: [
            ("", "is empty"), (" \n \t", "is empty"), ("secret-1\nsecret-2", "several lines"),
            ("secret-1\r\nx", "several lines"), ("secret 1", "space"), ("secret\u{0}1", "control character"),
            ("secret\u{7F}1", "control character"), ("secrét", "outside ASCII"),
            (String(repeating: "s", count: BearerToken.maximumLength + 1), "more than"),
            (String(repeating: "s", count: 100_000), "more than"),
        ])
    func refused(contents: String, reason: String) throws {
        try withFile(contents) { path in
            let error = try #require(throws: MicromegasError.self) { try BearerToken(file: path) }
            #expect(error.code == .configuration)
            #expect(error.message.contains(reason))
            #expect(error.message.contains(path))
            #expect(!error.message.contains("secret") && !error.message.contains("sss"))
        }
    }

    @Test("a missing file and a folder are refused with their path")
    func unreadable() throws {
        let missing = try #require(throws: MicromegasError.self) { try BearerToken(file: "/nonexistent/token") }
        #expect(missing.description.contains("/nonexistent/token"))
        #expect(missing.cause == "No such file or directory")
        let folder = try #require(throws: MicromegasError.self) { try BearerToken(file: "/") }
        #expect(folder.message.contains("no regular file"))
    }

    @Test("a file that others can read is good, with a warning")
    func warned() throws {
        try withFile("secret-1", mode: 0o644) { path in
            let token = try BearerToken(file: path)
            #expect(token.warning?.contains("chmod 600") == true)
        }
    }

    @Test("neither printing nor dumping shows the secret, and texts are cleaned of it")
    func hidden() throws {
        try withFile("secret-1") { path in
            let token = try BearerToken(file: path)
            var dumped = ""
            dump(token, to: &dumped)
            #expect(!"\(token) \(String(reflecting: token)) \(dumped)".contains("secret-1"))
            #expect(token.redacted("Bearer secret-1, secret-1!") == "Bearer …, …!")
        }
    }
}
