// What the Glibc module does not export, under one header.
#ifndef LAKEWARDEN_CLINUX_H
#define LAKEWARDEN_CLINUX_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>
#endif
