internal import ArrowIPC
internal import Configuration
internal import FlightSQL
internal import GRPC
internal import Micromegas
internal import OIDC
internal import UTCTime

/// Single Flight messages: each as every kind there is.
struct ProtobufSubject: Subject {
    let name = "protobuf"
    let share = 5
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        let recorded = try corpus.calls().filter { $0.name.hasPrefix("prepare-") || $0.name.hasPrefix("flight-info") }
            .map(\.messages).filter { !$0.isEmpty }
        seeds = recorded + Self.updates.map { [$0] }
    }

    /// What DoPut answers, PutResult with a DoPutUpdateResult in its `app_metadata`: of 2 rows, of how many nobody knows
    /// (-1), of none. No recorded call has one.
    private static let updates: [[UInt8]] = [
        [0x0A, 2, 0x08, 2], [0x0A, 11, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [1], [0x0A, 0],
    ]

    func read(_ input: [UInt8]) async -> Bool {
        let data = try? FlightData(input)
        let info = try? FlightInfo(input)
        let prepared = try? PreparedStatement(result: input)
        if let schema = info?.schema { _ = try? StreamReader.schema(of: schema).description }
        _ = prepared?.schema?.description
        let update = (try? PutResult.metadata(input)).flatMap { try? UpdateResult($0) }
        return data != nil || info != nil || prepared != nil || update != nil
    }
}

/// Lines of a server's answers, those of an issuer of tokens, and texts that people write.
struct TextSubject: Subject {
    let name = "text"
    let share = 5
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        var lines: Set<String> = [
            "grpc://localhost:50051", "grpc+tls://[::1]:443", "2026-11-21T10:00:00.123456789+01:00",
            "Sat, 21 Nov 2026 08:34:43 GMT", "error building dataframe: Invalid function 'nothing'.\nDid you mean?",
        ]
        lines.formUnion(Self.issued)
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

    private static let issuer = "https://issuer.example"
    /// What an issuer says of itself, and a token of an account `a@b` from second 1 to 61.
    private static let issued = [
        #"{"issuer":"\#(issuer)","token_endpoint":"\#(issuer):8443/token?a=1","#
            + #""token_endpoint_auth_methods_supported":["client_secret_post","none"],"more":{"a":[1,-2.5e3,null]}}"#,
        #"{"access_token":"eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImFAYiIsImlhdCI6MSwiZXhwIjo2MX0.","#
            + #""token_type":"Bearer"}"#,
        #"{"access_token":"opaque","token_type":"bearer","expires_in":3600,"scope":"\u00e9\ud83e\udd89"}"#,
    ]

    func read(_ input: [UInt8]) async -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        if (try? ProviderMetadata(input, of: Self.issuer)) != nil { return true }
        if (try? IssuedToken(input, of: Self.issuer)) != nil { return true }
        let row = MaterializationRow(message: text)
        let answer = RetireAnswer(message: text)
        let time = try? Timestamp(rfc3339: text)
        let address = try? ServerAddress(uri: text)
        let date = Timestamp(httpDate: text)
        if let time { _ = time.rfc3339(fractionDigits: 9) }
        _ = try? TimeRange(begin: text, end: text)
        let error = RPCError(code: .invalidArgument, message: text, mayHaveBeenProcessed: true)
        _ = "\(MicromegasError(error))"
        if case .unknown = row, case .unknown = answer { return time != nil || date != nil || address != nil }
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
