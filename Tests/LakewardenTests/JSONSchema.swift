import Foundation
import Testing

/// The package's `config` folder.
let configFolder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config").standardized

/// As much of JSON Schema (2020-12) as the schemas in `config` use.
struct JSONSchema {
    let root: [String: Any]

    init(_ name: String) throws {
        let data = try Data(contentsOf: configFolder.appending(path: name))
        root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The keys of this schema language that are understood; another one would go unchecked.
    static let known: Set<String> = [
        "$schema", "$ref", "$defs", "title", "description", "default", "examples", "type", "const", "enum", "pattern",
        "minimum", "minLength", "minItems", "uniqueItems", "items", "not", "oneOf", "properties", "required",
        "additionalProperties", "dependentRequired", "propertyNames", "maxProperties",
    ]

    func definition(named name: String) throws -> [String: Any] {
        try #require((root["$defs"] as? [String: Any])?[name] as? [String: Any], "\(name)")
    }

    /// Everything in which a value is not what the schema says; empty where it is.
    func problems(_ value: Any) throws -> [String] { try problems(value, root, "$") }

    private func problems(_ value: Any, _ schema: [String: Any], _ path: String) throws -> [String] {
        var found = schema.keys.filter { !Self.known.contains($0) }.map { "\(path): the test does not know \($0)" }
        if let reference = schema["$ref"] as? String {
            found += try problems(value, definition(named: String(reference.dropFirst("#/$defs/".count))), path)
        }
        let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
        if !types.isEmpty, !types.contains(type(of: value)) { found.append("\(path): \(value) is no \(types)") }
        if let constant = schema["const"], "\(constant)" != "\(value)" { found.append("\(path): not \(constant)") }
        if let values = schema["enum"] as? [Any], !values.contains(where: { "\($0)" == "\(value)" }) {
            found.append("\(path): not \(values)")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(path): \(text) is not \(pattern)")
        }
        if let negated = schema["not"] as? [String: Any], try problems(value, negated, path).isEmpty {
            found.append("\(path): \(value)")
        }
        if let choices = schema["oneOf"] as? [[String: Any]] {
            let answers = try choices.map { try problems(value, $0, path) }
            if answers.filter(\.isEmpty).count != 1 {
                found.append("\(path): not one of the choices: \(answers.min { $0.count < $1.count } ?? [])")
            }
        }
        return try found + members(of: value, schema, path)
    }

    private func members(of value: Any, _ schema: [String: Any], _ path: String) throws -> [String] {
        var found: [String] = []
        if let items = value as? [Any] {
            if items.count < schema["minItems"] as? Int ?? 0 { found.append("\(path): too few") }
            for (index, item) in items.enumerated() {
                found += try problems(item, schema["items"] as? [String: Any] ?? [:], "\(path)[\(index)]")
            }
        }
        guard let object = value as? [String: Any] else { return found }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for key in schema["required"] as? [String] ?? [] where object[key] == nil { found.append("\(path): no \(key)") }
        for (key, others) in schema["dependentRequired"] as? [String: [String]] ?? [:] where object[key] != nil {
            for other in others where object[other] == nil { found.append("\(path): \(key) without \(other)") }
        }
        if let most = schema["maxProperties"] as? Int, object.count > most { found.append("\(path): too many keys") }
        for (key, member) in object {
            if let names = schema["propertyNames"] as? [String: Any] {
                found += try problems(key, names, "\(path).\(key)")
            }
            if let property = properties[key] {
                found += try problems(member, property, "\(path).\(key)")
            } else if schema["additionalProperties"] as? Bool == false {
                found.append("\(path): \(key)")
            } else if let others = schema["additionalProperties"] as? [String: Any] {
                found += try problems(member, others, "\(path).\(key)")
            }
        }
        return found
    }

    private func type(of value: Any) -> String {
        switch value {
        case is NSNull: "null"
        // Both are numbers to Foundation; only this tells them apart.
        case let number as NSNumber where String(cString: number.objCType) == "c": "boolean"
        case is Int: "integer"
        case is [Any]: "array"
        case is [String: Any]: "object"
        default: "string"
        }
    }
}
