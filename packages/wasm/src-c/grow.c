/* How a heap's memory becomes longer in a WebAssembly program, whichever it is. */
#include "ariax.h"

bool ax_grow_buffer(ax_heap *heap, uint64_t bytes) {
  (void)heap;
  const uint32_t now = __builtin_wasm_memory_size(0), wanted = ((uint32_t)bytes + 0xffff) >> 16;
  return wanted <= now || __builtin_wasm_memory_grow(0, wanted - now) != (__SIZE_TYPE__)-1;
}
