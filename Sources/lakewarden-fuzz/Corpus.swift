internal import FoundationEssentials

/// The good inputs: what lies in the package's `Tests/Golden` and `config`.
struct Corpus {
    private let folder: String

    /// The corpus of the package that the program was built from.
    init() { folder = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) }

    /// The files of a folder whose names end so, by name.
    func files(_ folder: String, _ ending: String) throws -> [(name: String, bytes: [UInt8])] {
        let place = self.folder + "/" + folder
        let names = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasSuffix(ending) }.sorted()
        guard !names.isEmpty else { throw FuzzError("there is no file *\(ending) in \(place)") }
        return try names.map { ($0, Array(try Data(contentsOf: URL(filePath: place + "/" + $0)))) }
    }

    /// The messages of each recorded call of both servers, its request left out.
    func calls() throws -> [(name: String, messages: [[UInt8]])] {
        try ["micromegas-0.30", "micromegas-0.33"].flatMap { server in
            try files("Tests/Golden/" + server, ".bin").map { ($0.name, Array(Parts.split($0.bytes).dropFirst())) }
        }
    }
}

/// Why nothing was tried.
struct FuzzError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
