import Testing

@testable import HTTP2

@Suite struct OpenSSLLibraryTests {
    @Test(arguments: [("libssl.so.0-none", "No such file"), ("libc.so.6", "undefined symbol: SSL_CTX_ctrl")])
    func aLibraryThatIsNotThereOrLacksAFunctionIsAFailureInTheLoadersWords(_ file: String, _ words: String) {
        guard case .failure(let failure) = OpenSSLLibrary.load(file) else {
            Issue.record("\(file) was taken for OpenSSL")
            return
        }
        #expect(failure.kind == .missingLibrary && failure.cause?.contains(words) == true, "\(failure)")
        #expect(failure.message.contains("install it (Debian's package libssl3)"))
    }
}
