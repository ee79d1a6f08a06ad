public import Micromegas
public import PartitionLifecycle

extension ClientConfiguration {
    /// How a policy file's lake is reached: its address, its token and what TLS trusts and shows.
    ///
    /// - Throws: `MicromegasError` for an address that is none.
    public init(_ lake: LakeSettings) throws(MicromegasError) {
        self.init(address: try ServerAddress(uri: lake.uri), tokenFile: lake.tokenFile)
        tls.authorityFile = lake.tls.authorityFile
        tls.certificateFile = lake.tls.certificateFile
        tls.keyFile = lake.tls.keyFile
        tls.serverName = lake.tls.serverName
    }
}
