internal import GRPC

/// The cases of gRPC's `doc/interop-test-descriptions.md`, by their names there.
let cases: [(name: String, run: @Sendable (Channel) async throws -> Void)] = [
    ("empty_unary", emptyUnary), ("large_unary", largeUnary), ("client_streaming", clientStreaming),
    ("server_streaming", serverStreaming), ("ping_pong", pingPong), ("empty_stream", emptyStream),
    ("custom_metadata", customMetadata), ("status_code_and_message", statusCodeAndMessage),
    ("special_status_message", specialStatusMessage), ("unimplemented_method", unimplementedMethod),
    ("unimplemented_service", unimplementedService), ("timeout_on_sleeping_server", timeoutOnSleepingServer),
    ("cancel_after_begin", cancelAfterBegin), ("cancel_after_first_response", cancelAfterFirstResponse),
]

private let service = "/grpc.testing.TestService"
private let requestSizes = [27_182, 8, 1_828, 45_904]
private let responseSizes = [31_415, 9, 2_653, 58_979]
private let large = TestMessages.simple(responseSize: 314_159, payloadSize: 271_828)

private func emptyUnary(_ channel: Channel) async throws {
    try await expect(channel.unary("\(service)/EmptyCall", []).message, [])
}

private func largeUnary(_ channel: Channel) async throws {
    let answer = try await channel.unary("\(service)/UnaryCall", large)
    try expect(TestMessages.payloadSize(of: answer.message), 314_159)
}

private func clientStreaming(_ channel: Channel) async throws {
    let call = try await channel.streaming("\(service)/StreamingInputCall")
    for size in requestSizes { try await call.send(TestMessages.input(payloadSize: size)) }
    try await expect(TestMessages.aggregatedSize(of: call.response().message), 74_922)
}

private func serverStreaming(_ channel: Channel) async throws {
    let call = try await channel.serverStreaming(
        "\(service)/StreamingOutputCall", TestMessages.output(sizes: responseSizes))
    var sizes: [Int] = []
    while case let more = try await call.nextMessages(), !more.isEmpty {
        sizes += try more.map(TestMessages.payloadSize)
    }
    try expect(sizes, responseSizes)
}

private func pingPong(_ channel: Channel) async throws {
    let call = try await channel.streaming("\(service)/FullDuplexCall")
    for (requestSize, responseSize) in zip(requestSizes, responseSizes) {
        try await call.send(TestMessages.output(sizes: [responseSize], payloadSize: requestSize))
        try await expect(call.nextMessages().map(TestMessages.payloadSize), [responseSize])
    }
    try await call.finish()
    try await expect(call.nextMessages(), [])
}

private func emptyStream(_ channel: Channel) async throws {
    let call = try await channel.streaming("\(service)/FullDuplexCall")
    try await call.finish()
    try await expect(call.nextMessages(), [])
}

private func customMetadata(_ channel: Channel) async throws {
    let (name, value) = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    let (binaryName, bytes): (String, [UInt8]) = ("x-grpc-test-echo-trailing-bin", [0xAB, 0xAB, 0xAB])
    var metadata = Metadata()
    try metadata.add(name, value)
    try metadata.add(binaryName, bytes: bytes)

    let answer = try await channel.unary("\(service)/UnaryCall", large, metadata: metadata)
    try expect(answer.initialMetadata.values(name), [value])
    try expect(answer.trailingMetadata.bytes(binaryName), bytes)

    let call = try await channel.streaming("\(service)/FullDuplexCall", metadata: metadata)
    try await call.send(TestMessages.output(sizes: [314_159], payloadSize: 271_828))
    try await call.finish()
    try await expect(call.initialMetadata.values(name), [value])
    try await expect(call.nextMessages().map(TestMessages.payloadSize), [314_159])
    try await expect(call.nextMessages(), [])
    try await expect(call.trailingMetadata.bytes(binaryName), bytes)
}

private func statusCodeAndMessage(_ channel: Channel) async throws {
    let wanted = TestMessages.statusWanted(2, "test status message")
    try await expectStatus(.unknown, "test status message") {
        _ = try await channel.unary("\(service)/UnaryCall", wanted)
    }
    try await expectStatus(.unknown, "test status message") {
        let call = try await channel.streaming("\(service)/FullDuplexCall")
        try await call.send(wanted)
        try await call.finish()
        _ = try await call.nextMessages()
    }
}

private func specialStatusMessage(_ channel: Channel) async throws {
    let message = "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n"
    try await expectStatus(.unknown, message) {
        _ = try await channel.unary("\(service)/UnaryCall", TestMessages.statusWanted(2, message))
    }
}

private func unimplementedMethod(_ channel: Channel) async throws {
    try await expectStatus(.unimplemented) { _ = try await channel.unary("\(service)/UnimplementedCall", []) }
}

private func unimplementedService(_ channel: Channel) async throws {
    try await expectStatus(.unimplemented) {
        _ = try await channel.unary("/grpc.testing.UnimplementedService/UnimplementedCall", [])
    }
}

private func timeoutOnSleepingServer(_ channel: Channel) async throws {
    try await expectStatus(.deadlineExceeded) {
        let call = try await channel.streaming("\(service)/FullDuplexCall", timeout: .milliseconds(1))
        try await call.send(TestMessages.output(sizes: [], payloadSize: 27_182))
        _ = try await call.nextMessages()
    }
}

private func cancelAfterBegin(_ channel: Channel) async throws {
    let call = try await channel.streaming("\(service)/StreamingInputCall")
    await call.cancel()
    try await expectCancelled { _ = try await call.response() }
}

private func cancelAfterFirstResponse(_ channel: Channel) async throws {
    let call = try await channel.streaming("\(service)/FullDuplexCall")
    try await call.send(TestMessages.output(sizes: [31_415], payloadSize: 27_182))
    try await expect(call.nextMessages().map(TestMessages.payloadSize), [31_415])
    await call.cancel()
    try await expectCancelled { _ = try await call.nextMessages() }
}
