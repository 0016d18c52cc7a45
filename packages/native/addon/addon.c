/*
 * addon.c: the module that Node loads, once in each thread that asks for it. It only gathers what the others have:
 *
 *     region.c ──▶ pages.h ◀── pages_posix.c, pages_windows.c       memory from the system
 *     engine.c ──▶ the engine of packages/engine-c                          over any buffer
 *     lanes.c  ──▶ the same with lanes                                      also over a SharedArrayBuffer
 *     locks.c  ──▶ lock_file.h ◀── lock_file_posix.c, lock_file_windows.c   whose thread lives
 *     napi.c       Node-API, checked                                count.c   its system calls, counted
 */
#include "engine.h"
#include "locks.h"
#include "napi.h"
#include "region.h"

NAPI_MODULE_INIT() {
  const function_table *const tables[] = {&region_functions, &engine_functions, &lane_functions, &lock_functions};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    TRY(env, napi_define_properties(env, exports, tables[i]->count, tables[i]->functions));
  }
  return exports;
}
