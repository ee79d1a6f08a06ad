import Foundation
import Testing

@testable import Configuration

@Suite struct ExampleFilesTests {
    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: configFolder.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test func `there are the examples that the documentation names`() {
        #expect(Self.files == ["complete.yaml", "evolution-only.yaml", "quickstart.yaml", "retention.yaml"])
    }

    @Test(arguments: files) func `an example is valid and warns of nothing`(_ name: String) throws {
        let file = try PolicyFile(path: configFolder.appending(path: name).path)
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: files) func `an example satisfies the JSON Schema`(_ name: String) throws {
        let text = try String(contentsOf: configFolder.appending(path: name), encoding: .utf8)
        #expect(try JSONSchema("policy.schema.json").problems(json(text)) == [])
    }

    @Test(arguments: [
        ("uri: grpc://127.0.0.1:50051", "uri: lake"), ("uri: grpc://127.0.0.1:50051", "uri: tls://127.0.0.1:50051"),
        ("uri: grpc://127.0.0.1:50051", "uri: grpc://127.0.0.1"),
        ("uri: grpc://127.0.0.1:50051", "uri: grpc+tls://lake\n  tls: { client_key: k }"),
        ("uri: grpc://127.0.0.1:50051", "uri: grpc+tls://lake\n  tls: { insecure: yes }"),
        ("lake:", "lake:\n  credentials: { token_file: a, token_env: B }"),
        ("lake:", "lake:\n  credentials: { token_env: 1B }"),
        ("lake:", "lake:\n  credentials: { oidc: { client_id: a } }"),
        ("lake:", "lake:\n  credentials: { oidc: { issuer: 'http://a', client_id: a, client_secret_file: b } }"),
        ("lake:", "lake:\n  credentials: { oidc: { issuer: 'https://a@b', client_id: a, client_secret_file: b } }"),
        ("lake:", "lake:\n  credentials: { oidc: { issuer: 'https://a', client_id: a } }"),
        ("lake:", "lake:\n  headers: { limit: { value: a } }"),
        ("lake:", "lake:\n  headers: { x-client-type: { value: a } }"),
        ("lake:", "lake:\n  headers: { grpc-timeout: { value: a } }"), ("lake:", "lake:\n  headers: { x-a: acme }"),
        ("lake:", "lake:\n  headers: { x-a: { value: a, env: B } }"),
        ("lake:", "lake:\n  headers: { 'x a': { value: a } }"),
        ("lake:", "lake:\n  headers: { x-a: {} }"), ("lake:", "lake:\n  headers: { x-a: { value: ' a' } }"),
        ("version: 1", "version: 2"), ("24h", "3 months"),
        ("view_sets: all", "view_sets: []"), ("view_sets: all", "view_sets: [all]"), ("evolution", "two words"),
        ("match:", "matches:"), ("maintenance_service: none", "maintenance_service: nobody"), ("14d", "14"),
        ("last_copies: hold", "last_copies: remove"), ("retention: {", "retention: { soak: 1d,"),
        ("lake:", "guard_rails: { lost: { bytes: 5 } }\nlake:"),
        ("lake:", "guard_rails: { lost: { partitions: many } }\nlake:"),
    ])
    func `the JSON Schema refuses what the program refuses`(_ right: String, _ wrong: String) throws {
        let text = try String(contentsOf: configFolder.appending(path: "quickstart.yaml"), encoding: .utf8)
        let changed = text.replacing(right, with: wrong)
        #expect(throws: ConfigurationError.self) { try PolicyFile(path: "", bytes: Array(changed.utf8)) }
        #expect(try JSONSchema("policy.schema.json").problems(json(changed)) != [])
    }

    @Test func `the JSON Schema has the program's keys`() throws {
        let schema = try JSONSchema("policy.schema.json")
        for set in KeySet.all {
            let definition = try set.name == KeySet.file.name ? schema.root : schema.definition(named: set.name)
            let properties = try #require(definition["properties"] as? [String: Any], "\(set.name)")
            #expect(properties.keys.sorted() == set.keys.sorted(), "\(set.name)")
            #expect(definition["additionalProperties"] as? Bool == false, "\(set.name)")
        }
    }

    /// A YAML text as `JSONSerialization` would give it.
    private func json(_ text: String) throws -> Any {
        var diagnostics = Diagnostics(file: "")
        return json(try #require(YAMLComposer.compose(Array(text.utf8), &diagnostics)))
    }

    private func json(_ node: YAMLNode) -> Any {
        switch node.content {
        case .scalar(let text, let isPlain):
            isPlain && text.isEmpty ? NSNull() : isPlain ? Int(text).map { $0 as Any } ?? text : text
        case .sequence(let items): items.map { json($0) }
        case .mapping(let entries):
            Dictionary(uniqueKeysWithValues: entries.map { ((json($0.key) as? String) ?? "", json($0.value)) })
        case .refused: NSNull()
        }
    }
}
