#ifndef LAKEWARDEN_CYAML_H
#define LAKEWARDEN_CYAML_H
#include <yaml.h>
#endif
