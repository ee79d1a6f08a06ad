import Testing

@testable import Micromegas

@Suite struct BearerTokenTests {
    @Test(arguments: ["hunter2", "  hunter2\n", "\r\n\thunter2 \r\n\n"])
    func `white space around a token is not part of it`(_ text: String) throws {
        #expect(try BearerToken(text).secret == "hunter2")
        let read = try SecretFile.with(text) { file in try BearerToken(file: file.path) }
        #expect(read.secret == "hunter2")
    }

    @Test(arguments: [
        ("", "is empty"), (" \n \t", "is empty"), ("hunter2\nhunter2", "several lines"),
        ("hunter2\r\nx", "several lines"), ("hunter2 1", "space"), ("hunter2\u{0}1", "control character"),
        ("hunter2\u{7F}1", "control character"), ("hunter2é", "outside ASCII"),
        (String(repeating: "s", count: BearerToken.maximumLength + 1), "more than"),
        (String(repeating: "s", count: 100_000), "more than"),
    ])
    func `what is no token is refused without showing it`(_ text: String, _ reason: String) throws {
        let error = try #require(throws: MicromegasError.self) { try BearerToken(text) }
        #expect(error.code == .configuration && error.message.contains(reason))
        #expect(!error.message.contains("hunter2") && !error.message.contains("sss"))
        try SecretFile.with(text) { file in
            let error = try #require(throws: MicromegasError.self) { try BearerToken(file: file.path) }
            #expect(error.code == .configuration)
            #expect(error.message.contains("the file “\(file.path)” of the token") && error.message.contains(reason))
            #expect(!error.message.contains("hunter2") && !error.message.contains("sss"))
        }
    }

    @Test func `a missing file and a folder are refused with their path`() throws {
        let missing = try #require(throws: MicromegasError.self) { try BearerToken(file: "/nonexistent/token") }
        #expect(missing.description.contains("/nonexistent/token"))
        #expect(missing.cause == "No such file or directory")
        let folder = try #require(throws: MicromegasError.self) { try BearerToken(file: "/") }
        #expect(folder.message.contains("no regular file"))
    }

    @Test func `neither printing nor dumping shows the secret`() throws {
        let token = try BearerToken("hunter2")
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!"\(token) \(String(reflecting: token)) \(dumped)".contains("hunter2"))
    }
}
