import Testing

@testable import OIDC

@Suite struct RedactionTests {
    @Test(arguments: [
        ("Bearer hunter2, hunter2!", "Bearer …, …!"), ("hunter2", "…"), ("hunter", "hunter"), ("", ""),
        // The longer secret first, though the shorter is a part of it.
        ("key hunter2-key", "key …"), ("hunterhunter2", "hunter…"),
        // Characters that the last letter would combine with.
        ("hunter2\u{301}", "…\u{301}"), ("hunter2\u{200D}x", "…\u{200D}x"),
    ])
    func `texts are cleaned of secrets`(_ text: String, _ cleaned: String) {
        #expect(Redaction(["hunter2", "hunter2-key", ""]).redacted(text) == cleaned)
    }
}
