import Testing

@testable import HTTP2

@Suite struct FrameScannerTests {
    @Test(arguments: [1, 2, 5, 9, 10, 100]) func findsTheFramesInPiecesOfAnySize(_ piece: Int) {
        var bytes: [UInt8] = [0, 0, 0, 4, 1, 0, 0, 0, 0]
        bytes += [0, 0, 3, 0, 9, 0x80, 0, 0, 5, 2, 0, 0]
        bytes += [0, 1, 1, 1, 4, 0, 0, 1, 0] + [UInt8](repeating: 7, count: 257)
        bytes += [0, 0, 8, 6, 0, 0, 0, 0, 0]
        var scanner = FrameScanner()
        var frames: [FrameScanner.Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            scanner.scan(rest.prefix(piece)) { frames.append($0) }
            rest = rest.dropFirst(piece)
        }
        #expect(
            frames == [
                .init(length: 0, type: 4, flags: 1, stream: 0), .init(length: 3, type: 0, flags: 9, stream: 5),
                .init(length: 257, type: 1, flags: 4, stream: 256), .init(length: 8, type: 6, flags: 0, stream: 0),
            ])
    }
}
