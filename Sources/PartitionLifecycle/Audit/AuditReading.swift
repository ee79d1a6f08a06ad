internal import FoundationEssentials
import UTCTime

extension AuditRecord {
    /// The record a line holds, whatever its place in a chain.
    ///
    /// - Throws: ``AuditFlaw`` (`notARecord`) naming the first field that is missing or wrong.
    public init(line: [UInt8]) throws(AuditFlaw) {
        do {
            self = try JSONDecoder().decode(Line.self, from: Data(line)).record()
        } catch let error as AuditFlaw {
            throw error
        } catch DecodingError.keyNotFound(let key, _) {
            throw .notARecord("its field “\(key.stringValue)” is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .notARecord("its field “\(path)” has a wrong type")
        } catch {
            throw .notARecord("it is no JSON")
        }
    }
}

/// A line as JSON has it.
private struct Line: Decodable {
    let sequence: Int64
    let time: String
    let run: String
    let kind: String
    let subject: Subject
    let reason: Reason?
    let call: String?
    let answer: Answer?

    struct Subject: Decodable {
        let view_set: String?
        let day: String?
        let schema_hash: String?
        let partitions: [Row]
        let makes: [Span]
    }

    struct Span: Decodable {
        let begin: String
        let end: String

        func range() throws -> InsertRange { try InsertRange(moment(begin), moment(end)) }
    }

    struct Row: Decodable {
        let view_set: String
        let instance: String
        let begin: String
        let end: String
        let schema_hash: String
        let file_path: String?
        let updated: String
        let min_event_time: String?
        let max_event_time: String?
        let file_size: Int64
        let source_count: Int64
        let rows: Int64

        func partition() throws -> Partition {
            try Partition(
                identity: PartitionIdentity(
                    viewSet: view_set, instance: instance, range: InsertRange(moment(begin), moment(end)),
                    schemaHash: hash(schema_hash), filePath: file_path),
                updated: moment(updated), minEventTime: min_event_time.map(moment),
                maxEventTime: max_event_time.map(moment), fileSize: file_size, sourceCount: source_count, rows: rows)
        }
    }

    struct Reason: Decodable {
        let policy: String?
        let rule: String
        let values: [String: String]
    }

    struct Answer: Decodable {
        let status: String
        let text: String?
        let rows: [String]
        let rows_left_out: Int
    }

    func record() throws -> AuditRecord {
        guard let kind = AuditEntry.Kind(rawValue: kind) else {
            throw AuditFlaw.notARecord("its kind “\(self.kind)” is unknown")
        }
        let entry = try AuditEntry(
            kind,
            subject: AuditSubject(
                viewSet: subject.view_set, day: subject.day.map(calendarDay), schemaHash: subject.schema_hash.map(hash),
                partitions: subject.partitions.map { try $0.partition() }, makes: subject.makes.map { try $0.range() }),
            reason: reason.map { AuditReason(policy: $0.policy, rule: $0.rule, values: $0.values) }, call: call,
            answer: answer.map {
                AuditAnswer(status: $0.status, text: $0.text, rows: $0.rows, rowsLeftOut: $0.rows_left_out)
            })
        return try AuditRecord(sequence: sequence, time: moment(time), run: run, entry: entry)
    }
}

private func moment(_ text: String) throws -> Timestamp {
    do { return try Timestamp(rfc3339: text) } catch { throw AuditFlaw.notARecord(error.description) }
}

private func calendarDay(_ text: String) throws -> CalendarDay {
    let time = try moment(text + "T00:00:00Z")
    return CalendarDay(containing: time)
}

private func hash(_ text: String) throws -> SchemaHash {
    let digits = Array(text.utf8)
    let bytes = stride(from: 0, to: digits.count - digits.count % 2, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    let hash = SchemaHash(bytes)
    guard hash.description == text else { throw AuditFlaw.notARecord("“\(text)” is no schema hash") }
    return hash
}
