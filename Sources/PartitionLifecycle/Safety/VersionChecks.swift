import UTCTime

/// Signs that the connected server is older than what writes the lake, or that servers of several versions work on it
/// (hazards 3 and 18): then what looks old is not.
public enum VersionChecks {
    /// Every sign found, by view set.
    public static func stops(
        _ catalog: Catalog, maintenanceService: LakeSettings.MaintenanceService
    ) -> [Stop] {
        catalog.viewSets.values.sorted { $0.name < $1.name }.flatMap { view in
            let rows = catalog.partitions[catalog.index(before: view.name)..<catalog.index(after: view.name)]
            return newerRows(view, rows) + [mixedVersions(view, rows, maintenanceService)].compactMap(\.self)
        }
    }

    /// Hashes of which every row was written after the newest row of the server's own.
    private static func newerRows(_ view: ViewSet, _ rows: ArraySlice<Partition>) -> [Stop] {
        var newest: Timestamp?
        var oldest: [SchemaHash: Timestamp] = [:]
        for row in rows {
            let hash = row.identity.schemaHash
            if hash == view.currentHash {
                newest = max(newest ?? row.updated, row.updated)
            } else {
                oldest[hash] = min(oldest[hash] ?? row.updated, row.updated)
            }
        }
        guard let newest else { return [] }
        return oldest.filter { $0.value > newest }.sorted { $0.key < $1.key }.map { hash, updated in
            .newerRows(viewSet: view.name, hash: hash, oldestUpdated: updated, current: view.currentHash)
        }
    }

    /// The newest global row, if it is of another hash.
    ///
    /// A maintenance service writes the newest insert times, and the agent's rebuilds, of older ones, are written later:
    /// so insert times tell what the service writes. Where nobody else writes, the day that is still open stays as it
    /// was at an upgrade, while what is rebuilt is written last: so there the time of writing tells; and before the
    /// first row of the current hash there is nothing to tell, and the soak decides.
    private static func mixedVersions(
        _ view: ViewSet, _ rows: ArraySlice<Partition>, _ service: LakeSettings.MaintenanceService
    ) -> Stop? {
        let globals = rows.filter(\.isGlobal)
        if service == .none && !globals.contains(where: { $0.identity.schemaHash == view.currentHash }) { return nil }
        let newest = globals.max { a, b in
            switch service {
            case .present: (a.range.end, a.updated) < (b.range.end, b.updated)
            case .none: (a.updated, a.range.end) < (b.updated, b.range.end)
            }
        }
        guard let newest, newest.identity.schemaHash != view.currentHash else { return nil }
        return .mixedVersions(viewSet: view.name, newest: newest.identity, current: view.currentHash)
    }
}
