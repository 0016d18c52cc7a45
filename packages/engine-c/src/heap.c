/* Making a heap in a buffer, opening one that another engine made there, ending all its blocks, and growing it. */
#include "layout.h"
#include "size-class.h"

/* The most pages that a heap grows by unasked: doubling keeps growths few, this keeps the excess small. */
#define AX_LONGEST_GROWTH 16384u

/* The header words that never change, and what they must be: ax_make writes them, ax_verify compares. */
#define AX_FIXED_HEADER(X, limit) \
  X(magic, AX_MAGIC)              \
  X(version, AX_VERSION)          \
  X(lanes, 1u)                    \
  X(bins, bins_at(limit))         \
  X(heads, heads_at(limit))       \
  X(info, info_at(limit))         \
  X(bits, bits_at(limit))         \
  X(remote, 0u)                   \
  X(first, first_of(limit))       \
  X(stacks, stacks_at(limit))     \
  X(depth, depth_of(limit))       \
  X(zero, 0u)

/* The same of a class line. */
#define AX_FIXED_LINE(X, limit, c)          \
  X(size, size_of_class(c))                 \
  X(inverse, inverse_of(size_of_class(c)))  \
  X(bottom, bottom_of(stacks_at(limit), depth_of(limit), c))

/* No slab, and one free run of all pages: where page table and bins are zero. */
static void empty(ax_heap *heap) {
  uint32_t first = heap->first, pages = heap->pages;
  for (ax_line *line = heap->lines; line < heap->lines + AX_CLASSES; line++) {
    leave_slab(line);
    line->top = line->bottom;
    line->list = line->pages = 0;
  }
  /* What lies before the first page is not free: that is all that the pool asks. Entry 0 says as well that no block begins there. */
  heap->table[first - 1] = AX_E_CONTROL;
  add_run(heap, first, pages - first);
  heap->used = 0;
  heap->trim = AX_TRIM_LEAST;
  heap->check = pages ^ heap->peak ^ AX_MAGIC;
}

static bool has_room(uint32_t base, uint32_t pages, uint32_t limit) {
  return is_place(base, limit) && pages <= limit && pages > first_of(limit);
}

ax_heap *ax_make(void *buffer, uint32_t base, uint32_t pages, uint32_t limit) {
  if (!has_room(base, pages, limit)) return NULL;
  zero_words((uint32_t *)(void *)((unsigned char *)buffer + base), words_of(limit));
  return ax_make_zeroed(buffer, base, pages, limit);
}

ax_heap *ax_make_zeroed(void *buffer, uint32_t base, uint32_t pages, uint32_t limit) {
  if (!has_room(base, pages, limit)) return NULL;
  ax_heap *heap = (ax_heap *)(void *)((unsigned char *)buffer + base);
  heap->base = base;
  heap->limit = limit;
#define AX_WRITE(field, value) heap->field = value;
  AX_FIXED_HEADER(AX_WRITE, limit)
#undef AX_WRITE
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    ax_line *line = &heap->lines[c];
#define AX_WRITE(field, value) line->field = value;
    AX_FIXED_LINE(AX_WRITE, limit, c)
#undef AX_WRITE
  }
  heap->pages = pages;
  empty(heap);
  return heap;
}

ax_heap *ax_open(void *buffer, uint32_t base, uint64_t bytes) {
  if (base % AX_PAGE_SIZE != 0 || bytes < 2 * AX_PAGE_SIZE || base > bytes - 2 * AX_PAGE_SIZE) return NULL;
  ax_heap *heap = (ax_heap *)(void *)((unsigned char *)buffer + base);
  /* These hold all that is read from here on inside of the buffer; what they must be is verified, too. */
  if (heap->base != base || !is_place(base, heap->limit)) return NULL;
  if (heap->pages <= first_of(heap->limit) || heap->pages > (bytes - base) / AX_PAGE_SIZE) return NULL;
  return ax_verify(heap) == 0 ? heap : NULL;
}

void ax_reset(ax_heap *heap) {
  zero_words(heap->table, heap->pages);
  zero_words(word_at(heap, heap->bins), heap->info - heap->bins);
  empty(heap);
}

/* Makes the heap `more` pages longer; false, and nothing changed, where its buffer refuses. */
static bool grow_by(ax_heap *heap, uint32_t more) {
  uint32_t now = heap->pages;
  if (!ax_grow_buffer(heap, heap->base + (now + more) * AX_PAGE_SIZE)) return false; /* below 2^32: see is_place */
  heap->pages = now + more;
  heap->check = heap->pages ^ heap->peak ^ AX_MAGIC;
  add_run(heap, now, more);
  return true;
}

/* Makes room at the end for a run of `count` pages, aligned as for take_run; false, and nothing changed, where it can't. */
static bool grow(ax_heap *heap, uint32_t count, uint32_t align) {
  uint32_t now = heap->pages;
  uint32_t most = heap->limit - now;
  /* The run can begin in the free pages at the end. */
  uint32_t tail = free_at(heap, now - 1);
  uint32_t wanted = skip_of(heap, now - tail, align) + count;
  uint32_t need = wanted > tail ? wanted - tail : 1;
  if (need > most) return false;
  uint32_t more = now < AX_LONGEST_GROWTH ? now : AX_LONGEST_GROWTH;
  if (more < need) more = need;
  if (more > most) more = most;
  while (!grow_by(heap, more)) {
    /* Where the most that is useful is refused, the least that is needed may not be. */
    if (more == need) return false;
    more = need;
  }
  return true;
}
