import COpenSSL

/// The SHA-256 of bytes, 32 bytes (FIPS 180-4), computed by OpenSSL.
func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let result = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
    // It fails only where memory is out or the algorithm is switched off: then no record can be vouched for.
    precondition(result == 1, "OpenSSL does not compute SHA-256")
    return digest
}
