import Foundation
import Testing

/// One recorded call to a running server (`Tests/Golden/README.md`).
struct GoldenCall: Sendable, CustomTestStringConvertible {
    let version: String
    let name: String
    let sql: String
    let status: String
    let details: String
    /// The values of the answer's columns by name; empty where there was no answer.
    let columns: [String: [JSONValue]]

    var testDescription: String { "\(version) \(name)" }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden")

    /// Every recorded call, by version and name.
    static let all: [GoldenCall] = ["0.30", "0.33"].flatMap { version in
        let folder = folder.appendingPathComponent("micromegas-\(version)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
            try? GoldenCall(version: version, file: folder.appendingPathComponent(file))
        }
    }

    private init(version: String, file: URL) throws {
        struct Content: Decodable {
            struct Call: Decodable {
                var sql: String?
                var status: String
                var details: String
            }
            struct Expected: Decodable {
                struct Field: Decodable { var name: String }
                var schema: [Field]
                var columns: [[JSONValue]]?
            }
            var call: Call
            var expected: Expected?
        }
        let content = try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
        self.version = version
        self.name = file.deletingPathExtension().lastPathComponent
        self.sql = content.call.sql ?? ""
        self.status = content.call.status
        self.details = content.call.details
        let names = content.expected?.schema.map(\.name) ?? []
        self.columns = Dictionary(
            zip(names, content.expected?.columns ?? []), uniquingKeysWith: { first, _ in first })
    }

    /// The texts of a column; nil for NULL.
    func texts(_ column: String) -> [String?] {
        (columns[column] ?? []).map { if case .text(let text) = $0 { text } else { nil } }
    }

    static func named(_ name: String, _ version: String) throws -> GoldenCall {
        try #require(all.first { $0.name == name && $0.version == version })
    }
}

/// A value of a recorded answer, as far as these tests look into it.
enum JSONValue: Sendable, Decodable, Equatable {
    case text(String)
    case integer(Int64)
    case bytes(String)
    case null
    case other

    init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: Key.self), let hex = try? keyed.decode(String.self, forKey: .hex)
        {
            self = .bytes(hex)
            return
        }
        guard let value = try? decoder.singleValueContainer() else {
            self = .other
            return
        }
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let number = try? value.decode(Int64.self) {
            self = .integer(number)
        } else {
            self = .other
        }
    }

    private enum Key: CodingKey { case hex }
}
