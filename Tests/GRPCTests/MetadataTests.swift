import HTTP2
import Testing

@testable import GRPC

@Suite struct MetadataTests {
    @Test func keepsOrderAndRepetitionAndLowersNames() throws {
        var metadata = Metadata()
        try metadata.add("X-Client-Type", "swift")
        try metadata.add("limit", "10")
        try metadata.add("x-client-type", "again")
        #expect(metadata.entries.map(\.name) == ["x-client-type", "limit", "x-client-type"])
        #expect(metadata["x-client-type"] == "swift")
        #expect(metadata.values("x-client-type") == ["swift", "again"])
        #expect(metadata["absent"] == nil)
    }

    @Test(arguments: ["\r\nsecret", "secret\n", "secret\u{0}", "secreté", " secret", "secret ", "secret\u{7F}"])
    func refusesValuesThatMustNotGoOnTheWireWithoutRepeatingThem(_ value: String) {
        var metadata = Metadata()
        let error = #expect(throws: MetadataError.self) { try metadata.add("authorization", value) }
        #expect(error?.name == "authorization")
        #expect(error?.description.contains("secret") == false)
        #expect(metadata.entries.isEmpty)
    }

    @Test(arguments: ["", ":path", "a b", "a\r\n", "é", "grpc-timeout", "te", "content-type", "host", "a:b"])
    func refusesNamesThatMustNotGoOnTheWire(_ name: String) {
        var metadata = Metadata()
        #expect(throws: MetadataError.self) { try metadata.add(name, "x") }
    }

    @Test func aSecretIsLeftOutOfDescriptionsAndKeptFromTheCompressionTables() throws {
        var metadata = Metadata()
        try metadata.add("Authorization", "Bearer hunter2")
        try metadata.add("x-api-key", "hunter2", isSecret: true)
        try metadata.add("x-tenant-id", "acme")
        #expect(metadata.description == "authorization: …\nx-api-key: …\nx-tenant-id: acme")
        let fields = HeaderMapping.request("/a/b", ChannelConfiguration(host: "h", port: 1), metadata, timeout: nil)
        #expect(fields.filter(\.isSecret).map(\.name) == ["authorization", "x-api-key"])
    }

    @Test func bytesTravelAsBase64UnderTheirOwnKindOfName() throws {
        var metadata = Metadata()
        try metadata.add("trace-bin", bytes: [0, 1, 254, 255])
        #expect(metadata["trace-bin"] == "AAH+/w")
        #expect(metadata.bytes("trace-bin") == [0, 1, 254, 255])
        #expect(throws: MetadataError.self) { try metadata.add("trace-bin", "text") }
        #expect(throws: MetadataError.self) { try metadata.add("trace", bytes: [1]) }
    }

    // gRPC over HTTP/2, "Custom-Metadata"; RFC 9110 §5.3 lets whoever joins fields put spaces around the comma.
    @Test(arguments: ["AQ,AgM,,BAUG", "AQ==,AgM=,,BAUG", "AQ==, AgM , ,\tBAUG"])
    func bytesThatWereJoinedByCommasAreValuesOfTheirOwn(_ joined: String) {
        let metadata = HeaderMapping.metadata([
            HeaderField("trace-bin", joined), HeaderField("trace-bin", "Bw"), HeaderField("note", "a, b"),
        ])
        #expect(metadata.bytes("trace-bin") == [1])
        #expect(metadata.values("trace-bin").map(Base64.decoded) == [[1], [2, 3], [], [4, 5, 6], [7]])
        // Of text nobody can tell what was joined from what has a comma.
        #expect(metadata.values("note") == ["a, b"])
    }

    @Test func aSecretIsNotShown() throws {
        var metadata = Metadata()
        try metadata.add("authorization", "Bearer hunter2")
        let fields = HeaderMapping.request("/a/b", ChannelConfiguration(host: "h", port: 1), metadata, timeout: nil)
        var dumped = "\(metadata) \(metadata.entries) \(fields)"
        dump((metadata, fields), to: &dumped)
        #expect(!dumped.contains("hunter2") && dumped.contains("authorization: …"))
    }

    // RFC 4648 §10.
    static let base64: [(text: String, padded: String, bytes: String)] = [
        ("", "", ""), ("Zg", "Zg==", "f"), ("Zm8", "Zm8=", "fo"), ("Zm9v", "Zm9v", "foo"),
        ("Zm9vYg", "Zm9vYg==", "foob"),
        ("Zm9vYmE", "Zm9vYmE=", "fooba"), ("Zm9vYmFy", "Zm9vYmFy", "foobar"),
    ]

    @Test(arguments: base64) func readsBase64WithAndWithoutPadding(_ row: (text: String, padded: String, bytes: String))
    {
        #expect(Base64.encoded(Array(row.bytes.utf8)) == row.text)
        #expect(Base64.decoded(row.text) == Array(row.bytes.utf8))
        #expect(Base64.decoded(row.padded) == Array(row.bytes.utf8))
    }

    @Test(arguments: ["A", "Zg=", "Z===", "Zm9v!", "====", "Zm=v"]) func refusesWhatIsNoBase64(_ text: String) {
        #expect(Base64.decoded(text) == nil)
    }
}
