/* How a heap's memory becomes longer in a WebAssembly program, whichever it is. */
#include "ariax.h"

bool ax_grow_buffer(ax_heap *heap, uint64_t bytes) {
  (void)heap;
  const uint64_t now = (uint64_t)__builtin_wasm_memory_size(0) << 16;
  if (bytes <= now) return true;
  return __builtin_wasm_memory_grow(0, (uint32_t)((bytes - now + 0xffff) >> 16)) != (__SIZE_TYPE__)-1;
}
