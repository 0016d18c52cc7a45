#ifndef ARIAX_ENGINE_H
#define ARIAX_ENGINE_H

#include "napi.h"

/* The functions of src/crossing.ts; what each takes and returns is in src/addon.ts. */
extern const function_table engine_functions;

#endif
