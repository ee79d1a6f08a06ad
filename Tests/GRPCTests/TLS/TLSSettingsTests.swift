import GRPC
import Testing

/// Files and names that TLS cannot be set up with.
@Suite(.timeLimit(.minutes(1))) struct TLSSettingsTests: TLSSuite {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    private func refusal(_ change: (inout TLSConfiguration) throws -> Void) async throws -> String {
        var tls = trusting
        try change(&tls)
        let error = try await failure(certificates.server(), tls)
        #expect(error?.security == .settings)
        return words(error).replacing(certificates.path("-").dropLast(), with: "")
    }

    @Test func filesThatAreNotFitAreNamedWithTheCure() async throws {
        let (certificate, key) = try certificates.client()
        let (_, otherKey) = try certificates.client("other")
        let lockedKey = certificates.path("locked.key")
        try TestCertificate("Locked", names: "DNS:x").writeKey(to: lockedKey, passphrase: "secret")
        #expect(
            try await refusal { $0.authorityFile = certificates.path("none.pem") }
                == "the file of trusted authorities none.pem cannot be read; name another, or let this user read it")
        #expect(
            try await refusal { $0.authorityFile = key }
                == "the file of trusted authorities client.key holds no certificate; write PEM certificates to it")
        #expect(
            try await refusal { $0.certificateFile = certificate }
                == "a client certificate and its key belong together; name both files, or neither")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (certificate, otherKey) }
                == "the client key other.key is not that of the certificate client.pem; name the right one")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (certificate, lockedKey) }
                == "the client key locked.key holds no private key without passphrase; "
                + "write one in PEM form (openssl pkey)")
        #expect(
            try await refusal { ($0.certificateFile, $0.keyFile) = (key, key) }
                == "the client certificate client.key holds no certificate; write it in PEM form")
    }

    @Test(arguments: ["", ".", "la ke", "lake\0.test"]) func anEmptyOrBrokenNameIsRefused(_ name: String) async throws {
        #expect(
            try await refusal { $0.serverName = name }
                == "there is no name to hold the server's certificate against; name the server in ASCII")
    }
}
