import Micromegas
import GoldenCalls
import Testing
import UTCTime

@Suite("Materializing calls") struct MaterializationCallTests {
    private static let midnight = Timestamp(seconds: 1_794_960_000)

    @Test("a call is written as those that were recorded")
    func text() throws {
        let call = try MaterializationCall(
            .materialize, viewSet: "blocks", begin: Timestamp(rfc3339: "2026-11-18T00:00:00Z"),
            end: Timestamp(rfc3339: "2026-11-19T00:00:00Z"), deltaSeconds: 1_800)
        #expect(try call.sql == GoldenCall.named("shadow-1-blocks", "0.33").sql)
        #expect(call.buckets.count == 48)
        #expect(call.buckets.last?.end == call.end)
    }

    @Test("regenerating names its own function")
    func regenerate() throws {
        let call = try MaterializationCall(
            .regenerate, viewSet: "measures", begin: Timestamp(rfc3339: "2026-11-17T05:00:00Z"),
            end: Timestamp(rfc3339: "2026-11-17T07:00:00Z"), deltaSeconds: 3_600)
        #expect(try call.sql == GoldenCall.named("regenerate", "0.30").sql)
    }

    @Test(
        "what would do nothing, never end or lie across the hours is refused",
        arguments: [
            (0, 86_400, 0, "never come to an end"), (0, 86_400, -3_600, "never come to an end"),
            (0, 0, 3_600, "inverted or empty"), (3_600, 0, 3_600, "inverted or empty"),
            (0, 86_401, 3_600, "one day at most"), (0, 172_800, 86_400, "one day at most"),
            (0, 1_800, 3_600, "longer than the range"), (1_800, 5_400, 3_600, "no multiples"),
            (0, 5_400, 3_600, "no multiples"), (0, 86_400, 7_000, "no multiples"), (0, 3_600, .max, "longer than"),
        ] as [(Int64, Int64, Int64, String)])
    func refusals(begin: Int64, end: Int64, delta: Int64, reason: String) throws {
        let error = try #require(throws: MicromegasError.self) {
            try MaterializationCall(
                .materialize, viewSet: "blocks", begin: Self.midnight + .seconds(begin),
                end: Self.midnight + .seconds(end), deltaSeconds: delta)
        }
        #expect(error.code == .refused)
        #expect(error.message.contains(reason))
    }
}
