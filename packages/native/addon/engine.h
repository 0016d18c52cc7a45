#ifndef ARIAX_ENGINE_H
#define ARIAX_ENGINE_H

#include "napi.h"

/* The functions of src/crossing.ts; what each takes and returns is in src/addon.ts. */
extern const function_table engine_functions;
/* The same of heaps with lanes: src/native-shared-allocator.ts. */
extern const function_table lane_functions;

#endif
