import Configuration
import PartitionLifecycle

/// A policy file and what reading it found.
struct ValidatedFile: Sendable, Hashable {
    var path: String
    /// What it asks for; nil where it cannot be used.
    var policies: PolicySet?
    var diagnostics: [Diagnostic]

    init(path: String, policies: PolicySet?, diagnostics: [Diagnostic]) {
        self.path = path
        self.policies = policies
        self.diagnostics = diagnostics
    }

    /// Reads a file.
    init(reading path: String) {
        do throws(ConfigurationError) {
            let file = try PolicyFile(path: path)
            self.init(path: path, policies: file.policies, diagnostics: file.warnings)
        } catch {
            self.init(path: path, policies: nil, diagnostics: error.diagnostics)
        }
    }
}

/// `lakewarden validate`: what policy files ask for, or everything that is wrong with them.
struct ValidateCommand: Sendable {
    let options: OptionValues
    let console: Console

    func run() -> ExitCode {
        let named = (options.given[.config] ?? []) + options.operands
        let paths = named.isEmpty ? [options.value(.config) ?? ""] : named
        let files = paths.map(ValidatedFile.init(reading:))
        let code = files.allSatisfy { $0.policies != nil } ? ExitCode.done : .error
        let color = options.value(.color) ?? "auto"
        if options.value(.format) == "json" {
            console.write(ReportDocument.validation(files, exitCode: code).document, to: .output)
            return code
        }
        for file in files {
            var problems = Page(console.look(.errors, color: color))
            for diagnostic in file.diagnostics {
                problems.verbatim(diagnostic.description, diagnostic.severity == .error ? .bad : .body)
            }
            console.write(problems, to: .errors)
            console.write(ValidationScreen.page(file, console.look(.output, color: color)), to: .output)
        }
        return code
    }
}

/// What a valid policy file asks for, in words.
enum ValidationScreen {
    static func page(_ file: ValidatedFile, _ look: Look) -> Page {
        var page = Page(look)
        guard let policies = file.policies else { return page }
        let count = counted(policies.policies.count, "policy", plural: "policies")
        page.add("\(file.path) is valid: \(count) for \(policies.lake.uri)", .good)
        var table = Table(columns: [.init(title: ""), .init(title: "")])
        for policy in policies.policies { table.rows.append([.init(policy.name), .init(text(policy))]) }
        page.add(table)
        return page
    }

    private static func text(_ policy: Policy) -> String {
        let views =
            switch policy.match {
            case .all: "all views"
            case .viewSets(let names): names.joined(separator: ", ")
            }
        switch policy.rule {
        case .schemaEvolution(let soak):
            return "rebuild old schemas of \(views), \(soak.policyText) after the new one began; hold last copies"
        case .retention(let age): return "keep \(age.policyText) of \(views)"
        }
    }
}
