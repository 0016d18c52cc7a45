/*
 * How many pages of fresh memory a new heap touches: one line for each limit, "limit pages touched, made by ax_make", of memory that
 * is known to be zero and, where the limit is not too long, of the same that is said nothing of. Linux.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ariax.h"

#define PAGE 4096u

bool ax_grow_buffer(ax_heap *heap, uint64_t bytes) {
  (void)heap;
  (void)bytes;
  return false;
}

static unsigned char *map(size_t bytes) {
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  /* One page touched is one page in RAM. */
  if (at == MAP_FAILED || madvise(at, bytes, MADV_NOHUGEPAGE) != 0) abort();
  return at;
}

static unsigned touched(unsigned char *at, uint32_t pages) {
  unsigned char *in_ram = malloc(pages);
  unsigned count = 0;
  if (in_ram == NULL || mincore(at, (size_t)pages * PAGE, in_ram) != 0) abort();
  for (uint32_t i = 0; i < pages; i++) count += in_ram[i] & 1;
  free(in_ram);
  return count;
}

int main(void) {
  static const uint32_t limits[] = {16, 256, 4096, 65536, 1048560};
  for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
    uint32_t limit = limits[i];
    unsigned char *zero = map((size_t)limit * PAGE);
    ax_heap *heap = ax_make_zeroed(zero, 0, limit, limit);
    if (heap == NULL) return 1;
    unsigned made = touched(zero, limit);
    /* What is in use and freed again touches its own entries and blocks, not more. */
    ax_offset offset = ax_allocate(heap, 100000);
    if (offset == 0 || ax_free(heap, offset) != AX_FREED) offset = ax_allocate(heap, 100);
    unsigned used = touched(zero, limit);
    printf("%u %u %u", limit, made, used);
    if (limit <= 65536) {
      unsigned char *dirty = map((size_t)limit * PAGE);
      memset(dirty, 0xa5, (size_t)limit * PAGE);
      ax_heap *other = ax_make(dirty, 0, limit, limit);
      ax_heap *same = ax_make_zeroed(map((size_t)limit * PAGE), 0, limit, limit);
      if (other == NULL || same == NULL) return 1;
      /* The control block ends with the bitmaps, which word 8 says the place of. */
      size_t words = ((const uint32_t *)(const void *)same)[8] + (size_t)limit * 8;
      printf(" %d %u", memcmp(other, same, words * 4), ax_verify(same));
      munmap(dirty, (size_t)limit * PAGE);
      munmap(same, (size_t)limit * PAGE);
    }
    printf("\n");
    munmap(zero, (size_t)limit * PAGE);
  }
  return 0;
}
