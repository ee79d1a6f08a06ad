import Testing

@testable import GRPC

@Suite struct KeepaliveTests {
    private func intervals(from first: Duration, complaints: Int) -> [Duration] {
        var keepalive = ChannelConfiguration.Keepalive()
        keepalive.interval = first
        return (0..<complaints).map { _ in
            keepalive.slowDown()
            return keepalive.interval
        }
    }

    @Test func pingsComeEveryFiveMinutesAndHaveTwentySeconds() {
        let keepalive = ChannelConfiguration.Keepalive()
        #expect(keepalive.interval == .seconds(300))
        #expect(keepalive.timeout == .seconds(20))
    }

    @Test func eachComplaintDoublesTheInterval() {
        #expect(intervals(from: .seconds(300), complaints: 3) == [.seconds(600), .seconds(1_200), .seconds(2_400)])
    }

    @Test func aDayIsTheMostUnlessMoreWasAskedFor() {
        #expect(intervals(from: .seconds(50_000), complaints: 2) == [.seconds(86_400), .seconds(86_400)])
        #expect(intervals(from: .seconds(100_000), complaints: 1) == [.seconds(100_000)])
    }
}
