import ArrowIPC
import FlightSQL
import GoldenCalls
import Testing

extension GoldenCall {
    /// Every recorded call; none where they cannot be read, which tests that count them tell.
    static let recorded = (try? all()) ?? []

    static func named(_ name: String, _ version: String) throws -> GoldenCall {
        try GoldenCall(server: "micromegas-\(version)", name: name)
    }

    /// The values of a column of the answer.
    func values(_ column: String) throws -> [GoldenJSON] {
        let expected = try #require(expected)
        let names = try expected.member("schema").list().map { try $0.member("name").text() }
        let place = try #require(names.firstIndex(of: column))
        return try expected.member("columns").list()[place].list()
    }

    /// The texts of a column; nil for NULL, and none where the answer has no such column.
    func texts(_ column: String) -> [String?] {
        ((try? values(column)) ?? []).map { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The answer's batches, each message changed before it is decoded.
    func batches(changed change: ([UInt8]) -> [UInt8] = { $0 }) throws -> [RecordBatch] {
        var decoder = StreamDecoder()
        return try messages.compactMap { message in
            let data = try FlightData(change(message))
            if case .batch(let batch) = try decoder.decode(metadata: data.header, body: data.body, in: data.message) {
                return batch
            }
            return nil
        }
    }
}

extension [UInt8] {
    /// The bytes with each occurrence of some of them exchanged for as many others.
    func replacing(bytes old: [UInt8], with new: [UInt8]) -> [UInt8] {
        precondition(old.count == new.count && !old.isEmpty)
        var result = self
        var place = 0
        while place + old.count <= result.count {
            if result[place] == old[0], result[place..<place + old.count].elementsEqual(old) {
                result.replaceSubrange(place..<place + old.count, with: new)
                place += old.count
            } else {
                place += 1
            }
        }
        return result
    }
}
