internal import ArrowIPC
internal import Configuration
internal import FlightSQL
internal import Micromegas
internal import UTCTime

/// Single Flight messages: each as every kind there is.
struct ProtobufSubject: Subject {
    let name = "protobuf"
    let share = 5
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        seeds = try corpus.calls().filter { $0.name.hasPrefix("prepare-") || $0.name.hasPrefix("flight-info") }
            .map(\.messages).filter { !$0.isEmpty }
    }

    func read(_ input: [UInt8]) async -> Bool {
        let data = try? FlightData(input)
        let info = try? FlightInfo(input)
        let prepared = try? PreparedStatement(result: input)
        if let schema = info?.schema { _ = try? StreamReader.schema(of: schema).description }
        _ = prepared?.schema?.description
        return data != nil || info != nil || prepared != nil
    }
}

/// Lines of a server's answers, and texts that people write.
struct TextSubject: Subject {
    let name = "text"
    let share = 5
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        var lines: Set<String> = [
            "grpc://localhost:50051", "grpc+tls://[::1]:443", "2026-11-21T10:00:00.123456789+01:00",
        ]
        for call in try corpus.calls() where call.name.hasPrefix("materialize") || call.name.hasPrefix("retire") {
            var decoder = StreamDecoder()
            for message in call.messages {
                let data = try FlightData(message)
                guard !data.header.isEmpty,
                    case .batch(let batch) = try decoder.decode(
                        metadata: data.header, body: data.body, in: message)
                else { continue }
                for column in batch.columns {
                    guard let texts = try? column.texts() else { continue }
                    for row in 0..<texts.count { if let text = texts[row] { lines.insert(text) } }
                }
            }
        }
        seeds = lines.sorted().map { [Array($0.utf8)] }
    }

    func read(_ input: [UInt8]) async -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        let row = MaterializationRow(message: text)
        let answer = RetireAnswer(message: text)
        let time = try? Timestamp(rfc3339: text)
        let address = try? ServerAddress(uri: text)
        if let time { _ = time.rfc3339(fractionDigits: 9) }
        _ = try? TimeRange(begin: text, end: text)
        if case .unknown = row, case .unknown = answer { return time != nil || address != nil }
        return true
    }
}

/// Policy files.
struct PolicySubject: Subject {
    let name = "policy"
    let share = 5
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        seeds = try corpus.files("config", ".yaml").map { file in
            file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) + [0x0A] }
        }
    }

    func read(_ input: [UInt8]) async -> Bool {
        do {
            let file = try PolicyFile(path: "policy.yaml", bytes: input)
            for warning in file.warnings { _ = "\(warning)" }
            return true
        } catch {
            for diagnostic in error.diagnostics { _ = "\(diagnostic)" }
            return false
        }
    }
}
