import AsyncIO
import Foundation
import GoldenCalls
import Micromegas
import UTCTime

/// A call that a line asks for: `{"call": NAME, "lake": URI, …}`, the call's arguments beside them.
struct Request {
    private let members: GoldenJSON
    let call: String

    init(parsing line: String) throws {
        members = try GoldenJSON(parsing: Data(line.utf8))
        call = try members.member("call").text()
    }

    /// An argument; nil where it is left out.
    func argument(_ name: String) -> GoldenJSON? { try? members.member(name) }

    func text(_ name: String) throws -> String { try members.member(name).text() }

    /// A text; nil where it is left out.
    func optional(_ name: String) throws -> String? { try argument(name)?.text() }

    func integer(_ name: String) throws -> Int { Int(try members.member(name).integer()) }

    func time(_ name: String) throws -> Timestamp { try Timestamp(rfc3339: try text(name)) }

    func texts(_ name: String) throws -> [String] { try members.member(name).list().map { try $0.text() } }

    /// The range of `begin` and `end`, which the client is to refuse where one of them stands alone.
    func range() throws -> TimeRange? {
        try TimeRange.parse(begin: optional("begin"), end: optional("end"))
    }

    /// The range where the call cannot do without.
    func requiredRange() throws -> TimeRange { try TimeRange(begin: text("begin"), end: text("end")) }

    var preservesDictionaries: Bool { argument("preserve_dictionary") == .bool(true) }

    /// How the lake is reached.
    func configuration() throws -> ClientConfiguration {
        var configuration = ClientConfiguration(
            address: try ServerAddress(uri: try text("lake")),
            credentials: try optional("token_file").map { .tokenFile($0) })
        configuration.tls.authorityFile = try optional("authority_file")
        for header in try argument("headers")?.list() ?? [] {
            let pair = try header.list()
            configuration.headers.append(RequestHeader(try pair[0].text(), try pair[1].text()))
        }
        return configuration
    }

    /// A client for the time of `body`.
    func withClient(_ body: (FlightSQLClient) async throws -> Answer) async throws -> Answer {
        let configuration = try configuration()
        return try await EventLoop.withLoop(name: "calls") { loop in
            try await FlightSQLClient.withConnection(configuration, on: loop, body)
        }
    }
}
