#ifndef LAKEWARDEN_CNghttp2_H
#define LAKEWARDEN_CNghttp2_H
#include <nghttp2/nghttp2.h>
#endif
