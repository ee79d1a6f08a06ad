// swift-tools-version: 6.3
import PackageDescription

/// What every Swift target is compiled with.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets that call C on nearly every line; marking each line of them `unsafe` would say nothing.
let facingC: Set<String> = ["AsyncIO", "HTTP2", "Configuration", "Warden"]

let package = Package(
    name: "lakewarden",
    products: [
        .library(name: "Micromegas", targets: ["Micromegas"]),
        .executable(name: "lakewarden", targets: ["lakewarden"]),
        .executable(name: "lakewarden-benchmarks", targets: ["lakewarden-benchmarks"]),
        .executable(name: "lakewarden-fuzz", targets: ["lakewarden-fuzz"]),
    ],
    targets: [
        // C libraries. Each line says what the library is for and its minimum version.
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),  // epoll, eventfd: what Glibc's module lacks
        .systemLibrary(  // HTTP/2 framing and HPACK, 1.52
            name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        // TLS and SHA-256, 3.0 of libssl-dev: loaded by the first connection over TLS or digest, so not linked.
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(  // Arrow bodies compressed with LZ4, 1.9.4
            name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(  // Arrow bodies compressed with ZSTD, 1.5.4
            name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        // HTTPS to the issuers of tokens, 7.88 of libcurl4-openssl-dev: loaded when one is asked, so not linked.
        .systemLibrary(name: "CCurl"),
        .systemLibrary(  // policy files, 0.2.5
            name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // From the ground up: a target imports only what its line names.
        .target(name: "UTCTime"),
        .target(name: "AsyncIO", dependencies: ["CLinux"]),
        .target(name: "HTTP2", dependencies: ["AsyncIO", "CNghttp2", "COpenSSL"]),
        .target(name: "GRPC", dependencies: ["AsyncIO", "HTTP2"]),
        .target(name: "ArrowIPC", dependencies: ["CLZ4", "CZstd"]),
        .target(name: "FlightSQL", dependencies: ["AsyncIO", "GRPC", "ArrowIPC"]),
        .target(name: "OIDC", dependencies: ["AsyncIO", "CCurl"]),
        .target(name: "Micromegas", dependencies: ["AsyncIO", "GRPC", "ArrowIPC", "FlightSQL", "OIDC", "UTCTime"]),
        .target(name: "PartitionLifecycle", dependencies: ["UTCTime"]),
        .target(name: "Configuration", dependencies: ["CYAML", "PartitionLifecycle", "UTCTime"]),
        .target(
            name: "Warden",
            dependencies: [
                "ArrowIPC", "AsyncIO", "COpenSSL", "Configuration", "Micromegas", "PartitionLifecycle", "UTCTime",
            ]),
        .executableTarget(
            name: "lakewarden",
            dependencies: [
                "ArrowIPC", "AsyncIO", "Configuration", "Micromegas", "PartitionLifecycle", "UTCTime", "Warden",
            ]),
        .executableTarget(
            name: "lakewarden-benchmarks", dependencies: ["AsyncIO", "ArrowIPC", "FlightSQL", "GRPC", "Micromegas"]),
        .executableTarget(
            name: "lakewarden-fuzz",
            dependencies: ["ArrowIPC", "Configuration", "FlightSQL", "GRPC", "Micromegas", "OIDC", "UTCTime"]),

        // gRPC's interop cases, which Tests/interop.sh runs against a service on grpcio.
        .executableTarget(
            name: "interop-client", dependencies: ["AsyncIO", "GRPC"], path: "Tests/Interop/Client"),

        // The golden calls as values, for the tests that hold a layer against them.
        .target(name: "GoldenCalls", dependencies: ["ArrowIPC"], path: "Tests/GoldenCalls"),
        // Makes the client's calls for Tests/python-client.sh.
        .executableTarget(
            name: "ClientCalls",
            dependencies: ["ArrowIPC", "AsyncIO", "FlightSQL", "GoldenCalls", "Micromegas", "UTCTime"],
            path: "Tests/ClientCalls"),

        .testTarget(name: "UTCTimeTests", dependencies: ["UTCTime"]),
        .testTarget(name: "AsyncIOTests", dependencies: ["AsyncIO"]),
        .testTarget(name: "HTTP2Tests", dependencies: ["AsyncIO", "CNghttp2", "HTTP2"]),
        .testTarget(  // Its servers over TLS call OpenSSL as it is.
            name: "GRPCTests", dependencies: ["AsyncIO", "COpenSSL", "GRPC", "HTTP2"],
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .testTarget(name: "ArrowIPCTests", dependencies: ["ArrowIPC", "GoldenCalls"]),
        .testTarget(name: "FlightSQLTests", dependencies: ["ArrowIPC", "AsyncIO", "FlightSQL", "GoldenCalls", "GRPC"]),
        .testTarget(name: "OIDCTests", dependencies: ["AsyncIO", "OIDC"]),
        .testTarget(
            name: "MicromegasTests",
            dependencies: ["ArrowIPC", "AsyncIO", "FlightSQL", "GoldenCalls", "GRPC", "Micromegas", "OIDC", "UTCTime"]),
        .testTarget(name: "PartitionLifecycleTests", dependencies: ["PartitionLifecycle", "UTCTime"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "PartitionLifecycle", "UTCTime"]),
        .testTarget(
            name: "WardenTests",
            dependencies: ["Configuration", "Micromegas", "PartitionLifecycle", "UTCTime", "Warden"]),
        .testTarget(name: "FuzzTests", dependencies: ["lakewarden-fuzz"]),
        .testTarget(
            name: "LakewardenTests",
            dependencies: ["Configuration", "PartitionLifecycle", "UTCTime", "Warden", "lakewarden"]),
    ]
)

for target in package.targets where target.type != .system && target.name != "CLinux" {
    var settings = strict
    if !facingC.contains(target.name) && target.type != .test { settings.append(.strictMemorySafety()) }
    target.swiftSettings = settings
}
