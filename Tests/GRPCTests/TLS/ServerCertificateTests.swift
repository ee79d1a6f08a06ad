import GRPC
import Testing

/// Servers whose certificate does not prove who they are.
@Suite(.timeLimit(.minutes(1))) struct ServerCertificateTests: TLSSuite {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    @Test func anExpiredCertificateIsNamed() async throws {
        let error = try await failure(certificates.server(hours: -48 ... -24), trusting)
        #expect(words(error).hasPrefix("the server's certificate has expired on 20"), "\(words(error))")
        #expect(words(error).hasSuffix("; renew it, or set this machine's clock"))
        #expect(error?.cause == "certificate has expired")
        #expect(error?.security == .peer)
        #expect(error?.code == .unavailable)
        #expect(error?.mayHaveBeenProcessed == false)
    }

    @Test func aCertificateOfTomorrowIsNamed() async throws {
        let error = try await failure(certificates.server(hours: 24...48), trusting)
        #expect(words(error).hasPrefix("the server's certificate is not valid before 20"), "\(words(error))")
        #expect(error?.security == .peer)
    }

    @Test func anExpiredIssuerIsToldFromTheServersCertificate() async throws {
        let issuer = try TestCertificate("Old Issuer", issuer: certificates.root, hours: -48 ... -24)
        let error = try await failure(certificates.server(issuer: issuer, sending: [issuer]), trusting)
        #expect(words(error).hasPrefix("the certificate of the server's issuer “CN=Old Issuer” has expired"))
    }

    @Test func aSelfSignedCertificateIsNamed() async throws {
        let error = try await failure(certificates.server(TestCertificate("Own", names: "DNS:lake.test")), trusting)
        #expect(
            words(error)
                == "the server's certificate is self-signed (“CN=Own”); if it is the right one, name it as the CA file")
        #expect(error?.security == .peer)
    }

    @Test func aCertificateForAnotherNameTellsWhichItIsFor() async throws {
        let error = try await failure(certificates.server(names: "DNS:other.test,IP:127.0.0.1"), trusting)
        #expect(
            words(error)
                == "the server's certificate is not for lake.test but for DNS:other.test, IP Address:127.0.0.1; "
                + "connect by that name, or set it as the server name")
    }

    @Test func anAddressIsHeldAgainstAddressesOnly() async throws {
        var tls = trusting
        tls.serverName = nil
        let error = try await failure(certificates.server(names: "DNS:127.0.0.1,DNS:lake.test,IP:127.0.0.2"), tls)
        #expect(words(error).hasPrefix("the server's certificate is not for 127.0.0.1 but for "), "\(words(error))")
    }

    @Test func anUnknownIssuerHintsAtAMissingIntermediate() async throws {
        let error = try await failure(certificates.server(issuer: certificates.issuer), trusting)
        #expect(
            words(error)
                == "the issuer of the server's certificate, “CN=Test Issuer”, is unknown; name its certificate as the "
                + "CA file, or have the server send the intermediate certificate that is missing")
        #expect(error?.cause == "unable to get local issuer certificate")
    }

    @Test func theSystemsAuthoritiesDoNotKnowTheTestsRoot() async throws {
        var tls = trusting
        tls.authorityFile = nil
        let error = try await failure(certificates.server(sending: [certificates.root]), tls)
        #expect(
            words(error)
                == "the server's certificate leads to the authority “CN=Test Root”, which is not trusted here; "
                + "name its certificate as the CA file")
    }
}
