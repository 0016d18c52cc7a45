/*
 * Heaps with lanes: this one file is compiled for them. With ariax.c or without it, but never both in one file.
 *
 *     cc -O2 -I include -c src/ariax-lanes.c
 *
 * The parts in the order of their layers: those of all heaps, which work with a lane here, and those of lanes.
 */
#define AX_LANES 1
#include "page-pool.c"
#include "slabs.c"
#include "large.c"
#include "lookup.c"
#include "verify-part.c"
#include "lanes-territory.c"
#include "lanes-remote.c"
#include "lanes-collect.c"
#include "lanes-truth.c"
#include "lanes-strip.c"
#include "lanes-repair.c"
#include "lanes-state.c"
#include "lanes-verify.c"
#include "lanes-stats.c"
#include "lanes-heap.c"
#include "lanes-relief.c"
#include "lanes-large.c"
#include "lanes-allocate.c"
#include "lanes-resize.c"
#include "lanes-free.c"
