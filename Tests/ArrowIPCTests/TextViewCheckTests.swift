import Testing

@testable import ArrowIPC

/// Views of texts that share their bytes.
@Suite struct TextViewCheckTests {
    /// Views of the same stretch of a buffer, so many times.
    private func views(_ count: Int, of range: Range<Int>, in data: [UInt8]) -> ByteViews {
        let words = [Int32(range.count), 0, 0, Int32(range.lowerBound)]
        var view = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * Int32($0))) } }
        view.replaceSubrange(4..<8, with: data[range.prefix(4)])
        let bytes = Array(repeatElement(view, count: count).joined())
        return ByteViews(views: Buffer(bytes, 0..<bytes.count), data: [Buffer(data, 0..<data.count)])
    }

    @Test("any number of views may share text") func shared() {
        let text = Array(String(repeating: "é", count: 50_000).utf8)
        #expect(throws: Never.self) {
            // Read one by one these would be 10 GB.
            try views(100_000, of: 0..<100_000, in: text).check(count: 100_000, validity: nil, isText: true)
        }
    }

    @Test("a view that begins or ends within a character is refused wherever it stands", arguments: [1..<21, 0..<21])
    func halfCharacters(_ range: Range<Int>) {
        let text = Array(String(repeating: "é", count: 20).utf8)
        let error = #expect(throws: ArrowError.self) {
            let good = views(100, of: 0..<20, in: text), bad = views(1, of: range, in: text)
            let bytes = good.views.copy() + bad.views.copy()
            try ByteViews(views: Buffer(bytes, 0..<bytes.count), data: good.data)
                .check(count: 101, validity: nil, isText: true)
        }
        #expect(error?.message.hasPrefix("the text of row 100 is not UTF-8 from its byte") == true)
    }

    @Test("views share bytes that are not all text only so often") func mixed() {
        let data = Array(repeating: UInt8(ascii: "a"), count: 1_000) + [0xFF]
        #expect(throws: Never.self) {
            try views(16, of: 0..<1_000, in: data).check(count: 16, validity: nil, isText: true)
        }
        let error = #expect(throws: ArrowError.self) {
            try views(100, of: 0..<1_000, in: data).check(count: 100, validity: nil, isText: true)
        }
        #expect(error?.code == .unsupported)
        #expect(throws: Never.self) {
            try views(100, of: 0..<1_000, in: data).check(count: 100, validity: nil, isText: false)
        }
    }
}
