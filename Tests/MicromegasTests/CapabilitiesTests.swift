import GRPC
import GoldenCalls
import Testing

@testable import Micromegas

@Suite("Capabilities") struct CapabilitiesTests {
    private func isOffered(_ probe: Capabilities.Probe, _ name: String, _ version: String) throws -> Bool {
        let call = try GoldenCall.named(name, version)
        guard call.status != "OK" else { return try probe.isOffered(nil) }
        let code = try #require(Status.Code.allCases.first { $0.description == call.status })
        return try probe.isOffered(
            MicromegasError(RPCError(code: code, message: call.details, mayHaveBeenProcessed: true)))
    }

    @Test("each server's recorded answers tell how many arguments it takes")
    func arity() throws {
        #expect(try !isOffered(.retireWithFive, "prepare-retire-five", "0.30"))
        #expect(try isOffered(.retireWithFour, "prepare-retire-four", "0.30"))
        #expect(try isOffered(.retireByFile, "prepare-retire-file", "0.30"))
        #expect(try isOffered(.retireRange, "prepare-retire-range", "0.30"))
        #expect(try isOffered(.retireWithFive, "prepare-retire-five", "0.33"))
        #expect(try !isOffered(.retireWithFour, "prepare-retire-four", "0.33"))
    }

    @Test("a caller without the right is told of missing functions")
    func notAdmin() throws {
        #expect(try !isOffered(.retireByFile, "auth-not-admin-prepare", "0.30"))
        #expect(try !isOffered(.retireRange, "auth-not-admin-table-function", "0.30"))
        #expect(try !isOffered(.retireByFile, "auth-not-admin-scalar-function", "0.33"))
        #expect(try !isOffered(.definitions, "auth-not-admin-definitions", "0.33"))
    }

    @Test("any other answer to a probe is an error, not a missing function")
    func errors() throws {
        for (code, message) in [
            (Status.Code.unavailable, "gone"), (.unauthenticated, "invalid token"), (.internal, "x"),
            (.resourceExhausted, "query denied by rule 1"),
            (.invalidArgument, "No function matches the given name and argument"),
        ] {
            let error = MicromegasError(RPCError(code: code, message: message, mayHaveBeenProcessed: true))
            #expect(throws: MicromegasError.self) { try Capabilities.Probe.materialize.isOffered(error) }
        }
    }

    @Test(
        "what was found is said in a few words",
        arguments: [
            (
                [.retireByFile, .retireWithFive, .retireRange, .materialize, .regenerate, .definitions],
                "5-argument retire (0.33-like), definitions listed"
            ),
            (
                [.retireByFile, .retireWithFour, .retireRange, .materialize, .regenerate],
                "4-argument retire (0.30-like), definitions not listed"
            ),
            ([], "no admin right: no function that changes the lake is offered"),
            ([.materialize], "no retire by metadata, definitions not listed, no retire by file, no regenerating"),
        ] as [([Capabilities.Probe], String)])
    func summary(offered: [Capabilities.Probe], text: String) {
        #expect(Capabilities(Dictionary(uniqueKeysWithValues: offered.map { ($0, true) })).summary == text)
    }
}
