import GRPC
import Testing

@testable import Micromegas

@Suite("Signs of life") struct KeepaliveTests {
    @Test(
        "a shorter interval than servers bear is not used",
        arguments: [(nil, 300), (1, 10), (10, 10), (60, 60), (4_000, 4_000)] as [(Int?, Int)])
    func interval(asked: Int?, used: Int) {
        var configuration = ClientConfiguration(address: ServerAddress(host: "lake.test"))
        if let asked { configuration.keepalive = .seconds(asked) }
        #expect(configuration.signsOfLife.interval == .seconds(used))
        #expect(configuration.signsOfLife.timeout == .seconds(20))
    }
}
