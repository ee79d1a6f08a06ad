#ifndef LAKEWARDEN_COpenSSL_H
#define LAKEWARDEN_COpenSSL_H
#include <dlfcn.h>
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// OpenSSL, loaded by the first connection over TLS or the first digest and not with the program: Debian links libcrypto so
// that all its references are bound at once, which took a quarter of the time in which a command over plaintext started.
// The functions' types are those of OpenSSL's headers.

#define LAKEWARDEN_OPENSSL_FILE "libssl.so.3"
_Static_assert(OPENSSL_SHLIB_VERSION == 3, "these headers are of another major version than the library that is loaded");

// libssl brings libcrypto, where those without SSL in their names are.
#define LAKEWARDEN_OPENSSL_FUNCTIONS(each) \
    each(SSL_CTX_ctrl) each(SSL_CTX_free) each(SSL_CTX_load_verify_file) each(SSL_CTX_new) \
    each(SSL_CTX_set_alpn_protos) each(SSL_CTX_set_default_passwd_cb) each(SSL_CTX_set_default_read_buffer_len) \
    each(SSL_CTX_set_default_verify_paths) each(SSL_CTX_set_options) each(SSL_CTX_use_PrivateKey_file) \
    each(SSL_CTX_use_certificate_chain_file) each(SSL_ctrl) each(SSL_do_handshake) each(SSL_free) \
    each(SSL_get0_alpn_selected) each(SSL_get0_param) each(SSL_get_error) each(SSL_get_ex_data) \
    each(SSL_get_ex_data_X509_STORE_CTX_idx) each(SSL_new) each(SSL_read_ex) each(SSL_set1_host) \
    each(SSL_set_cert_cb) each(SSL_set_connect_state) each(SSL_set_ex_data) each(SSL_set_fd) each(SSL_set_hostflags) \
    each(SSL_set_verify) each(SSL_shutdown) each(SSL_write_ex) each(TLS_client_method) \
    each(ASN1_TIME_print_ex) each(X509V3_EXT_print) each(X509_NAME_print_ex) each(X509_STORE_CTX_get_current_cert) \
    each(X509_STORE_CTX_get_error) each(X509_STORE_CTX_get_error_depth) each(X509_STORE_CTX_get_ex_data) \
    each(X509_VERIFY_PARAM_set1_ip_asc) each(X509_get0_notAfter) each(X509_get0_notBefore) each(X509_get_ext) \
    each(X509_get_ext_by_NID) each(X509_get_issuer_name) each(X509_get_subject_name) \
    each(X509_verify_cert_error_string) \
    each(BIO_free) each(BIO_new) each(BIO_read) each(BIO_s_mem) each(ERR_clear_error) each(ERR_error_string_n) \
    each(ERR_get_error) each(ERR_reason_error_string) each(EVP_Digest) each(EVP_sha256)

// Where its functions are.
typedef struct {
#define LAKEWARDEN_OPENSSL_FIELD(name) __typeof__(&name) name;
    LAKEWARDEN_OPENSSL_FUNCTIONS(LAKEWARDEN_OPENSSL_FIELD)
#undef LAKEWARDEN_OPENSSL_FIELD
} openssl_library;

// Loads the library of that file name, for good. NULL, or why it or one of its functions cannot be had: dlerror()'s text.
static inline const char *openssl_load(const char *file, openssl_library *library) {
    void *loaded = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!loaded) return dlerror();
#define LAKEWARDEN_OPENSSL_FIND(name) \
    if (!(library->name = (__typeof__(&name))dlsym(loaded, #name))) return dlerror();
    LAKEWARDEN_OPENSSL_FUNCTIONS(LAKEWARDEN_OPENSSL_FIND)
#undef LAKEWARDEN_OPENSSL_FIND
    return NULL;
}

// OpenSSL's macros that call a function, as functions of the loaded library.

static inline int openssl_set_minimum_version(openssl_library openssl, SSL_CTX *context, int version) {
    return (int)openssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, version, NULL);
}

static inline void openssl_set_client_options(openssl_library openssl, SSL_CTX *context) {
    openssl.SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    openssl.SSL_CTX_ctrl(
        context, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, NULL);
}

static inline void openssl_read_ahead(openssl_library openssl, SSL_CTX *context, size_t bytes) {
    openssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_READ_AHEAD, 1, NULL);
    openssl.SSL_CTX_set_default_read_buffer_len(context, bytes);
}

static inline int openssl_set_server_name(openssl_library openssl, SSL *ssl, const char *name) {
    return (int)openssl.SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)name);
}

static inline int openssl_print_name(openssl_library openssl, BIO *to, const X509_NAME *name) {
    return openssl.X509_NAME_print_ex(to, name, 0, XN_FLAG_RFC2253);
}

// What a try came to. The error queue is thread-wide and read by SSL_get_error, so each try begins with an empty one;
// errno is kept before anything else can change it.
typedef struct {
    size_t count;
    int error;
    int system;
} openssl_outcome;

static inline openssl_outcome openssl_finish(openssl_library openssl, SSL *ssl, int result, size_t count) {
    int system = errno;
    openssl_outcome outcome = {count, result == 1 ? SSL_ERROR_NONE : openssl.SSL_get_error(ssl, result), system};
    return outcome;
}

static inline openssl_outcome openssl_handshake(openssl_library openssl, SSL *ssl) {
    openssl.ERR_clear_error();
    errno = 0;
    return openssl_finish(openssl, ssl, openssl.SSL_do_handshake(ssl), 0);
}

static inline openssl_outcome openssl_read(openssl_library openssl, SSL *ssl, void *bytes, size_t size) {
    size_t count = 0;
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_read_ex(ssl, bytes, size, &count);
    return openssl_finish(openssl, ssl, result, count);
}

static inline openssl_outcome openssl_write(openssl_library openssl, SSL *ssl, const void *bytes, size_t size) {
    size_t count = 0;
    openssl.ERR_clear_error();
    errno = 0;
    int result = openssl.SSL_write_ex(ssl, bytes, size, &count);
    return openssl_finish(openssl, ssl, result, count);
}
#endif
