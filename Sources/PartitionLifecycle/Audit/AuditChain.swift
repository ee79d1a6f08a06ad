/// The hash chain of an audit log: how a record becomes a line, and what makes a line the next one.
///
/// A line is one JSON object, UTF-8, without a line feed in it, its fields in this order:
///
///     {"sequence":N,"time":"…","run":"…","kind":"…","subject":{…},"reason":…,"call":…,"answer":…,
///      "previous":"<64 hexadecimal digits>","hash":"<64 hexadecimal digits>"}
///
/// `hash` is the SHA-256 of the line's bytes before `,"hash":`; `previous` is the hash of the line before, 64 zeros in the
/// first. So each line vouches for all before it: nothing can be changed, left out, added or moved without a mismatch,
/// save by writing everything after it anew. Lines missing at the end show only to one who kept a later head.
public struct AuditChain: Sendable, Hashable {
    /// SHA-256: 32 bytes of any bytes. This module computes none itself.
    public typealias Digest = (_ bytes: [UInt8]) -> [UInt8]

    /// The longest line, in bytes; nothing longer is written, so a longer one is no record.
    public static let maximumLineLength = 16 << 20

    /// Records so far, which is the last one's number.
    public private(set) var count: Int64 = 0
    /// The last record's hash, 64 lower-case hexadecimal digits; zeros before the first.
    public private(set) var head = String(repeating: "0", count: 64)

    /// The chain before its first record.
    public init() {}

    /// The line, without its line feed, that makes an entry the next record.
    ///
    /// - Throws: ``AuditFlaw`` for an entry that is too large.
    public func line(_ record: AuditRecord, digest: Digest) throws(AuditFlaw) -> [UInt8] {
        let subject = record.entry.subject
        guard max(subject.partitions.count, subject.makes.count) <= AuditSubject.maximumCount else {
            throw .tooLarge("it names more than \(AuditSubject.maximumCount) partitions")
        }
        var line = record.json(previous: head)
        let hash = hexadecimal(digest(line))
        line += Array(#","hash":"\#(hash)"}"#.utf8)
        guard line.count <= Self.maximumLineLength else {
            throw .tooLarge("it has \(line.count) bytes; \(Self.maximumLineLength) is the most")
        }
        return line
    }

    /// Takes a line as the next record.
    ///
    /// - Throws: ``AuditFlaw`` saying why it is not; the chain stays where it was.
    public mutating func take(_ line: [UInt8], digest: Digest) throws(AuditFlaw) {
        guard line.count <= Self.maximumLineLength else { throw .notARecord("it is longer than any record") }
        guard let parts = AuditLineParts(line) else { throw .notARecord("it has not the form of a record") }
        let hash = hexadecimal(digest(Array(line[..<parts.body])))
        guard hash == parts.hash else { throw .hash(computed: hash, found: parts.hash) }
        guard parts.sequence == count + 1 else { throw .sequence(expected: count + 1, found: parts.sequence) }
        guard parts.previous == head else { throw .previous(expected: head, found: parts.previous) }
        count += 1
        head = hash
    }
}

/// Why a line is not the next record of an audit log.
public enum AuditFlaw: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is no record at all.
    case notARecord(String)
    /// Its bytes are not those it was written with.
    case hash(computed: String, found: String)
    /// A record is missing, repeated or out of place.
    case sequence(expected: Int64, found: Int64)
    /// It follows another record than the one before it.
    case previous(expected: String, found: String)
    /// It is too large to be written.
    case tooLarge(String)

    /// What is wrong with the record, as a sentence without its subject.
    public var description: String {
        switch self {
        case .notARecord(let why), .tooLarge(let why): why
        case .hash(let computed, let found):
            "its bytes were changed: they hash to \(computed.prefix(12))…, it says \(found.prefix(12))…"
        case .sequence(let expected, let found): "it says number \(found) where number \(expected) belongs"
        case .previous(let expected, let found):
            "it follows a record with hash \(found.prefix(12))…, the one before it has \(expected.prefix(12))…"
        }
    }
}

/// The parts of a line that the chain looks at, found by its bytes alone.
struct AuditLineParts {
    let sequence: Int64
    let previous: String
    let hash: String
    /// Where the hashed bytes end.
    let body: Int

    init?(_ line: [UInt8]) {
        let head = Array(#"{"sequence":"#.utf8)
        let hashKey = Array(#","hash":""#.utf8)
        let previousKey = Array(#","previous":""#.utf8)
        let ending = Array(#""}"#.utf8)
        guard line.starts(with: head), line.suffix(2).elementsEqual(ending) else { return nil }
        var number: Int64 = 0
        var position = head.count
        while position < line.count, position < head.count + 18, (48...57).contains(line[position]) {
            number = number * 10 + Int64(line[position] - 48)
            position += 1
        }
        guard position > head.count, position < line.count, line[position] == UInt8(ascii: ",") else { return nil }
        let body = line.count - ending.count - 64 - hashKey.count
        let previousStart = body - 1 - 64 - previousKey.count
        guard previousStart >= position, line[body..<body + hashKey.count].elementsEqual(hashKey),
            line[previousStart..<previousStart + previousKey.count].elementsEqual(previousKey),
            line[body - 1] == UInt8(ascii: "\"")
        else { return nil }
        let previous = line[body - 65..<body - 1]
        let hash = line[body + hashKey.count..<line.count - 2]
        guard previous.allSatisfy(isLowerHexadecimal), hash.allSatisfy(isLowerHexadecimal) else { return nil }
        self.sequence = number
        self.previous = String(decoding: previous, as: UTF8.self)
        self.hash = String(decoding: hash, as: UTF8.self)
        self.body = body
    }
}

private func isLowerHexadecimal(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

/// Lower-case hexadecimal digits, two a byte.
func hexadecimal(_ bytes: [UInt8]) -> String { SchemaHash(bytes).description }
