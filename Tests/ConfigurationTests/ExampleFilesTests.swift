@testable import Configuration
import Foundation
import Testing

/// The package's `config` folder.
private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config").standardized

@Suite struct ExampleFilesTests {
    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test func `there are the examples that the documentation names`() {
        #expect(Self.files == ["complete.yaml", "evolution-only.yaml", "quickstart.yaml", "retention.yaml"])
    }

    @Test(arguments: files) func `an example is valid and warns of nothing`(_ name: String) throws {
        let file = try PolicyFile(path: folder.appending(path: name).path)
        #expect(file.warnings.isEmpty)
    }

    @Test(arguments: files) func `an example satisfies the JSON Schema`(_ name: String) throws {
        let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
        var diagnostics = Diagnostics(file: name)
        let root = try #require(YAMLComposer.compose(bytes, &diagnostics))
        #expect(try Schema().problems(json(root)) == [])
    }

    @Test(arguments: [
        ("uri: grpc://127.0.0.1:50051", "uri: lake"), ("version: 1", "version: 2"), ("{}", "{ soak: 3 months }"),
        ("all }", "[] }"), ("evolution\n", "two words\n"), ("match:", "matches:"),
    ])
    func `the JSON Schema refuses what the program refuses`(_ right: String, _ wrong: String) throws {
        let text = shortest.replacing(right, with: wrong)
        var diagnostics = Diagnostics(file: "")
        let root = try #require(YAMLComposer.compose(Array(text.utf8), &diagnostics))
        #expect(throws: ConfigurationError.self) { try read(text) }
        #expect(try Schema().problems(json(root)) != [])
    }

    @Test func `the JSON Schema has the program's keys`() throws {
        for set in KeySet.all {
            let definition = try Schema().definition(named: set.name)
            let properties = try #require(definition["properties"] as? [String: Any], "\(set.name)")
            #expect(properties.keys.sorted() == set.keys.sorted(), "\(set.name)")
            #expect(definition["additionalProperties"] as? Bool == false, "\(set.name)")
        }
    }

    /// A node as `JSONSerialization` would give it.
    private func json(_ node: YAMLNode) -> Any {
        switch node.content {
        case .scalar(let text, let isPlain): isPlain ? Int(text).map { $0 as Any } ?? text : text
        case .sequence(let items): items.map(json)
        case .mapping(let entries):
            Dictionary(uniqueKeysWithValues: entries.map { ((json($0.key) as? String) ?? "", json($0.value)) })
        case .refused: NSNull()
        }
    }
}

/// As much of JSON Schema as the policy file's schema uses.
struct Schema {
    let root: [String: Any]

    init() throws {
        let data = try Data(contentsOf: folder.appending(path: "policy.schema.json"))
        root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    func definition(named name: String) throws -> [String: Any] {
        if name == KeySet.file.name { return root }
        return try #require((root["$defs"] as? [String: Any])?[name] as? [String: Any], "\(name)")
    }

    func problems(_ value: Any) throws -> [String] { try problems(value, root, "$") }

    private func problems(_ value: Any, _ schema: [String: Any], _ path: String) throws -> [String] {
        var found: [String] = []
        if let reference = schema["$ref"] as? String {
            found += try problems(value, definition(named: String(reference.dropFirst("#/$defs/".count))), path)
        }
        let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
        if !types.isEmpty, !types.contains(type(of: value)) { found.append("\(path): \(value) is no \(types)") }
        if let constant = schema["const"], "\(constant)" != "\(value)" { found.append("\(path): not \(constant)") }
        if let values = schema["enum"] as? [String], !values.contains("\(value)") {
            found.append("\(path): not \(values)")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(path): \(text) is not \(pattern)")
        }
        if let items = value as? [Any] {
            if items.count < schema["minItems"] as? Int ?? 0 { found.append("\(path): too few") }
            for (index, item) in items.enumerated() {
                found += try problems(item, schema["items"] as? [String: Any] ?? [:], "\(path)[\(index)]")
            }
        }
        if let object = value as? [String: Any] {
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            for key in schema["required"] as? [String] ?? [] where object[key] == nil {
                found.append("\(path): no \(key)")
            }
            for (key, member) in object {
                guard let property = properties[key] else {
                    if schema["additionalProperties"] as? Bool == false { found.append("\(path): \(key)") }
                    continue
                }
                found += try problems(member, property, "\(path).\(key)")
            }
        }
        if let choices = schema["oneOf"] as? [[String: Any]],
            try choices.filter({ try problems(value, $0, path).isEmpty }).count != 1
        {
            found.append("\(path): not one of the choices")
        }
        return found
    }

    private func type(of value: Any) -> String {
        switch value {
        case is Int: "integer"
        case is [Any]: "array"
        case is [String: Any]: "object"
        case let text as String where text.isEmpty: "null"
        default: "string"
        }
    }
}
