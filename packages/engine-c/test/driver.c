/*
 * Performs a script of calls on a heap, and writes what came of it: sameness.test.ts performs the same in TypeScript.
 *
 *     driver script results
 *
 * The script begins with base, pages, limit and the most bytes the buffer may have; then calls follow, each a number and its
 * arguments. A result is one word, or as many as a call has.
 */
#include "script.h"

enum call {
  ALLOCATE = 1,     /* size */
  ALIGNED = 2,      /* size, alignment */
  FREE = 3,         /* offset */
  SIZE_OF = 4,      /* offset */
  RESIZE = 5,       /* offset, size */
  REALLOCATE = 6,   /* offset, size */
  MANY = 7,         /* size, count             -> made, offsets */
  FREE_MANY = 8,    /* count, offsets */
  WHY = 9,          /* offset */
  RESET = 10,       /*                         -> 0 */
  VERIFY = 11,      /* */
  CONTROL = 12,     /* words                   -> the control block */
  MEMORY = 13,      /*                         -> bytes, all the memory */
  WRITE = 14,       /* offset, words, value */
  MUTATE = 15,      /* count, (word, value)... -> does it open?, fault; then all is put back */
};

/* The words of a heap are changed, looked at, and put back. */
static void mutate(void *buffer, uint32_t base, uint32_t count) {
  uint32_t *words = (uint32_t *)(void *)((char *)buffer + base);
  uint32_t *old = malloc(4 * (size_t)count + 4);
  for (uint32_t i = 0; i < count; i++) {
    old[i] = words[at[2 * i]];
    words[at[2 * i]] = at[2 * i + 1];
  }
  ax_heap *heap = ax_open(buffer, base, bytes);
  put(heap != NULL);
  put(heap != NULL ? 0 : ax_find_fault((ax_heap *)(void *)words));
  for (uint32_t i = count; i-- > 0;) words[at[2 * i]] = old[i];
  at += 2 * (size_t)count;
  free(old);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  read_script(argv[1]);
  results = fopen(argv[2], "wb");
  if (results == NULL) return 2;
  uint32_t base = *at++, pages = *at++, limit = *at++;
  most = *at++;
  bytes = base + (uint64_t)pages * 4096;
  char *buffer = calloc(1, most);
  ax_heap *heap = ax_make(buffer, base, pages, limit);
  if (heap == NULL) return 3;
  while (at < end) {
    uint32_t call = at[0], *a = at + 1;
    switch ((enum call)call) {
      case ALLOCATE: put(ax_allocate(heap, a[0])); at += 2; break;
      case ALIGNED: put(ax_allocate_aligned(heap, a[0], a[1])); at += 3; break;
      case FREE: put(ax_free(heap, a[0])); at += 2; break;
      case SIZE_OF: put(ax_size_of(heap, a[0])); at += 2; break;
      case RESIZE: put(ax_resize(heap, a[0], a[1])); at += 3; break;
      case REALLOCATE: put(ax_reallocate(heap, a[0], a[1])); at += 3; break;
      case MANY: {
        uint32_t *out = malloc(4 * (size_t)a[1] + 4);
        uint32_t made = ax_allocate_many(heap, a[0], out, a[1]);
        put(made);
        fwrite(out, 4, made, results);
        free(out);
        at += 3;
        break;
      }
      case FREE_MANY: put(ax_free_many(heap, a + 1, a[0])); at += 2 + a[0]; break;
      case WHY: put(ax_why(heap, a[0])); at += 2; break;
      case RESET: ax_reset(heap); put(0); at += 1; break;
      case VERIFY: put(ax_verify(heap)); at += 1; break;
      case CONTROL: fwrite(heap, 4, a[0], results); at += 2; break;
      case MEMORY: put((uint32_t)bytes); fwrite(buffer, 1, bytes, results); at += 1; break;
      case WRITE:
        for (uint32_t i = 0; i < a[1]; i++) memcpy(buffer + a[0] + 4 * i, &a[2], 4);
        at += 4;
        break;
      case MUTATE: at += 2; mutate(buffer, base, a[0]); break;
      default: fprintf(stderr, "no call %u\n", call); return 4;
    }
  }
  free(buffer);
  free(script);
  return fclose(results) == 0 ? 0 : 5;
}
