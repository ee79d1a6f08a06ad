#ifndef LAKEWARDEN_CCurl_H
#define LAKEWARDEN_CCurl_H
#include <curl/curl.h>
#include <dlfcn.h>

// libcurl, loaded by the first request over HTTPS and not with the program: it brings 25 more libraries, and loading them
// took half of the time in which a command without OIDC started. The functions' types are those of libcurl's header.

#define LAKEWARDEN_CURL_FUNCTIONS(each) \
    each(curl_global_init) each(curl_easy_init) each(curl_easy_cleanup) each(curl_easy_setopt) each(curl_easy_getinfo) \
    each(curl_easy_perform) each(curl_easy_strerror) each(curl_slist_append) each(curl_slist_free_all)

// Where its functions are.
typedef struct {
#define LAKEWARDEN_CURL_FIELD(name) __typeof__(&name) name;
    LAKEWARDEN_CURL_FUNCTIONS(LAKEWARDEN_CURL_FIELD)
#undef LAKEWARDEN_CURL_FIELD
} curl_library;

// Loads the library of that file name, for good. NULL, or why it or one of its functions cannot be had: dlerror()'s text.
static inline const char *curl_load(const char *file, curl_library *library) {
    void *loaded = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!loaded) return dlerror();
#define LAKEWARDEN_CURL_FIND(name) \
    if (!(library->name = (__typeof__(&name))dlsym(loaded, #name))) return dlerror();
    LAKEWARDEN_CURL_FUNCTIONS(LAKEWARDEN_CURL_FIND)
#undef LAKEWARDEN_CURL_FIND
    return NULL;
}

// Variadic functions that Swift cannot call, by the kind of their last argument.

static inline CURLcode curl_set_number(curl_library library, CURL *handle, CURLoption option, long value) {
    return library.curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_text(curl_library library, CURL *handle, CURLoption option, const char *value) {
    return library.curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_list(
    curl_library library, CURL *handle, CURLoption option, struct curl_slist *value) {
    return library.curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_set_pointer(curl_library library, CURL *handle, CURLoption option, void *value) {
    return library.curl_easy_setopt(handle, option, value);
}

// What takes the received bytes: `size` is always 1; another answer than `count` ends the transfer.
typedef size_t (*curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode curl_set_receiver(
    curl_library library, CURL *handle, CURLoption option, curl_receiver value) {
    return library.curl_easy_setopt(handle, option, value);
}

static inline long curl_get_number(curl_library library, CURL *handle, CURLINFO info) {
    long value = 0;
    return library.curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
#endif
