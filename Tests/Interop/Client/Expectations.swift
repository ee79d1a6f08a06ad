internal import GRPC

/// What a case expected and did not find.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func check(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    if !condition { throw Failure(words()) }
}

func expect<Value: Equatable>(_ found: Value, _ wanted: Value) throws {
    try check(found == wanted, "\(found) came, \(wanted) was expected")
}

/// The call must end with a status, and with its message where one is given.
func expectStatus(_ code: Status.Code, _ message: String? = nil, _ call: () async throws -> Void) async throws {
    do {
        try await call()
    } catch let error as RPCError {
        try expect(error.code, code)
        if let message { try expect(error.message, message) }
        return
    }
    throw Failure("the call succeeded, \(code) was expected")
}

/// The call must end as one that its caller has cancelled.
func expectCancelled(_ call: () async throws -> Void) async throws {
    do {
        try await call()
    } catch is CancellationError {
        return
    }
    throw Failure("the call succeeded after it was cancelled")
}
