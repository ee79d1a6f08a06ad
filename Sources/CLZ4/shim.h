#ifndef LAKEWARDEN_CLZ4_H
#define LAKEWARDEN_CLZ4_H
#include <lz4frame.h>
#endif
