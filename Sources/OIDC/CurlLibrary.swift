internal import CCurl

/// libcurl, loaded by the first request; `CCurl`'s header says why.
enum CurlLibrary {
    /// Loaded and set up once for the process: since libcurl 7.84 any thread may do it. A struct of C's is not Sendable; this
    /// one is never changed once it is there, which is what `nonisolated(unsafe)` vouches for.
    nonisolated(unsafe) static let shared = load("libcurl.so.4")

    /// The functions of the library of that file name, ready for use.
    static func load(_ file: String) -> Result<curl_library, HTTPSFailure> {
        var library = curl_library()
        if let said = unsafe curl_load(file, &library) {
            return unsafe .failure(HTTPSFailure(reason: .missingLibrary, words: String(cString: said)))
        }
        guard library.curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
            return .failure(HTTPSFailure(reason: .missingLibrary, words: "libcurl cannot be set up"))
        }
        return .success(library)
    }
}
