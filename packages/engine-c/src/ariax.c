/*
 * The whole engine: this one file is compiled.
 *
 *     cc -O2 -I include -c src/ariax.c
 *
 * The parts in the order of their layers, each using those above it only: from the numbers (layout.h, size-class.h, bins.h)
 * and the free pages up to the calls.
 */
#include "page-pool.c"
#include "slabs.c"
#include "large.c"
#include "lookup.c"
#include "heap.c"
#include "verify-part.c"
#include "verify.c"
#include "allocate.c"
#include "resize.c"
#include "free.c"
