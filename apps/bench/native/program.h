/*
 * A program to replay: event i is operation op[i] on slot slot[i], with size[i] bytes. The same arrays, of the same types, as
 * the loop in JavaScript reads (src/program.ts); src/c/program-file.ts writes the file.
 *
 *     0        4        8       12        16       20     24      28     32                   8 words, then the columns
 *     ┌────────┬────────┬───────┬─────────┬────────┬──────┬───────┬──────┬──────────┬──────────┬────────┐
 *     │ "AXP2" │ events │ slots │ prelude │ per    │ live │ least │ most │ size[]   │ slot[]   │ op[]   │
 *     └────────┴────────┴───────┴─────────┴────────┴──────┴───────┴──────┴──────────┴──────────┴────────┘
 *                                 not timed  unit    replacement, else 0    4 bytes    4 bytes    1 byte each
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALLOCATE = 0, FREE = 1, REALLOCATE = 2 };

typedef struct program {
  const uint8_t *op;
  const uint32_t *slot, *size;
  uint32_t events, slots;
  uint32_t prelude;         /* the first events, which only set the scene */
  uint32_t events_per_unit; /* of the result */
  uint32_t live, least, most; /* of a replacement (src/worker/loops.ts), which goes on where it was; live is 0 of others */
} program;

/* What it asks for, counted anew. */
typedef struct needs {
  uint64_t peak_live, total, bytes_at_end; /* bytes */
  uint32_t peak_blocks, blocks_at_end;
} needs;

/* Memory of this program's own, zeroed. Not by malloc: that may be what is measured. */
static void *zeroed(uint64_t bytes) {
  void *at = mmap(0, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  return at == MAP_FAILED ? 0 : at;
}

/* NULL, or why the file can't be replayed. It is read whole, so that no page of it is first touched in a timed loop. */
static const char *load(program *p, const char *path) {
  enum { HEAD = 8 };
  int file = open(path, O_RDONLY);
  struct stat about;
  if (file < 0 || fstat(file, &about) != 0) return "no such file";
  uint64_t bytes = (uint64_t)about.st_size, done = 0;
  uint8_t *data = zeroed(bytes);
  if (!data) return "out of memory";
  while (done < bytes) {
    ssize_t more = read(file, data + done, bytes - done);
    if (more <= 0) return "can't be read";
    done += (uint64_t)more;
  }
  close(file);
  const uint32_t *head = (const uint32_t *)(const void *)data;
  if (bytes < 4 * HEAD || head[0] != 0x32505841u) return "not a program";
  *p = (program){ .events = head[1], .slots = head[2], .prelude = head[3], .events_per_unit = head[4], .live = head[5], .least = head[6], .most = head[7] };
  if (bytes != 4 * HEAD + 9 * (uint64_t)p->events || p->prelude > p->events || p->events_per_unit == 0) return "damaged";
  if (p->live > p->slots || p->least > p->most) return "damaged";
  if (p->prelude == p->events) return "nothing to replay";
  p->size = head + HEAD;
  p->slot = p->size + p->events;
  p->op = (const uint8_t *)(p->slot + p->events);
  for (uint32_t i = 0; i < p->events; i++) {
    if (p->slot[i] >= p->slots || p->op[i] > REALLOCATE) return "damaged";
  }
  return 0;
}

static needs needs_of(const program *p) {
  uint32_t *bytes = zeroed(4 * (uint64_t)p->slots);
  uint64_t live = 0;
  needs n = { 0 };
  for (uint32_t i = 0; i < p->events; i++) {
    uint32_t s = p->slot[i], size = p->op[i] == FREE ? 0 : p->size[i];
    live = live - bytes[s] + size;
    bytes[s] = size;
    if (p->op[i] == ALLOCATE) n.blocks_at_end++;
    if (p->op[i] == FREE) n.blocks_at_end--;
    else n.total += size < 16 ? 16 : ((uint64_t)size + 15) & ~(uint64_t)15;
    if (live > n.peak_live) n.peak_live = live;
    if (n.blocks_at_end > n.peak_blocks) n.peak_blocks = n.blocks_at_end;
  }
  n.bytes_at_end = live;
  munmap(bytes, 4 * (uint64_t)p->slots + 1);
  return n;
}

#endif
