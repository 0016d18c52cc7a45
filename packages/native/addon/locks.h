#ifndef ARIAX_LOCKS_H
#define ARIAX_LOCKS_H

#include "napi.h"

/* The functions of src/lock-file.ts; what each takes and returns is in src/addon.ts. */
extern const function_table lock_functions;

#endif
