import Testing
import UTCTime

@Suite struct TimestampTests {
    static let times: [(text: String, nanoseconds: Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T06:14:03Z", 1_795_241_643_000_000_000),
        ("2026-11-21T06:14:03.250Z", 1_795_241_643_250_000_000),
        ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999_999),
        ("1969-12-31T23:59:59Z", -1_000_000_000),
        ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000),
    ]

    @Test(arguments: times) func readsAndWritesTheSameText(_ time: (text: String, nanoseconds: Int64)) throws {
        #expect(try Timestamp(rfc3339: time.text).nanoseconds == time.nanoseconds)
        #expect(Timestamp(nanoseconds: time.nanoseconds).rfc3339 == time.text)
    }

    @Test func readsOffsetsAndShortFractions() throws {
        #expect(try Timestamp(rfc3339: "2026-11-21T02:00:00.5+02:00").rfc3339 == "2026-11-21T00:00:00.500Z")
        #expect(try Timestamp(rfc3339: "2026-11-21 00:00:00-00:30").rfc3339 == "2026-11-21T00:30:00Z")
    }

    @Test(arguments: [
        "", "garbage", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-21", "2026-11-21T24:00:00Z",
        "2026-11-21T00:00:00", "2026-11-21T00:00:60Z", "2026-11-21T00:00:00.Z", "2026-11-21T00:00:00Zx",
        "2026-11-21T00:00:00.1234567891Z", "2500-01-01T00:00:00Z", "2026-11-21T00:00:00+25:00",
    ])
    func refusesWhatIsNoTime(_ text: String) { #expect(throws: TimeTextError.self) { try Timestamp(rfc3339: text) } }

    @Test func arithmeticStopsAtTheEndsOfTheRange() {
        #expect(Timestamp(nanoseconds: .max) + .days(1) == Timestamp(nanoseconds: .max))
        #expect(Timestamp(nanoseconds: .min) - .days(1) == Timestamp(nanoseconds: .min))
        #expect(Timestamp(nanoseconds: .max) - Timestamp(nanoseconds: .min) == .nanoseconds(Int64.max))
        #expect(Timestamp(nanoseconds: 0) - Timestamp(nanoseconds: .min) == .nanoseconds(Int64.max))
    }

    @Test func flooringGoesDownBeforeTheEpochToo() throws {
        let time = try Timestamp(rfc3339: "1969-12-31T23:30:00Z")
        #expect(time.floored(to: .hours(1)).rfc3339 == "1969-12-31T23:00:00Z")
        #expect(time.startOfDay.rfc3339 == "1969-12-31T00:00:00Z")
        #expect(CalendarDay(containing: time).description == "1969-12-31")
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in Int64(-100_000)...100_000 {
            let civil = CalendarDay(daysSinceEpoch: day).civil
            #expect(
                CalendarDay(year: civil.year, month: civil.month, day: civil.day)?.daysSinceEpoch == day)
        }
    }
}
