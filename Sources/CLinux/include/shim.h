// What the Glibc module does not export, under one header.
//
// _GNU_SOURCE must not be defined here: the same system headers, parsed with it, would differ from those in the Glibc
// module, which the importer refuses. What needs it is wrapped in shim.c, which is compiled with it.
#ifndef LAKEWARDEN_CLINUX_H
#define LAKEWARDEN_CLINUX_H
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Names the calling thread; the name's first 15 bytes are kept.
void linux_set_thread_name(const char *name);

#endif
