#ifndef LAKEWARDEN_COpenSSL_H
#define LAKEWARDEN_COpenSSL_H
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Macros that Swift does not see, as functions.

static inline int openssl_set_minimum_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int openssl_set_maximum_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}

static inline void openssl_set_client_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static inline void openssl_read_ahead(SSL_CTX *context, size_t bytes) {
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, bytes);
}

static inline int openssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int openssl_print_name(BIO *to, const X509_NAME *name) {
    return X509_NAME_print_ex(to, name, 0, XN_FLAG_RFC2253);
}

// What a try came to. The error queue is thread-wide and read by SSL_get_error, so each try begins with an empty one;
// errno is kept before anything else can change it.
typedef struct {
    size_t count;
    int error;
    int system;
} openssl_outcome;

static inline openssl_outcome openssl_finish(SSL *ssl, int result, size_t count) {
    int system = errno;
    openssl_outcome outcome = {count, result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, result), system};
    return outcome;
}

static inline openssl_outcome openssl_handshake(SSL *ssl) {
    ERR_clear_error();
    errno = 0;
    return openssl_finish(ssl, SSL_do_handshake(ssl), 0);
}

static inline openssl_outcome openssl_read(SSL *ssl, void *bytes, size_t size) {
    size_t count = 0;
    ERR_clear_error();
    errno = 0;
    int result = SSL_read_ex(ssl, bytes, size, &count);
    return openssl_finish(ssl, result, count);
}

static inline openssl_outcome openssl_write(SSL *ssl, const void *bytes, size_t size) {
    size_t count = 0;
    ERR_clear_error();
    errno = 0;
    int result = SSL_write_ex(ssl, bytes, size, &count);
    return openssl_finish(ssl, result, count);
}
#endif
