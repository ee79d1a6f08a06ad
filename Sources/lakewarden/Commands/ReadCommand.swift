import AsyncIO
import Configuration
import Micromegas
import Warden

/// The commands that only read a lake: `query`, `partitions`, `views`, `incompatible`, `describe`, `process`.
struct ReadCommand: Sendable {
    let name: Command.Name
    let options: OptionValues
    let console: Console

    private var errorLook: Look { console.look(.errors, color: options.value(.color) ?? "auto") }

    func run() async throws(UsageError) -> ExitCode {
        if options.value(.rowFormat) == RowFormat.arrow.rawValue, console.terminal.isOutput {
            throw UsageError(
                "an Arrow stream is no text for a terminal; send it on: --format arrow >FILE", command: name)
        }
        let reading = try Reading(name, try readOptions())
        let lake: LakeChoice
        do throws(ConfigurationError) {
            lake = try LakeChoice(options)
        } catch {
            var page = Page(errorLook)
            for diagnostic in error.diagnostics { page.verbatim(diagnostic.description, .bad) }
            console.write(page, to: .errors)
            return .error
        }
        if let refusal = lake.refusal { throw UsageError("--lake \(refusal)", command: name) }
        let (output, hasPrinted) = console.noting()
        do {
            try await FlightSQLClient.withConnection(try lake.configuration()) { client in
                try await reading.print(from: client, to: output)
                if let warning = client.credentialsWarning { console.write("warning: \(warning)\n", to: .errors) }
            }
            return .done
        } catch RowOutput.Stop.nobodyReads {
            // As after `| head`: whoever read has what it wanted.
            return .done
        } catch {
            let failure = RunFailure(reading: error, lake, name, hasPrinted: hasPrinted.withLock { $0 })
            console.write(ErrorBlock.page(failure, errorLook), to: .errors)
            return .error
        }
    }

    /// The options, SQL that is named `-` read from standard input.
    private func readOptions() throws(UsageError) -> OptionValues {
        guard name == .query, options.operands == ["-"] else { return options }
        guard let sql = console.readText(), !sql.allSatisfy(\.isWhitespace) else {
            throw UsageError(
                "standard input holds no SQL: it is empty, cannot be read, is no UTF-8, or is longer than "
                    + "\(Console.longestInput / 1_024) KiB", command: name)
        }
        var read = options
        read.operands = [sql]
        return read
    }
}

extension Console {
    /// The same console, and whether something of an answer went out by it.
    fileprivate func noting() -> (console: Console, hasPrinted: Lock<Bool>) {
        let hasPrinted = Lock(false)
        var noting = self
        noting.send = { [send] bytes in
            hasPrinted.withLock { $0 = true }
            return send(bytes)
        }
        return (noting, hasPrinted)
    }
}
