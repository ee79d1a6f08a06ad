import Configuration
import Micromegas
import PartitionLifecycle
import Testing
import Warden

@Suite struct LakeConnectionTests {
    /// Names that some layer sets itself or that are none, and names that are free.
    private static let names = [
        "limit", "Query_Range_Begin", "query_range_end", "preserve_dictionary", "x-client-type", "X-Client-Entrypoint",
        "x-client-agent", "x-client-session", "x-client-version",
        "authorization", "x-api-key", "X-Tenant-ID", "cookie", "x_a.b",
    ]

    private func takes(_ name: String, _ credentials: String) -> Bool {
        let text = """
            version: 1
            lake: { uri: 'grpc://h:1', credentials: \(credentials), headers: { \(name): { file: x } } }
            policies: [{ name: a, schema_evolution: {}, match: { view_sets: all } }]
            """
        return (try? PolicyFile(path: "f", bytes: Array(text.utf8))) != nil
    }

    @Test(arguments: names) func `the policy file takes the headers that the client takes`(_ name: String) {
        #expect(takes(name, "{}") == (RequestHeader.refusal(of: name, hasCredentials: false) == nil))
        #expect(takes(name, "{ token_file: t }") == (RequestHeader.refusal(of: name, hasCredentials: true) == nil))
    }

    @Test func `a policy file's credentials and headers become the client's`() throws {
        var lake = LakeSettings(uri: "grpc://h:1")
        #expect(try ClientConfiguration(lake).credentials == nil)
        lake.credentials = .token(.environment("LAKE_TOKEN"))
        #expect(try ClientConfiguration(lake).credentials is StoredToken)
        lake.credentials = .oidc(.init(issuer: "https://i", clientID: "c", clientSecret: .file("/s")))
        lake.headers = [
            .init("x-a", .text("a")), .init("x-b", .secret(.file("/b"))), .init("x-c", .secret(.environment("C"))),
        ]
        let configuration = try ClientConfiguration(lake)
        #expect(configuration.credentials is OIDCClientCredentials)
        #expect(
            configuration.headers == [
                RequestHeader("x-a", "a"), RequestHeader("x-b", secret: .file("/b")),
                RequestHeader("x-c", secret: .environment("C")),
            ])
    }
}
