internal import FlightSQL
internal import GRPC

/// A server's bytes on an HTTP/2 connection: frames, headers, gRPC's messages in them.
struct SessionSubject: Subject {
    let name = "http2"
    let share = 25
    let seeds: [[[UInt8]]]

    init(_ corpus: Corpus) throws {
        seeds = try corpus.files("Tests/Golden/sessions", ".session").map { Self.frames($0.bytes) }
    }

    /// Frames, of which half have a length again that is their own (RFC 9113 §4.1: 24 bits, then type, flags, stream).
    func joined(_ pieces: [[UInt8]]) -> [UInt8] {
        var random = Randomness(of: pieces.first ?? [])
        return pieces.flatMap { piece in
            guard piece.count >= 9, random.once(in: 2) else { return piece }
            let length = piece.count - 9
            return [16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + piece[3...]
        }
    }

    func read(_ input: [UInt8]) async -> Bool {
        var random = Randomness(of: input)
        let calls = 3 + random.below(3)
        // What is not as it must be ends the process: the program that started it reports the case.
        guard
            var replay = try? AnswerReplay(
                calls: calls, maximumMessageSize: 1 << random.any(of: [10, 16, 26]),
                maximumHeaderListSize: random.any(of: [1 << 10, 64 << 10]))
        else { fatalError("a session cannot be made") }
        // A whole session at once, frame by frame more or less, or byte by byte.
        let longest = random.any(of: [input.count + 1, 300, 40, 1])
        var rest = input[...]
        var outlook = AnswerReplay.Outlook.open
        while outlook == .open, !rest.isEmpty {
            let part = rest.prefix(1 + random.below(longest))
            rest = rest.dropFirst(part.count)
            outlook = replay.receive(part)
            if random.once(in: 3) { replay.readAll() }
        }
        replay.close()
        // A call that never ends is a finding, too.
        guard replay.endedCalls == calls else { fatalError("\(replay.endedCalls) of \(calls) calls have ended") }
        for message in replay.messages { _ = try? FlightData(message) }
        return replay.goodCalls > 0
    }

    private static func frames(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(rest.prefix(9 + length)))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }
}
