import UTCTime

extension AuditRecord {
    /// The record's line up to and without `,"hash":`, fields always in the same order.
    func json(previous: String) -> [UInt8] {
        var writer = JSONText()
        writer.raw("{\"sequence\":\(sequence),\"time\":")
        writer.string(time.rfc3339)
        writer.raw(",\"run\":")
        writer.string(run)
        writer.raw(",\"kind\":")
        writer.string(entry.kind.rawValue)
        writer.raw(",\"subject\":")
        writer.subject(entry.subject)
        writer.raw(",\"reason\":")
        if let reason = entry.reason { writer.reason(reason) } else { writer.raw("null") }
        writer.raw(",\"call\":")
        writer.string(entry.call)
        writer.raw(",\"answer\":")
        if let answer = entry.answer { writer.answer(answer) } else { writer.raw("null") }
        writer.raw(",\"previous\":")
        writer.string(previous)
        return writer.bytes
    }
}

/// JSON text (RFC 8259) as it is written: no white space, and no line feed even within strings.
struct JSONText {
    private(set) var bytes: [UInt8] = []

    /// Text that is JSON already.
    mutating func raw(_ text: String) { bytes += Array(text.utf8) }

    /// A string, or null. The bytes are hashed, so how they are escaped is this format's own and stays.
    mutating func string(_ text: String?) {
        guard let text else { return raw("null") }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: raw("\\n")
            case 0..<0x20, 0x7F: raw("\\u00" + hexadecimal([byte]))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A list, each element written by a closure.
    mutating func list<Element>(_ elements: [Element], _ write: (inout JSONText, Element) -> Void) {
        raw("[")
        for (place, element) in elements.enumerated() {
            if place > 0 { raw(",") }
            write(&self, element)
        }
        raw("]")
    }

    mutating func subject(_ subject: AuditSubject) {
        raw("{\"view_set\":")
        string(subject.viewSet)
        raw(",\"day\":")
        string(subject.day?.description)
        raw(",\"schema_hash\":")
        string(subject.schemaHash?.description)
        raw(",\"partitions\":")
        list(subject.partitions) { $0.partition($1) }
        raw(",\"makes\":")
        list(subject.makes) { writer, range in
            writer.raw("{\"begin\":")
            writer.string(range.begin.rfc3339)
            writer.raw(",\"end\":")
            writer.string(range.end.rfc3339)
            writer.raw("}")
        }
        raw("}")
    }

    private mutating func partition(_ row: Partition) {
        raw("{\"view_set\":")
        string(row.identity.viewSet)
        raw(",\"instance\":")
        string(row.identity.instance)
        raw(",\"begin\":")
        string(row.range.begin.rfc3339)
        raw(",\"end\":")
        string(row.range.end.rfc3339)
        raw(",\"schema_hash\":")
        string(row.identity.schemaHash.description)
        raw(",\"file_path\":")
        string(row.identity.filePath)
        raw(",\"updated\":")
        string(row.updated.rfc3339)
        raw(",\"min_event_time\":")
        string(row.minEventTime?.rfc3339)
        raw(",\"max_event_time\":")
        string(row.maxEventTime?.rfc3339)
        raw(",\"file_size\":\(row.fileSize),\"source_count\":\(row.sourceCount),\"rows\":\(row.rows)}")
    }

    mutating func reason(_ reason: AuditReason) {
        raw("{\"policy\":")
        string(reason.policy)
        raw(",\"rule\":")
        string(reason.rule)
        raw(",\"values\":{")
        for (place, (name, value)) in reason.values.sorted(by: { $0.key < $1.key }).enumerated() {
            if place > 0 { raw(",") }
            string(name)
            raw(":")
            string(value)
        }
        raw("}}")
    }

    mutating func answer(_ answer: AuditAnswer) {
        raw("{\"status\":")
        string(answer.status)
        raw(",\"text\":")
        string(answer.text)
        raw(",\"rows\":")
        list(answer.rows) { $0.string($1) }
        raw(",\"rows_left_out\":\(answer.rowsLeftOut)}")
    }
}
