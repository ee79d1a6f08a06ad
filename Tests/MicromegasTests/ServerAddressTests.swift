import Micromegas
import Testing
import UTCTime

@Suite("Addresses and dates") struct ServerAddressTests {
    @Test(
        "a URI names a host and a port",
        arguments: [
            ("grpc://127.0.0.1:50051", "127.0.0.1", 50051), ("grpc://lake", "lake", 50051),
            ("grpc://lake.example.com:1/", "lake.example.com", 1), ("http://lake:8080", "lake", 8080),
            ("grpc://[::1]:50052", "::1", 50052), ("grpc://[fe80::1.2.3.4]", "fe80::1.2.3.4", 50051),
            ("GRPC+TCP://lake:65535", "lake", 65535),
        ])
    func addresses(uri: String, host: String, port: Int) throws {
        #expect(try ServerAddress(uri: uri) == ServerAddress(host: host, port: port))
    }

    @Test(
        "a URI of TLS asks for it",
        arguments: [
            ("grpc+tls://lake", 50_051), ("grpcs://lake:1", 1), ("https://lake:443", 443), ("GRPC+TLS://lake:2", 2),
        ])
    func secureAddresses(uri: String, port: Int) throws {
        #expect(try ServerAddress(uri: uri) == ServerAddress(host: "lake", port: port, isSecure: true))
    }

    @Test(
        "anything else is refused with the URI and a cure",
        arguments: [
            "lake:50051", "ftp://lake", "grpc://", "grpc://:50051", "grpc://lake:", "grpc://lake:0",
            "grpc://lake:65536", "grpc://lake:5O051", "grpc://::1:50051", "grpc://[::1", "grpc://[]:1",
            "grpc://lake/path", "grpc://lake?x=1", "grpc://la ke", "grpc+tls://", "tls://lake", "grpc://[::1]50051", "",
            "grpc://lake:+1",
        ])
    func refusals(uri: String) throws {
        let error = try #require(throws: MicromegasError.self) { try ServerAddress(uri: uri) }
        #expect(error.code == .configuration)
        #expect(error.message.contains("“\(uri)”"))
    }

    @Test(
        "a user in a URI is refused and not shown, whatever else is wrong",
        arguments: [
            "grpc://me:secret@lake", "me:secret@lake:1", "ftp://me:secret@lake", "grpc://lake/?me:secret@x",
            "grpc://[me:secret@",
        ])
    func user(_ uri: String) throws {
        let error = try #require(throws: MicromegasError.self) { try ServerAddress(uri: uri) }
        #expect(error.message.contains("it holds a user"))
        #expect(!error.description.contains("secret"))
    }

    @Test("an address shows an IPv6 host in brackets")
    func shown() {
        #expect(ServerAddress(host: "::1", port: 5).description == "[::1]:5")
        #expect(ServerAddress(host: "lake").description == "lake:50051")
    }

    @Test(
        "an HTTP date is read to the second",
        arguments: [
            ("Sat, 21 Nov 2026 08:34:43 GMT", "2026-11-21T08:34:43Z"),
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            ("Tue, 29 Feb 2028 23:59:59 GMT", "2028-02-29T23:59:59Z"),
            ("Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z"),
        ])
    func httpDates(text: String, time: String) throws {
        #expect(try Timestamp(httpDate: text) == Timestamp(rfc3339: time))
    }

    @Test(
        "what is no HTTP date is none",
        arguments: [
            "", "Sat, 21 Nov 2026 08:34:43", "Sun, 21 Nov 2026 08:34:43 GMT", "Sat, 21 nov 2026 08:34:43 GMT",
            "Sat, 31 Feb 2026 08:34:43 GMT", "Sat, 21 Nov 2026 24:34:43 GMT", "Sat, 21 Nov 2026 08:34:43 UTC",
            "Saturday, 21-Nov-26 08:34:43 GMT", "Sat,  1 Nov 2026 08:34:43 GMT", "Sat, +1 Nov 2026 08:34:43 GMT",
            "2026-11-21T08:34:43Z",
        ])
    func otherTexts(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
