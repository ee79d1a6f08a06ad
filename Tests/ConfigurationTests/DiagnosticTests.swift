import Configuration
import Testing

/// A file and everything that is said about it.
struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var said: [String]

    init(_ description: String, _ text: String, _ said: String...) {
        testDescription = description
        self.text = text
        self.said = said
    }

    /// The shortest file with one line replaced.
    init(_ description: String, _ line: String, with other: String, _ said: String...) {
        testDescription = description
        text = shortest.replacing(line, with: other)
        self.said = said
    }
}

func diagnostics(_ bytes: [UInt8]) -> [String] {
    do throws(ConfigurationError) {
        _ = try PolicyFile(path: "f", bytes: bytes)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

@Suite struct DiagnosticTests {
    static let shape = "write grpc://HOST:PORT, such as grpc://127.0.0.1:50051"
    static let words = "write up to 64 letters, digits, - _ and ."

    @Test(arguments: [
        Refusal("an empty file", "", "f:1:1: error: the file is empty; begin it with version: 1, lake: and policies:"),
        Refusal(
            "a comment alone", "# no\n",
            "f:2:1: error: the file is empty; begin it with version: 1, lake: and policies:"),
        Refusal(
            "text", "hello",
            "f:1:1: error: the file is text; write a mapping with the keys version, lake, guard_rails, policies"),
        Refusal(
            "a list", "- version: 1",
            "f:1:1: error: the file is a list; write a mapping with the keys version, lake, guard_rails, policies"),
        Refusal(
            "nothing of what is needed", "{}", "f:1:1: error: the file has no version; add version: 1",
            "f:1:1: error: the file has no lake; add lake: { uri: grpc://HOST:PORT }",
            "f:1:1: error: the file has no policies; add a list of policies"),
        Refusal(
            "a second document", shortest + "\n---\nversion: 1\n",
            "f:8:1: error: a second document begins here; write one file for each lake"),
        Refusal(
            "an anchor and an alias", "name: evolution", with: "name: &n evolution\n    retention: *n",
            "f:5:11: error: anchors (\"&n\") are not read here; remove it",
            "f:6:16: error: aliases (\"*n\") are not read here; write the value out",
            "f:6:16: error: policy 1 has both schema_evolution and retention; write a policy for each"),
        Refusal(
            "tags", "version: 1", with: "version: !!int 1",
            "f:1:10: error: tags (\"tag:yaml.org,2002:int\") are not read here; remove it"),
        Refusal(
            "a tab", "  uri: ", with: "\turi: ",
            "f:3:1: error: not YAML: while scanning for the next token: found character that cannot start any token; "
                + "indent with spaces, and quote text that begins so"),
        Refusal(
            "an open bracket", "view_sets: all }", with: "view_sets: [all }",
            "f:7:30: error: not YAML: while parsing a flow sequence: did not find expected ',' or ']'; "
                + "check that each [ and { is closed"),
        Refusal(
            "a wrong indentation", "  uri: grpc", with: "  uri: a\n uri: grpc",
            "f:4:2: error: not YAML: while parsing a block mapping: did not find expected key"),
        Refusal(
            "nesting", "version: 1",
            with: "version: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
            "f:1:10: error: version is a list; write a whole number such as 1000",
            "f:1:41: error: nested deeper than 32 levels; a policy file needs six"),
    ])
    func `a file that is no policy file is refused with place and cure`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    @Test(arguments: [
        Refusal(
            "a mistyped key", "uri:", with: "urii:",
            "f:3:3: error: unknown key \"urii\" in lake; did you mean \"uri\"?",
            "f:3:3: error: lake has no uri; add uri: grpc://HOST:PORT"),
        Refusal(
            "a dash for an underscore", "match:", with: "guard-rails: {}\n    match:",
            "f:7:5: error: unknown key \"guard-rails\" in policy 1; valid: name, schema_evolution, retention, match"),
        Refusal(
            "a key in the wrong mapping", "schema_evolution: {}", with: "schema_evolution: { newer_than: 14d }",
            "f:6:25: error: unknown key \"newer_than\" in schema_evolution; it belongs in retention.keep"),
        Refusal(
            "a key that resembles none", "version: 1", with: "version: 1\nflavour: mild",
            "f:2:1: error: unknown key \"flavour\" in the file; valid: version, lake, guard_rails, policies"),
        Refusal(
            "a key given twice", "version: 1", with: "version: 1\nversion: 1",
            "f:2:1: error: version stands in the file twice, first on line 1; keep one of them"),
        Refusal(
            "a list as a key", "version: 1", with: "version: 1\n[a]: b",
            "f:2:1: error: a key of the file is a list; write a word"),
        Refusal(
            "another version", "version: 1", with: "version: 2",
            "f:1:10: error: version 2 is not known here; this program reads version: 1"),
        Refusal(
            "a quoted version", "version: 1", with: "version: '1'",
            "f:1:10: error: version is text; write the number without quotes: 1"),
        Refusal(
            "a version with a letter", "version: 1", with: "version: v1",
            "f:1:10: error: version is \"v1\"; write a whole number such as 1000"),
        Refusal(
            "a service that is mistyped", "lake:", with: "lake:\n  maintenance_service: nome",
            "f:3:24: error: lake.maintenance_service is \"nome\"; did you mean \"none\"?"),
        Refusal(
            "a service that is unknown", "lake:", with: "lake:\n  maintenance_service: sometimes",
            "f:3:24: error: lake.maintenance_service is \"sometimes\"; valid: none, present"),
        Refusal(
            "a server's retention of nothing", "lake:", with: "lake:\n  server_retention: { default: 0d }",
            "f:3:32: error: lake.server_retention.default is 0; write how long the lakehouse itself keeps partitions, "
                + "such as 90d"),
        Refusal(
            "guard rails of wrong kinds", "lake:",
            with: "guard_rails: { lost: { partitions: -1, bytes: 100 }, minimum_age: soon }\nlake:",
            "f:2:36: error: guard_rails.lost.partitions is negative; write a whole number such as 1000",
            "f:2:47: error: guard_rails.lost.bytes needs a unit: 100B, 100MB or 100GiB",
            "f:2:67: error: guard_rails.minimum_age is \"soon\"; write it as 90d 12h"),
        Refusal(
            "guard rails of wrong shapes", "lake:",
            with: "guard_rails: { lost: { partitions: [1], bytes: {} }, minimum_age: }\nlake:",
            "f:2:36: error: guard_rails.lost.partitions is a list; write a whole number such as 1000",
            "f:2:48: error: guard_rails.lost.bytes is a mapping; write it as 500GiB",
            "f:2:67: error: guard_rails.minimum_age is nothing; write it as 90d 12h"),
    ])
    func `keys and values are held against what there is`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    @Test(arguments: [
        Refusal(
            "no policies", "{ version: 1, lake: { uri: 'grpc://h:1' }, policies: [] }",
            "f:1:54: error: policies is empty; add one beginning with - name:"),
        Refusal(
            "policies that are a mapping", "{ version: 1, lake: { uri: 'grpc://h:1' }, policies: { name: x } }",
            "f:1:54: error: policies is a mapping; write a list, each item beginning with - name:"),
        Refusal(
            "a policy without anything", "- name: evolution", with: "- {}\n  - name: evolution",
            "f:5:5: error: policy 1 has no name; add name: WORD",
            "f:5:5: error: policy 1 has no rule; add schema_evolution or retention",
            "f:5:5: error: policy 1 has no match; add match: { view_sets: all }"),
        Refusal(
            "a name with blanks", "name: evolution", with: "name: two words",
            "f:5:11: error: policy 1.name is \"two words\"; \(words)"),
        Refusal(
            "a name with a terminal's control sequence", "name: evolution", with: "name: \"\\e[31m\"",
            "f:5:11: error: policy 1.name is \"\\u{1b}[31m\"; \(words)"),
        Refusal(
            "a name that is taken", shortest + shortest.split(separator: "\n").dropFirst(4).map { "\n" + $0 }.joined(),
            "f:8:11: error: policy name \"evolution\" is taken on line 5; give each policy its own, by which "
                + "records and reports call it"),
        Refusal(
            "both rules", "schema_evolution: {}",
            with: "schema_evolution: {}\n    retention: { keep: { newer_than: 14d } }",
            "f:7:16: error: policy \"evolution\" has both schema_evolution and retention; write a policy for each"),
        Refusal(
            "no rule", "    schema_evolution: {}\n", with: "",
            "f:5:5: error: policy \"evolution\" has no rule; add schema_evolution or retention"),
        Refusal(
            "last copies that are to be removed", "schema_evolution: {}",
            with: "schema_evolution: { last_copies: remove }",
            "f:6:38: error: schema_evolution.last_copies is \"remove\"; valid: hold"),
        Refusal(
            "a negative soak", "schema_evolution: {}", with: "schema_evolution: { soak: -24h }",
            "f:6:31: error: schema_evolution.soak is negative; write it without the sign"),
        Refusal(
            "retention without an age", "schema_evolution: {}", with: "retention:",
            "f:6:15: error: retention has no keep; add keep: { newer_than: 14d }"),
        Refusal(
            "retention of nothing", "schema_evolution: {}", with: "retention: { keep: { newer_than: 0d } }",
            "f:6:38: error: retention.keep.newer_than is 0: it would remove everything; write what to keep, such as 14d"
        ),
        Refusal(
            "retention below the guard rail", "schema_evolution: {}", with: "retention: { keep: { newer_than: 47h } }",
            "f:6:38: error: retention.keep.newer_than 1d 23h is below guard_rails.minimum_age 2d: it would remove "
                + "what no policy may; keep longer, or lower the guard rail"),
        Refusal(
            "retention of blocks",
            "    schema_evolution: {}\n    match: { view_sets: all }",
            with: "    retention: { keep: { newer_than: 14d } }\n    match: { view_sets: [images, blocks] }",
            "f:7:34: error: retention of blocks is refused: every other view is made from it; remove it from the list"),
        Refusal(
            "one view set without brackets", "view_sets: all", with: "view_sets: images",
            "f:7:25: error: match.view_sets is \"images\"; write all, or a list: [images]"),
        Refusal(
            "an empty list of view sets", "view_sets: all", with: "view_sets: []",
            "f:7:25: error: match.view_sets is an empty list; name a view set, write all, or remove the policy"),
        Refusal(
            "view sets named twice, all among them", "view_sets: all", with: "view_sets: [images, images, all, 7, [x]]",
            "f:7:34: error: match.view_sets names \"images\" twice; keep one of them",
            "f:7:42: error: match.view_sets is a list with \"all\"; write view_sets: all",
            "f:7:50: error: a name in match.view_sets is a list; write text such as thread_spans"),
    ])
    func `a policy that could not be followed as written is refused`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    @Test(arguments: [
        Refusal(
            "no scheme", "grpc://127.0.0.1:50051", with: "127.0.0.1:50051",
            "f:3:8: error: lake.uri has no scheme; \(shape)"),
        Refusal(
            "HTTP", "grpc://", with: "http://",
            "f:3:8: error: lake.uri is of another scheme; \(shape); over TLS grpc+tls://HOST:PORT"),
        Refusal(
            "TLS without a host", "grpc://127.0.0.1:50051", with: "grpc+tls://",
            "f:3:8: error: lake.uri has no host; \(shape)"),
        Refusal(
            "TLS with a wrong port", "grpc://127.0.0.1:50051", with: "https://lake:0",
            "f:3:8: error: lake.uri has a port that is no number from 1 to 65535; \(shape)"),
        Refusal("no port", ":50051", with: "", "f:3:8: error: lake.uri has no port; \(shape)"),
        Refusal("no host", "127.0.0.1", with: "", "f:3:8: error: lake.uri has no host; \(shape)"),
        Refusal(
            "port 0", ":50051", with: ":0",
            "f:3:8: error: lake.uri has a port that is no number from 1 to 65535; \(shape)"),
        Refusal("a path", ":50051", with: ":50051/lake", "f:3:8: error: lake.uri goes on after the port; \(shape)"),
        Refusal(
            "bare IPv6", "127.0.0.1", with: "::1",
            "f:3:8: error: lake.uri has an IPv6 address without brackets; write grpc://[::1]:50051"),
        Refusal(
            "a list", "grpc://127.0.0.1:50051", with: "[a]",
            "f:3:8: error: lake.uri is not text; write text such as grpc://127.0.0.1:50051"),
    ])
    func `an address that is none of a lake is refused`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    @Test(arguments: [
        Refusal(
            "a key of TLS that is none", tls, with: "grpc+tls://lake:1\n  tls: { cafile: x }",
            "f:4:10: error: unknown key \"cafile\" in lake.tls; did you mean \"ca_file\"?"),
        Refusal(
            "a client certificate without its key", tls,
            with: "grpc+tls://lake:1\n  tls: { client_certificate: c.pem }",
            "f:4:8: error: lake.tls has one of client_certificate and client_key; name both, or neither"),
        Refusal(
            "TLS's settings in plaintext", tls, with: "grpc://lake:1\n  tls: { server_name: lake }",
            "f:4:8: error: lake.tls has no effect on a connection without TLS; write lake.uri as grpc+tls://"),
        Refusal(
            "no name of a file", tls, with: "grpc+tls://lake:1\n  tls: { ca_file: [x] }",
            "f:4:19: error: lake.tls.ca_file is not text; write text such as /etc/lakewarden/ca.pem"),
        Refusal(
            "an empty server name", tls, with: "grpc+tls://lake:1\n  tls: { server_name: '' }",
            "f:4:23: error: lake.tls.server_name is empty; write text such as lake.example.com"),
    ])
    func `settings of TLS that could not be meant are refused`(_ row: Refusal) {
        #expect(diagnostics(Array(row.text.utf8)) == row.said)
    }

    /// What the rows about TLS replace.
    private static let tls = "grpc://127.0.0.1:50051"

    @Test(arguments: [
        "uri: grpc+tls://h\n  tls: { client_key: '-----BEGIN hunter2' }",
        "uri: grpc+tls://h\n  tls: { client_key: [hunter2] }",
        "uri: grpc://admin:hunter2@lake:50051", "uri: { hunter2: x }",
        "uri: grpc://h:1\n  credentials: hunter2", "uri: grpc://h:1\n  credentials: [hunter2]",
        "uri: grpc://h:1\n  credentials: { token: hunter2 }",
        "uri: grpc://h:1\n  credentials: { token_file: Bearer hunter2 }",
        "uri: grpc://h:1\n  credentials: { token_file: eyJhunter2 }",
        "uri: grpc://h:1\n  credentials: { token_file: [hunter2] }",
    ])
    func `no secret is repeated`(_ line: String) {
        let said = diagnostics(Array(shortest.replacing("uri: grpc://127.0.0.1:50051", with: line).utf8))
        #expect(!said.isEmpty)
        #expect(said.allSatisfy { !$0.contains("hunter2") }, "\(said)")
    }

    @Test func `everything wrong is told at once, in the file's order`() {
        let text = """
            version: 3
            lake:
              uri: lake
              color: red
            policies:
              - name: a
                retention: { keep: { newer_than: 3 months } }
                match: { view_sets: all }
              - name: a
                match: { view_set: all }
            """
        #expect(
            diagnostics(Array(text.utf8)) == [
                "f:1:10: error: version 3 is not known here; this program reads version: 1",
                "f:3:8: error: lake.uri has no scheme; \(Self.shape)",
                "f:4:3: error: unknown key \"color\" in lake; valid: uri, tls, credentials, headers, "
                    + "server_retention, maintenance_service",
                "f:7:38: error: retention.keep.newer_than has no unit \"months\": write weeks, days, hours, "
                    + "minutes, seconds as 2w 3d 4h 5m 6s",
                "f:9:5: error: policy \"a\" has no rule; add schema_evolution or retention",
                "f:10:12: error: match has no view_sets; add view_sets: all, or a list of names",
                "f:10:14: error: unknown key \"view_set\" in match; did you mean \"view_sets\"?",
            ])
    }

    @Test func `bytes that are no text are told with their place`() {
        #expect(
            diagnostics(Array("version: 1\nlake: \"ä".utf8) + [0xFF]) == [
                "f:2:9: error: not UTF-8 here; save the file in that encoding"
            ])
        #expect(
            diagnostics(Array("version: 1\nlake: \u{1B}[31m".utf8)) == [
                "f:2:7: error: a control character (U+1B) stands here; remove it"
            ])
    }

    @Test func `columns count characters, not bytes`() {
        #expect(
            diagnostics(Array("{ \"ä\": 1, version: 1, lake: { uri: 'grpc://h:1' }, policies: [x] }".utf8)) == [
                "f:1:3: error: unknown key \"ä\" in the file; valid: version, lake, guard_rails, policies",
                "f:1:63: error: policy 1 is text; write a mapping with the keys name, schema_evolution, "
                    + "retention, match",
            ])
    }

    @Test func `a file of a thousand mistakes tells fifty and how many more`() {
        let said = diagnostics(Array(shortest.utf8) + Array((1...1000).map { "\nkey\($0)x: 1" }.joined().utf8))
        #expect(said.count == 51)
        #expect(said.last == "f: error: 950 more problems; cure these first")
    }
}
