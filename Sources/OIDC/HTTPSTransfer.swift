internal import CCurl

/// HTTPS by libcurl.
///
/// Only https, to the host that was named: no redirect is followed and no proxy used, whatever the environment says. The
/// server always has to prove who it is. Nothing is written anywhere (no `CURLOPT_VERBOSE`, no cookies, no cache).
enum HTTPSTransfer {
    /// Makes a request and waits for the whole answer. It blocks: to be called on a thread of its own.
    static func perform(_ request: HTTPSRequest) -> Result<HTTPSAnswer, HTTPSFailure> {
        switch unsafe CurlLibrary.shared {
        case .failure(let failure): .failure(failure)
        case .success(let curl): perform(request, by: curl)
        }
    }

    private static func perform(
        _ request: HTTPSRequest, by curl: curl_library
    ) -> Result<HTTPSAnswer, HTTPSFailure> {
        guard let handle = curl.curl_easy_init() else {
            return .failure(HTTPSFailure(reason: .missingLibrary, words: "libcurl cannot be set up"))
        }
        defer { unsafe curl.curl_easy_cleanup(handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl.curl_slist_free_all(list) }
        // An empty Expect keeps libcurl from waiting for a go-ahead before the form.
        for header in request.headers + ["Accept: application/json", "Expect:"] {
            unsafe list = curl.curl_slist_append(list, header)
        }
        let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        defer { unsafe words.deallocate() }
        let received = Received(limit: request.maximumSize)
        return withExtendedLifetime(received) {
            let context = unsafe Unmanaged.passUnretained(received).toOpaque()
            var code = unsafe setUp(curl, handle, request)
            if code == CURLE_OK { code = unsafe curl_set_list(curl, handle, CURLOPT_HTTPHEADER, list) }
            if code == CURLE_OK { code = unsafe curl_set_pointer(curl, handle, CURLOPT_ERRORBUFFER, words) }
            if code == CURLE_OK { code = unsafe receive(curl, handle, context) }
            if code == CURLE_OK { code = unsafe curl.curl_easy_perform(handle) }
            if received.isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
                let words = "more than \(request.maximumSize) bytes"
                return .failure(HTTPSFailure(reason: .tooLarge, words: words))
            }
            guard code == CURLE_OK else {
                let said = unsafe words.pointee == 0 ? curl.curl_easy_strerror(code) : UnsafePointer(words)
                let text = unsafe said.map { unsafe String(cString: $0) } ?? "libcurl's error \(code.rawValue)"
                return .failure(HTTPSFailure(reason: reason(code), words: text))
            }
            let status = unsafe curl_get_number(curl, handle, CURLINFO_RESPONSE_CODE)
            return .success(HTTPSAnswer(status: status, body: received.body))
        }
    }

    private static func setUp(
        _ curl: curl_library, _ handle: UnsafeMutableRawPointer, _ request: HTTPSRequest
    ) -> CURLcode {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_URL, request.url.text), (CURLOPT_PROTOCOLS_STR, "https"), (CURLOPT_REDIR_PROTOCOLS_STR, "https"),
            // The empty text is no proxy at all; without it libcurl would ask the environment.
            (CURLOPT_PROXY, ""), (CURLOPT_USERAGENT, "lakewarden"), (CURLOPT_COPYPOSTFIELDS, request.form),
            (CURLOPT_CAINFO, request.authorityFile),
        ]
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            // Without it libcurl would set signals of the whole process.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds),
            (CURLOPT_TIMEOUT_MS, request.timeout.milliseconds), (CURLOPT_MAXFILESIZE, request.maximumSize),
        ]
        for (option, value) in texts {
            guard let value else { continue }
            let code = unsafe curl_set_text(curl, handle, option, value)
            if code != CURLE_OK { return code }
        }
        for (option, value) in numbers {
            let code = unsafe curl_set_number(curl, handle, option, value)
            if code != CURLE_OK { return code }
        }
        // Its folder would be trusted beside the file.
        return request.authorityFile == nil ? CURLE_OK : unsafe curl_set_text(curl, handle, CURLOPT_CAPATH, nil)
    }

    private static func receive(
        _ curl: curl_library, _ handle: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer
    ) -> CURLcode {
        let ofBody: curl_receiver = { bytes, _, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let received = unsafe Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
            return unsafe received.take(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        let ofHeaders: curl_receiver = { _, _, count, context in
            guard let context = unsafe context else { return 0 }
            return unsafe Unmanaged<Received>.fromOpaque(context).takeUnretainedValue().skipHeader(count)
        }
        let codes = unsafe [
            curl_set_receiver(curl, handle, CURLOPT_WRITEFUNCTION, ofBody),
            curl_set_pointer(curl, handle, CURLOPT_WRITEDATA, context),
            curl_set_receiver(curl, handle, CURLOPT_HEADERFUNCTION, ofHeaders),
            curl_set_pointer(curl, handle, CURLOPT_HEADERDATA, context),
        ]
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private static func reason(_ code: CURLcode) -> HTTPSFailure.Reason {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CACERT_BADFILE: .authorityFile
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_ISSUER_ERROR:
            .untrusted
        default: .unreachable
        }
    }
}

/// What a transfer has received.
private final class Received {
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private var headers = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Keeps bytes of the body; 0 where they would be too many, which ends the transfer.
    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= limit else {
            isTooLarge = true
            return 0
        }
        unsafe body.append(contentsOf: bytes)
        return bytes.count
    }

    /// Counts a header, which libcurl keeps; 0 where they have become too many.
    func skipHeader(_ count: Int) -> Int {
        headers += count
        if headers > limit { isTooLarge = true }
        return isTooLarge ? 0 : count
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
