import Warden

/// What reading an audit log found.
enum AuditScreen {
    static func page(_ result: AuditReport, _ look: Look) -> Page {
        if let bad = result.firstBad { return broken(result, bad, look) }
        var page = Page(look)
        guard let head = result.head else {
            page.add("\(result.folder) holds no record: nothing was ever done with it.")
            return page
        }
        page.add(
            "\(result.folder) is whole: \(counted(result.records, "record")) in \(counted(result.segments, "segment")) "
                + "follow from one another.", .good)
        page.verbatim("  head \(head.hash) (record \(figure(head.sequence)))")
        if result.openIntents > 0 {
            page.add(
                "\(counted(result.openIntents, "intent")) without an outcome: a run ended in the middle of a call. "
                    + "The next run lists the lake and decides by that.")
        }
        page.add("Keep the head elsewhere: a log that was cut or written anew has another one.", .quiet)
        return page
    }

    private static func broken(
        _ result: AuditReport, _ bad: AuditReport.BadRecord, _ look: Look
    ) -> Page {
        let good =
            result.head.map { "records up to \(figure($0.sequence)) are whole" } ?? "no record before it is whole"
        return ErrorBlock.block(
            "error: ", "the audit log is not as it was written",
            [
                ("who", "\(result.folder)/\(bad.segment), line \(bad.line)"), ("why", bad.finding),
                (
                    "cure",
                    "keep the folder as evidence, find out who wrote to it, and go on with a new folder (--audit FOLDER)"
                ),
                ("state", good),
            ], look)
    }
}
