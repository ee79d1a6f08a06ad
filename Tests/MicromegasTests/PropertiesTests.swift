import ArrowIPC
import GoldenCalls
import Testing

@testable import Micromegas

@Suite struct PropertiesTests {
    private func stored() throws -> [UInt8] {
        let row = try #require(try GoldenCall.named("find-process", "0.30").batches().rows.first)
        guard case .bytes(let bytes)? = row["properties"] else { throw MicromegasError(.unexpectedAnswer, "no bytes") }
        return bytes
    }

    private func text(_ bytes: [UInt8]) -> String? {
        Properties.value(of: bytes).map { CellText.text($0, .binary) }
    }

    @Test func `what a server stores is shown as JSON`() throws {
        #expect(text(try stored()) == #"{"build":"release","version":"1.4.2"}"#)
    }

    // Made by hand as the crate's description says.
    private static let mixed: [UInt8] =
        [0x40, 0, 0, 2, 0x10, 0, 0, 1, 0x10, 0, 0, 2, 0x10, 0, 0, 0, 0x10, 0, 0, 1] + Array("aé\"".utf8)

    @Test func `no text, quotes and other letters are shown as JSON`() {
        #expect(text([0x40, 0, 0, 0]) == "{}")
        #expect(text(Self.mixed) == #"{"a":"","é":"\""}"#)
    }

    @Test func `bytes that are cut or longer are no properties`() {
        for length in Self.mixed.indices { #expect(text(Array(Self.mixed.prefix(length))) == nil) }
        #expect(text(Self.mixed + [0]) == nil)
    }

    @Test(
        arguments: [
            // The description's own example: an array of false, 10 and an object.
            [
                0x80, 0, 0, 3, 0x30, 0, 0, 0, 0x20, 0, 0, 2, 0x50, 0, 0, 0x0E, 0x50, 0x0A, 0x40, 0, 0, 1, 0x10, 0, 0, 1,
                0x10, 0, 0, 1, 0x6B, 0x76,
            ],
            // A value that is a number, and one that is no UTF-8; more members than there are bytes.
            [0x40, 0, 0, 1, 0x10, 0, 0, 1, 0x20, 0, 0, 2, 0x6B, 0x50, 0x0A],
            [0x40, 0, 0, 1, 0x10, 0, 0, 1, 0x10, 0, 0, 1, 0x6B, 0xFF], [0x5F, 0xFF, 0xFF, 0xFF], [],
        ] as [[UInt8]])
    func `what is no object of texts stays bytes`(_ bytes: [UInt8]) {
        #expect(text(bytes) == nil)
    }
}
