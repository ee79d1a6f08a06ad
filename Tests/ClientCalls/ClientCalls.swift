import Foundation
import Micromegas

/// Makes the calls that lines of JSON on standard input ask for, one after another, and writes what each answered as a line
/// of JSON: `{"answer": …}` or `{"error": {"code": …, "message": …}}`.
///
/// `Tests/PythonClient` holds the answers against those of Micromegas' own Python client.
@main
struct ClientCalls {
    static func main() async throws {
        let encoder = JSONEncoder()
        while let line = readLine() {
            let answer: Answer
            do { answer = .object(["answer": try await call(Request(parsing: line))]) } catch {
                answer = .object(["error": Answer(error)])
            }
            try FileHandle.standardOutput.write(contentsOf: encoder.encode(answer) + Data("\n".utf8))
        }
    }

    private static func call(_ request: Request) async throws -> Answer {
        if let answer = try times(request) { return answer }
        return try await request.withClient { client in
            if let answer = try await reading(request, client) { return answer }
            if let answer = try await discovery(request, client) { return answer }
            if let answer = try await administration(request, client) { return answer }
            if let answer = try await retiring(request, client) { return answer }
            if let answer = try await ingesting(request, client) { return answer }
            throw MicromegasError(.other, "there is no call “\(request.call)”")
        }
    }
}
