/// Where a secret is kept: never in an argument or a setting, which others can read.
public enum SecretSource: Sendable, Hashable, CustomStringConvertible {
    /// A file that holds it, alone but for white space around it. Read anew when it has changed.
    case file(String)
    /// The environment variable of this name.
    case environment(String)

    /// Where it is kept, for messages.
    public var description: String {
        switch self {
        case .file(let path): "the file “\(path)”"
        case .environment(let name): "the environment variable \(name)"
        }
    }
}
