import PartitionLifecycle
import UTCTime

extension Plan {
    /// A short name: the same steps over the same rows have the same one, whenever they were planned.
    var shortDigest: String {
        var text = ""
        for rebuild in days.flatMap(\.views) {
            text += "rebuild \(rebuild.viewSet) \(rebuild.currentHash) \(rebuild.shadowLength.wholeSeconds) "
            text += "\(rebuild.finalLength.wholeSeconds) \(rebuild.buckets) \(rebuild.shadowRanges)\n"
            for row in rebuild.old { text += "\(row.identity) \(row.identity.filePath ?? "")\n" }
        }
        for retirement in retirements {
            text += "retire \(retirement.policy)\n"
            for row in retirement.partitions { text += "\(row.identity) \(row.identity.filePath ?? "")\n" }
        }
        return String(SchemaHash(SHA256.digest(Array(text.utf8))).description.prefix(6))
    }
}
