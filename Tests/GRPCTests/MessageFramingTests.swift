import Testing

@testable import GRPC

@Suite struct MessageFramingTests {
    private func messages(_ bytes: [UInt8], pieces: Int, maximum: Int = 1 << 20) throws(FramingError) -> [[UInt8]] {
        var framing = MessageFraming(maximumSize: maximum)
        var messages: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try framing.receive(rest.prefix(pieces), into: &messages)
            rest = rest.dropFirst(pieces)
        }
        return messages
    }

    @Test(arguments: [1, 2, 4, 5, 6, 7, 1_000, .max]) func cutsABodyInPiecesOfAnySize(_ pieces: Int) throws {
        let sent: [[UInt8]] = [[1], [], Array(0..<200), [], [7, 8, 9]]
        #expect(try messages(sent.flatMap(MessageFraming.framed), pieces: pieces) == sent)
    }

    @Test func prefixIsOneByteOfFlagsAndFourOfLengthTheHighestFirst() {
        let framed = MessageFraming.framed([UInt8](repeating: 9, count: 0x010203))
        #expect(framed.prefix(6) == [0, 0, 1, 2, 3, 9])
        #expect(framed.count == 0x010203 + 5)
    }

    @Test func knowsWhetherItIsWithinAMessage() throws {
        var framing = MessageFraming(maximumSize: 100)
        var messages: [[UInt8]] = []
        #expect(framing.isAtBoundary)
        for byte in MessageFraming.framed([1, 2]).dropLast() {
            try framing.receive([byte], into: &messages)
            #expect(!framing.isAtBoundary)
        }
        try framing.receive([2], into: &messages)
        #expect(framing.isAtBoundary)
        #expect(messages == [[1, 2]])
    }

    @Test func refusesAMessageOverTheBoundByItsPrefix() {
        #expect(throws: FramingError.tooLarge(size: 101, maximum: 100)) {
            try messages([0, 0, 0, 0, 101], pieces: 5, maximum: 100)
        }
        #expect(throws: FramingError.tooLarge(size: 0xFFFF_FFFF, maximum: 100)) {
            try messages([0, 255, 255, 255, 255], pieces: 1, maximum: 100)
        }
    }

    @Test func refusesCompressedAndMalformedOnes() {
        #expect(throws: FramingError.compressed) { try messages([1, 0, 0, 0, 0], pieces: 5) }
        #expect(throws: FramingError.malformed(flags: 72)) { try messages(Array("HTTP/".utf8), pieces: 5) }
    }

    @Test func aMessageLongerThanTheReservationArrivesWhole() throws {
        let message = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let received = try messages(MessageFraming.framed(message), pieces: 16_384, maximum: 10_000_000)
        #expect(received == [message])
    }

    @Test func aPrefixThatLiesCostsNoMoreThanTheReservation() throws {
        var framing = MessageFraming(maximumSize: 100 << 20)
        var messages: [[UInt8]] = []
        try framing.receive([0, 6, 64, 0, 0, 1], into: &messages)
        #expect(framing.message == [1])
        #expect(framing.message.capacity < 2 * MessageFraming.reservation)
    }
}
