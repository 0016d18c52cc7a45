/*
 * Performs a script of calls on a heap with lanes, and writes what came of it: lanes-sameness.test.ts performs the same in
 * TypeScript. All in one thread, which is now this one and now that one: a thread is a number that a lane and a ticket are kept under.
 *
 *     lanes-driver script results
 *
 * The script begins with base, pages, limit, lanes and the most bytes the buffer may have.
 */
#include "script.h"

enum call {
  ALLOCATE = 1,   /* thread, size */
  ALIGNED = 2,    /* thread, size, alignment */
  FREE = 3,       /* thread, offset */
  SIZE_OF = 4,    /* thread, offset */
  RESIZE = 5,     /* thread, offset, size */
  REALLOCATE = 6, /* thread, offset, size */
  MANY = 7,       /* thread, size, count         -> made, offsets */
  FREE_MANY = 8,  /* thread, count, offsets */
  WHY = 9,        /* thread, offset */
  TICKET = 10,    /* */
  ATTACH = 11,    /* thread, ticket */
  PARK = 12,      /* thread */
  RESUME = 13,    /* thread                      -> the lane, or what there is instead */
  CLOSE = 14,     /* thread */
  RECLAIM = 15,   /* dead, by, every so-manieth  -> lanes, and what is lost; 0: all blocks are kept */
  RESET = 16,     /* thread */
  VERIFY = 17,    /* thread                      -> of all, of the lane */
  LATE = 18,      /* thread */
  HELD = 19,      /* thread */
  CONTROL = 20,   /* words                       -> the control block */
  MEMORY = 21,    /*                             -> bytes, all the memory */
  WRITE = 22,     /* offset, words, value */
  POKE = 23,      /* word, value: of the control block */
  STATS = 25,     /* thread                      -> bytes, blocks, and of classes that have pages size, blocks, pages */
  MUTATE = 24,    /* count, (word, value)...     -> does it open?, is it in order?, fault; then all is put back */
};

static uint32_t lane[256], ticket[256];

/* Every so-manieth block is known to nobody. */
static bool keeps(void *context, ax_offset offset, uint32_t size) { return (offset / 8 + size / 8) % *(uint32_t *)context != 0; }

static void put_stats(const ax_heap *heap, uint32_t of) {
  ax_stats s;
  ax_shared_stats(heap, of, &s);
  const uint64_t bytes[] = {s.committed, s.overhead, s.reserved, s.peak_reserved, s.live, s.free, s.largest_free};
  for (uint32_t i = 0; i < 7; i++) put((uint32_t)bytes[i]);
  put(s.blocks);
  for (uint32_t c = 0; c < AX_STATS_CLASSES; c++) {
    if (s.classes[c].pages == 0) continue;
    put(s.classes[c].size);
    put(s.classes[c].blocks);
    put(s.classes[c].pages);
  }
}

