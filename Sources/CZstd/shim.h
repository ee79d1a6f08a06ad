#ifndef LAKEWARDEN_CZSTD_H
#define LAKEWARDEN_CZSTD_H
#include <zstd.h>
#endif
