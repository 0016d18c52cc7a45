#ifndef ARIAX_REGION_H
#define ARIAX_REGION_H

#include "napi.h"

/* The functions of src/region.ts; what each takes and returns is in src/addon.ts. */
extern const function_table region_functions;

#endif