static void mutate(void *buffer, uint32_t base, uint32_t count) {
  uint32_t *words = (uint32_t *)(void *)((char *)buffer + base);
  uint32_t *old = malloc(4 * (size_t)count + 4);
  for (uint32_t i = 0; i < count; i++) {
    old[i] = words[at[2 * i]];
    words[at[2 * i]] = at[2 * i + 1];
  }
  ax_heap *heap = ax_open_shared(buffer, base, bytes);
  uint32_t fault = heap == NULL ? 1 : ax_find_fault_shared(heap);
  put(heap != NULL);
  put(fault == 0);
  put(fault);
  for (uint32_t i = count; i-- > 0;) words[at[2 * i]] = old[i];
  at += 2 * (size_t)count;
  free(old);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  read_script(argv[1]);
  results = fopen(argv[2], "wb");
  if (results == NULL) return 2;
  uint32_t base = *at++, pages = *at++, limit = *at++, lanes = *at++;
  most = *at++;
  bytes = base + (uint64_t)pages * 4096;
  char *buffer = calloc(1, most);
  /* What lies there is overwritten: of the control block. */
  memset(buffer + base, 0x5a, (size_t)pages * 4096);
  ax_heap *heap = ax_make_shared(buffer, base, pages, limit, lanes);
  if (heap == NULL) return 3;
  uint32_t words = ((uint32_t *)(void *)heap)[9] + 8 * limit;
  memset(buffer + base + 4 * (size_t)words, 0, 4096 * (size_t)pages - 4 * (size_t)words);
  ticket[0] = 1;
  lane[0] = ax_attach(heap, 1);
  while (at < end) {
    uint32_t call = at[0], *a = at + 1, l = lane[a[0] & 255], t = ticket[a[0] & 255];
    switch ((enum call)call) {
      case ALLOCATE: put(ax_lane_allocate(heap, l, t, a[1])); at += 3; break;
      case ALIGNED: put(ax_lane_allocate_aligned(heap, l, t, a[1], a[2])); at += 4; break;
      case FREE: put(ax_lane_free(heap, l, t, a[1])); at += 3; break;
      case SIZE_OF: put(ax_lane_size_of(heap, l, a[1])); at += 3; break;
      case RESIZE: put(ax_lane_resize(heap, l, t, a[1], a[2])); at += 4; break;
      case REALLOCATE: put(ax_lane_reallocate(heap, l, t, a[1], a[2])); at += 4; break;
      case MANY: {
        uint32_t *out = malloc(4 * (size_t)a[2] + 4);
        uint32_t made = ax_lane_allocate_many(heap, l, t, a[1], out, a[2]);
        put(made);
        fwrite(out, 4, made, results);
        free(out);
        at += 4;
        break;
      }
      case FREE_MANY: {
        uint32_t *scratch = malloc(4 * (size_t)a[1] + 4);
        put(ax_lane_free_many(heap, l, t, a + 2, a[1], scratch));
        free(scratch);
        at += 3 + a[1];
        break;
      }
      case WHY: put(ax_lane_why(heap, l, a[1])); at += 3; break;
      case TICKET: put(ax_ticket(heap)); at += 1; break;
      case ATTACH:
        ticket[a[0]] = a[1];
        lane[a[0]] = ax_attach(heap, a[1]);
        put(lane[a[0]]);
        at += 3;
        break;
      case PARK: put(ax_park(heap, l, t)); at += 2; break;
      case RESUME: {
        uint32_t got = ax_resume(heap, l, t);
        if (ax_is_lane(got)) {
          lane[a[0]] = got;
          if (!ax_answer(heap, got, t)) return 6;
        }
        put(got);
        at += 2;
        break;
      }
      case CLOSE: put(ax_close(heap, l, t)); at += 2; break;
      case RECLAIM: {
        ax_lost lost;
        put(a[2] == 0 ? ax_reclaim(heap, a[0], a[1], &lost) : ax_reclaim_keeping(heap, a[0], a[1], keeps, a + 2, &lost));
        put(lost.lanes);
        put(lost.pages);
        put(lost.blocks);
        put(lost.in_flight);
        at += 4;
        break;
      }
      case RESET: put(ax_shared_reset(heap, l, t)); at += 2; break;
      case VERIFY: put(ax_verify_shared(heap)); put(ax_verify_lane(heap, l)); at += 2; break;
      case STATS: put_stats(heap, l); at += 2; break;
      case LATE: put(ax_late_double_frees(heap, l)); at += 2; break;
      case HELD: put(ax_is_held(heap, l, t)); at += 2; break;
      case CONTROL: fwrite(heap, 4, a[0], results); at += 2; break;
      case MEMORY: put((uint32_t)bytes); fwrite(buffer, 1, bytes, results); at += 1; break;
      case WRITE:
        for (uint32_t i = 0; i < a[1]; i++) memcpy(buffer + a[0] + 4 * i, &a[2], 4);
        at += 4;
        break;
      case POKE: memcpy((char *)heap + 4 * (size_t)a[0], &a[1], 4); at += 3; break;
      case MUTATE: at += 2; mutate(buffer, base, a[0]); break;
      default: fprintf(stderr, "no call %u\n", call); return 4;
    }
  }
  free(buffer);
  free(script);
  return fclose(results) == 0 ? 0 : 5;
}
