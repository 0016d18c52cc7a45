/*
 * Collecting what others have freed: the owner's half of lanes-remote.c.
 *
 *     root --> inbox words --> territories --> remote words, large blocks     each exchanged for 0 before what it leads to is read
 *
 * A word's bits are set in the owner's bitmap *before* they are taken away from the remote one, which is by compare-exchange: a thread
 * that is killed between leaves them in both, and whoever repairs the lane does it again. And the remote word goes to 0 or stays: one
 * that was made smaller, and not 0, would be announced by nobody.
 */
#include "lanes-layout.h"

/* A large block that another lane freed becomes free pages. */
static void take_large(ax_heap *lane, uint32_t page, uint32_t pages) {
  ax_heap *heap = heap_of(lane);
  store(&heap->table[page], AX_E_WAS_LARGE | pages);
  if (pages > 1) set_entry(heap, page + pages - 1, AX_E_FREE);
  give_run(lane, page, pages);
}

/*
 * Takes the bits that others have set in the remote word of a bitmap word into it, where that is one of a slab. The remote word as it was.
 * At most one try for each bit that is yet to come.
 */
static uint32_t take_remote(ax_heap *heap, uint32_t *word, bool in_slab) {
  uint32_t *remote = remote_of(heap, word), before = peek(word), freed = load(remote);
  for (;;) {
    if (in_slab) poke(word, before | freed);
    uint32_t now = compare_exchange(remote, freed, 0);
    if (now == freed) return freed;
    freed = now;
  }
}

static uint32_t count_bits(uint32_t word) {
  uint32_t count = 0;
  for (; word != 0; word &= word - 1) count++;
  return count;
}

/* Takes a remote word's bits, and counts those of blocks that were free. Were there others? */
static bool take_word(ax_heap *lane, uint32_t *word, bool in_slab) {
  uint32_t before = peek(word), freed = take_remote(heap_of(lane), word, in_slab);
  /* In no slab, or free before: it was freed twice, by threads that knew nothing of each other. */
  uint32_t late = in_slab ? before & freed : freed;
  if (late != 0) lane->late += count_bits(late);
  return (freed & ~late) != 0;
}

/* Was a block of a word freed by others? */
static bool collect_word(ax_heap *lane, uint32_t *word) {
  ax_heap *heap = heap_of(lane);
  uint32_t number = (uint32_t)(word - word_at(heap, 0));
  uint32_t entry = page_entry(heap, (number - heap->bits) >> AX_BITS_SHIFT);
  if (!take_word(lane, word, is_slab(entry))) return false;
  if (line_of(lane, entry)->word != number) offer(lane, entry, word);
  return true;
}

/* What others freed in a territory, if it is still the lane's. */
static bool collect_from(ax_heap *lane, uint32_t territory) {
  ax_heap *heap = heap_of(lane);
  if (owner_of(heap, territory) != lane->code) return false;
  bool some = false;
  for (uint32_t page = first_page(heap, territory); page < first_page(heap, territory + 1); page++) {
    if (is_given(peek(&heap->table[page]))) {
      take_large(lane, page, load(&heap->table[page]) & AX_E_PAGES);
      some = true;
    }
    uint32_t *words = word_at(heap, heap->bits) + (page << AX_BITS_SHIFT);
    for (uint32_t *word = words; word < words + 8; word++) {
      if (peek(remote_of(heap, word)) != 0 && collect_word(lane, word)) some = true;
    }
  }
  return some;
}

/* Takes back what was announced to a lane. Was there something? O(territories where something was freed). */
static bool collect(ax_heap *lane) {
  uint32_t words = (territories_of(heap_of(lane)) + 31) / 32;
  bool some = false;
  for (uint32_t root = exchange(mail_at(lane, AX_M_ROOT), 0); root != 0; root &= root - 1) {
    for (uint32_t i = lowest_bit(root); i < words; i += 32) {
      uint32_t *inbox = mail_at(lane, AX_M_INBOX + i);
      if (peek(inbox) == 0) continue;
      for (uint32_t bits = exchange(inbox, 0); bits != 0; bits &= bits - 1) {
        if (collect_from(lane, i * 32 + lowest_bit(bits))) some = true;
      }
    }
  }
  return some;
}

/* The same, be it announced or not: of a thread that is stopped in a free for long, what it has yet to announce. O(pages of the lane). */
static bool sweep(ax_heap *lane) {
  bool some = false;
  for (uint32_t t = 0; t < territories_of(heap_of(lane)); t++) {
    if (collect_from(lane, t)) some = true;
  }
  return some;
}
