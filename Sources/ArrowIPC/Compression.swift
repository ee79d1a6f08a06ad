internal import CLZ4
internal import CZstd

/// How the buffers of a body are compressed (Message.fbs: BodyCompression, codec and method): each by itself, after the
/// length it has uncompressed.
enum Compression: Equatable {
    /// A frame as `lz4 --content-size` and the like write them, not a bare block.
    case lz4Frame
    case zstd

    init(_ table: FlatTable) throws(ArrowError) {
        let method = try table.number(1, default: Int8(0))
        guard method == 0 else { throw .unsupported("a body compressed by method \(method), not buffer by buffer") }
        switch try table.number(0, default: Int8(0)) {
        case 0: self = .lz4Frame
        case 1: self = .zstd
        case let codec: throw .unsupported("a body compressed with codec \(codec)")
        }
    }

    /// How many bytes one compressed byte can stand for: a run of LZ4 adds 255 to its length with each byte; a block of
    /// ZSTD has at least 4 bytes and stands for at most 128 KiB.
    var largestRatio: Int {
        switch self {
        case .lz4Frame: 255
        case .zstd: 32_768
        }
    }

    /// The bytes that a compressed buffer stands for.
    ///
    /// - Parameter length: how many there are to be. The caller has checked that so many may be allocated.
    func decompress(_ source: Buffer, length: Int) throws(ArrowError) -> [UInt8] {
        var failure: ArrowError?
        // Not zeroed first: what a false length claims is never written, so it takes no memory.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { target, count in
            do throws(ArrowError) {
                let written = try unsafe source.message.span.extracting(source.range).withUnsafeBufferPointer {
                    (source) throws(ArrowError) in
                    switch self {
                    case .lz4Frame: try unsafe LZ4Frame().decompress(source, into: target, length: length)
                    case .zstd: try unsafe Self.decompressZSTD(source, into: target, length: length)
                    }
                }
                guard written == length else {
                    throw .malformed("a compressed buffer holds \(written) bytes and announces \(length)")
                }
                count = length
            } catch {
                failure = error
                count = 0
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func decompressZSTD(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, length: Int
    ) throws(ArrowError) -> Int {
        let result = unsafe ZSTD_decompress(target.baseAddress, length, source.baseAddress, source.count)
        guard ZSTD_isError(result) == 0 else {
            throw .malformed("a buffer compressed with ZSTD: \(unsafe String(cString: ZSTD_getErrorName(result)))")
        }
        return result
    }
}

/// What liblz4 remembers while it reads one frame.
@safe private struct LZ4Frame: ~Copyable {
    private let context: OpaquePointer

    init() throws(ArrowError) {
        var context: OpaquePointer?
        let result = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(result) == 0, let context = unsafe context else {
            throw .malformed("a buffer compressed with LZ4 cannot be read: there is no memory")
        }
        unsafe self.context = context
    }

    deinit { _ = unsafe LZ4F_freeDecompressionContext(context) }

    /// Reads a frame, which has to end where the source ends.
    func decompress(
        _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, length: Int
    ) throws(ArrowError) -> Int {
        var (read, written) = (0, 0)
        while true {
            var (sourceSize, targetSize) = (source.count - read, length - written)
            let hint = unsafe LZ4F_decompress(
                context, target.baseAddress.map { unsafe $0 + written }, &targetSize,
                source.baseAddress.map { unsafe $0 + read }, &sourceSize, nil)
            guard LZ4F_isError(hint) == 0 else {
                throw .malformed("a buffer compressed with LZ4: \(unsafe String(cString: LZ4F_getErrorName(hint)))")
            }
            read += sourceSize
            written += targetSize
            if hint == 0 {
                guard read == source.count else { throw .malformed("bytes follow a buffer's LZ4 frame") }
                return written
            }
            guard sourceSize > 0 || targetSize > 0 else {
                throw .malformed("a buffer's LZ4 frame is cut off, or holds more than \(length) bytes")
            }
        }
    }
}
