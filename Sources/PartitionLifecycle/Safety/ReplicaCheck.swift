/// Whether all replicas behind an address are of one version (hazard 3): asked over several fresh connections.
public enum ReplicaCheck {
    /// The view sets of which the connections were told different hashes, by name.
    ///
    /// - Parameter connections: The current hash of each view set, as each connection was told it. One that was not told
    ///   of a view set at all disagrees with those that were.
    public static func stops(_ connections: [[String: SchemaHash]]) -> [Stop] {
        Set(connections.flatMap(\.keys)).sorted().compactMap { viewSet in
            let told = connections.map { $0[viewSet] }
            guard let first = told.first, !told.allSatisfy({ $0 == first }) else { return nil }
            return .replicasDisagree(viewSet: viewSet, hashes: Set(told.compactMap(\.self)).sorted())
        }
    }
}
