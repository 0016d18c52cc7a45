/*
 * Frees of blocks that are another lane's. Its thread works with them by plain loads and stores, so nobody else writes there: a
 * block is freed by setting its bit in a second bitmap, *remote*, and the owner collects these when it needs blocks.
 *
 *     owner's     bits    0100...0  <-- plain      free = bits | remote
 *     others'     remote  0000...1  <-- atomic or: the old bit tells a double free, and a word that was 0 is announced:
 *
 *                   inbox word   bit of the territory     <-- or; was it set, the one who set it announces the rest
 *                   root         bit of the inbox word    <-- or
 *
 * Announcing goes upwards, and collecting downwards. All of it is by instructions that read and write at once, so who finds a bit set
 * and stops is seen by whoever clears that bit later. A bit too many is harmless.
 *
 * The block's offset is written down before it is freed, in the lane's `op`: of a thread that is killed after the *or*, and before it
 * has announced it, whoever repairs its lane announces the block again.
 */
#include "lanes-layout.h"

/* The bit of the small block that begins at an offset, live or free; 0 where none does: no bitmap lies at the word 0. */
static uint32_t bit_of(const ax_heap *lane, ax_offset offset) {
  const ax_heap *heap = heap_of(lane);
  uint32_t entry = entry_at(heap, offset);
  if (!is_slab(entry)) return 0;
  uint32_t scaled = scaled_index(lane, offset, entry);
  return is_index(scaled) ? bit_at(heap, entry, scaled) : 0;
}

/* The page whose bitmap has a bit: of a slab of many pages not always that of the block. */
static inline uint32_t page_of_bit(const ax_heap *heap, uint32_t bit) { return ((bit >> 5) - heap->bits) >> AX_BITS_SHIFT; }

/* Tells the lane that has a page to look there; with `anew`, also where somebody seems to have told it already. */
static void announce(ax_heap *heap, uint32_t page, bool anew) {
  uint32_t territory = page >> heap->territory, code = load(owner_at(heap, territory)) & AX_OWNER;
  /* The block was collected already, and its pages given back. */
  if (code == 0) return;
  const ax_heap *owner = lane_at(heap, code - 1);
  uint32_t bit = 1u << territory % 32;
  uint32_t before = fetch_or(mail_at(owner, AX_M_INBOX + territory / 32), bit);
  if ((before & bit) == 0 || anew) fetch_or(mail_at(owner, AX_M_ROOT), 1u << territory / 32 % 32);
}

/* Announces the block that a thread freed last: it was stopped before it had, maybe. */
static void announce_last(ax_heap *lane) {
  ax_heap *heap = heap_of(lane);
  if (lane->op == 0) return;
  uint32_t bit = bit_of(lane, lane->op);
  announce(heap, bit != 0 ? page_of_bit(heap, bit) : (lane->op - heap->base) >> AX_PAGE_SHIFT, true);
}

/* Frees a block of another lane. At most three atomic instructions, mostly one. */
static ax_freed free_remote(ax_heap *lane, ax_offset offset) {
  ax_heap *heap = heap_of(lane);
  uint32_t bit = bit_of(lane, offset), entry = entry_at(heap, offset), page = large_at(heap, offset, entry);
  if (bit != 0) {
    uint32_t *word = word_at(heap, bit >> 5), mask = 1u << bit % 32;
    if ((peek(word) & mask) != 0) return AX_DOUBLE_FREE;
    lane->op = offset;
    uint32_t before = fetch_or(remote_of(heap, word), mask);
    if ((before & mask) != 0) return AX_DOUBLE_FREE;
    /* Who made the word what is not 0 announces it. */
    if (before == 0) announce(heap, page_of_bit(heap, bit), false);
    return AX_FREED;
  }
  if (page == 0) return why_at(lane, offset);
  lane->op = offset;
  /* Has its owner, or another, freed it since, or made it longer? No order says which of these was first. */
  if (compare_exchange(&heap->table[page], entry, AX_E_GIVEN | (entry & AX_E_PAGES)) != entry) return AX_DOUBLE_FREE;
  announce(heap, page, false);
  return AX_FREED;
}
