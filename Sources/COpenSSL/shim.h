#ifndef LAKEWARDEN_COpenSSL_H
#define LAKEWARDEN_COpenSSL_H
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/err.h>
#endif
