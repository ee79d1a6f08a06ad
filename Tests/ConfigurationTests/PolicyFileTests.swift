import Configuration
import PartitionLifecycle
import Testing
import UTCTime

/// The shortest file that asks for something; tests change one line of it.
let shortest = """
    version: 1
    lake:
      uri: grpc://127.0.0.1:50051
    policies:
      - name: evolution
        schema_evolution: {}
        match: { view_sets: all }
    """

func read(_ text: String) throws -> PolicyFile {
    try PolicyFile(path: "lake.yaml", bytes: Array(text.utf8))
}

@Suite struct PolicyFileTests {
    @Test func `what a short file leaves out has the documented default`() throws {
        let file = try read(shortest)
        #expect(
            file.policies
                == PolicySet(
                    lake: LakeSettings(
                        uri: "grpc://127.0.0.1:50051", credentials: .none, serverRetention: .days(90),
                        maintenanceService: .present),
                    guardRails: GuardRailSettings(
                        lostPartitions: 1000, lostBytes: 107_374_182_400, minimumAge: .days(2)),
                    policies: [Policy(name: "evolution", rule: .schemaEvolution(soak: .hours(24)), match: .all)]))
        #expect(file.warnings.isEmpty)
    }

    @Test func `every key of a full file is read`() throws {
        let file = try read(
            """
            version: 1
            lake:
              uri: grpc://[::1]:50051
              credentials: { token_file: /run/secrets/lake-token }
              server_retention: { default: 60d }
              maintenance_service: none
            guard_rails:
              lost: { partitions: 10_000, bytes: 2 TiB }
              minimum_age: 36h
            policies:
              - name: evolution
                schema_evolution: { last_copies: hold, soak: 1d 6h }
                match: { view_sets: all }
              - name: spans
                retention: { keep: { newer_than: 2w } }
                match: { view_sets: [thread_spans, "async_events"] }
            """)
        var lake = LakeSettings(
            uri: "grpc://[::1]:50051", credentials: .token(.file("/run/secrets/lake-token")),
            serverRetention: .days(60),
            maintenanceService: .none)
        lake.credentialsPlace = "lake.yaml:4"
        #expect(
            file.policies
                == PolicySet(
                    lake: lake,
                    guardRails: GuardRailSettings(
                        lostPartitions: 10_000, lostBytes: 2 << 40, minimumAge: .hours(36)),
                    policies: [
                        Policy(name: "evolution", rule: .schemaEvolution(soak: .hours(30)), match: .all),
                        Policy(
                            name: "spans", rule: .retention(keepNewerThan: .days(14)),
                            match: .viewSets(["thread_spans", "async_events"])),
                    ]))
    }

    @Test func `an address over TLS has its settings and a port of its own accord`() throws {
        var settings = LakeSettings(uri: "grpc+tls://lake.example.com")
        #expect(try read(shortest.replacing("grpc://127.0.0.1:50051", with: settings.uri)).policies.lake == settings)
        let text = shortest.replacing(
            "grpc://127.0.0.1:50051",
            with: """
                grpc+tls://lake.example.com
                  tls:
                    ca_file: /etc/ca.pem
                    client_certificate: client.pem
                    client_key: /run/secrets/client.key
                    server_name: lake.internal
                """)
        settings.tls.authorityFile = "/etc/ca.pem"
        settings.tls.certificateFile = "client.pem"
        settings.tls.keyFile = "/run/secrets/client.key"
        settings.tls.serverName = "lake.internal"
        #expect(try read(text).policies.lake == settings)
    }

    @Test(arguments: [
        ("grpc://lake:1", "lake", 1, false), ("grpc+tls://lake:1", "lake", 1, true),
        ("grpc+tls://lake", "lake", 50_051, true), ("grpcs://[::1]", "::1", 50_051, true),
        ("https://[::1]:2", "::1", 2, true),
    ])
    func `an address names host, port and whether it is over TLS`(
        _ text: String, _ host: String, _ port: Int, _ isSecure: Bool
    ) throws {
        let address = try LakeURI(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isSecure == isSecure)
    }

    @Test func `a byte order mark, CRLF and comments change nothing`() throws {
        let text = "\u{FEFF}# lake\r\n" + shortest.split(separator: "\n").joined(separator: " # note\r\n") + "\r\n"
        #expect(try read(text).policies == read(shortest).policies)
    }

    @Test func `a mapping of which every key has a default may be left empty`() throws {
        let text = shortest.replacing("schema_evolution: {}", with: "schema_evolution:") + "\nguard_rails:\n"
        #expect(try read(text).policies == read(shortest).policies)
    }

    @Test func `retention beyond the lakehouse's own is worth a warning and no error`() throws {
        let text = shortest.replacing("schema_evolution: {}", with: "retention: { keep: { newer_than: 90d } }")
        #expect(
            try read(text).warnings.map(\.description) == [
                "lake.yaml:6:38: warning: retention.keep.newer_than 90d is not below "
                    + "lake.server_retention.default 90d: the lakehouse deletes these partitions first, so this policy "
                    + "does nothing"
            ])
    }
}
