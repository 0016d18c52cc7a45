// AssemblyScript's own heap (TLSF), three functions of it exported under the names the bench calls.
export function allocate(size: usize): usize {
  return heap.alloc(size);
}
export function free(block: usize): void {
  heap.free(block);
}
export function reallocate(block: usize, size: usize): usize {
  return heap.realloc(block, size);
}
