import PartitionLifecycle
import Testing
import UTCTime

@Suite struct PausesTests {
    @Test(
        arguments: [
            ("07:04:59", nil), ("07:05", "07:30"), ("07:29:59", "07:30"), ("07:30", nil), ("07:59", nil),
            ("03:59:59", nil), ("04:00", "06:00"), ("04:31", "06:00"), ("05:59", "06:00"), ("06:00", nil),
            ("06:05", "06:30"), ("00:10", "00:30"), ("23:29", "23:30"),
        ] as [(String, String?)])
    func theServicesMinutesAreWaitedOut(_ time: String, _ end: String?) {
        let expected = end.map { LakeText.time("0@\($0)") }
        #expect(Pauses.end(at: LakeText.time("0@\(time)"), maintenanceService: .present) == expected)
    }

    @Test func withoutAServiceThereIsNoPause() {
        #expect(Pauses.end(at: LakeText.time("0@04:10"), maintenanceService: .none) == nil)
    }

    @Test func bordersFollowTheServersMidnight() {
        let service = Borders(LakeSettings(uri: ""), now: LakeText.now)
        #expect(service.newest == LakeText.time("-2"))
        #expect(service.oldest == LakeText.time("-88@12"))
        #expect(service.reached(by: LakeText.time("-1@05")) == LakeText.time("2"))
        #expect(service.reached(by: LakeText.time("-1")) == LakeText.time("1"))
        #expect(service.deletion(of: LakeText.time("-3")) == LakeText.time("87"))
        let alone = Borders(LakeSettings(uri: "", maintenanceService: .none), now: LakeText.now)
        #expect(alone.newest == LakeText.time("0"))
        #expect(alone.reached(by: LakeText.time("-1@05")) == LakeText.time("0"))
    }
}
