import GRPC
import Micromegas
import GoldenCalls
import Testing

@Suite("Errors of a server") struct MicromegasErrorTests {
    @Test("recorded errors are told apart", arguments: GoldenCall.recorded.filter { $0.status != "OK" })
    func golden(call: GoldenCall) throws {
        let code = try #require(Status.Code.allCases.first { $0.description == call.status })
        let error = MicromegasError(RPCError(code: code, message: call.details, mayHaveBeenProcessed: true))
        let expected: MicromegasError.Code =
            switch call.status {
            case "UNAUTHENTICATED": .unauthenticated
            case "PERMISSION_DENIED": .permissionDenied
            case "NOT_FOUND": .notFound
            case "INTERNAL": .failedWhileRunning
            default:
                call.details.contains("Invalid function '") || call.details.contains("table function '")
                    ? .functionMissing : .invalidQuery
            }
        #expect(error.code == expected)
        #expect(!error.message.contains("\n"))
        #expect(error.mayHaveBeenProcessed)
        #expect((error.detail ?? error.message) == call.details)
    }

    @Test(
        "errors that were not recorded are told apart by the contract's beginnings",
        arguments: [
            (.resourceExhausted, "query denied by rule 6f (reason: too big)", .deniedByRule),
            (.resourceExhausted, "Resources exhausted: no memory", .resourceExhausted),
            (.unavailable, "auth provider unavailable", .unavailable),
            (.deadlineExceeded, "", .deadlineExceeded), (.cancelled, "", .other),
        ] as [(Status.Code, String, MicromegasError.Code)])
    func contract(code: Status.Code, message: String, expected: MicromegasError.Code) {
        let error = MicromegasError(RPCError(code: code, message: message, mayHaveBeenProcessed: false))
        #expect(error.code == expected)
        #expect(!error.message.isEmpty)
    }

    @Test("a wrong arity is no missing function")
    func arity() throws {
        let five = try GoldenCall.named("prepare-retire-five", "0.30")
        let error = MicromegasError(RPCError(code: .invalidArgument, message: five.details, mayHaveBeenProcessed: true))
        #expect(error.code == .invalidQuery)
    }

    @Test("a text about a function further down a stack trace does not count")
    func stackTrace() {
        let message = "error building dataframe: no\n at Invalid function 'x'"
        let error = MicromegasError(RPCError(code: .invalidArgument, message: message, mayHaveBeenProcessed: true))
        #expect(error.code == .invalidQuery)
        #expect(error.message == "error building dataframe: no")
        #expect(error.detail == message)
    }
}
