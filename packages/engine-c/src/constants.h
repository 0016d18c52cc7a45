/* Generated from the TypeScript engine by scripts/constants.ts; don't edit. */
#ifndef AX_CONSTANTS_H
#define AX_CONSTANTS_H

/* packages/allocator/src/check.ts */
#define AX_MAX_CAPACITY 0xffff0000u

/* packages/slab/src/size-class.ts */
#define AX_PAGE_SHIFT 12u
#define AX_PAGE_SIZE 4096u
#define AX_SMALL_MAX 16384u
#define AX_CLASSES 71u
#define AX_MOST_BLOCKS 511u
#define AX_ENOUGH_BLOCKS 16u
#define AX_ENOUGH_PAGES 4u
#define AX_LONGEST_SLAB 8u
#define AX_EXACT_MAX 128u
#define AX_INDEX_SHIFT 19u
#define AX_INDEX_CHECK 0xf007ffffu

/* packages/slab/src/layout.ts */
#define AX_MAGIC 0x58415241u /* "ARAX" */
#define AX_VERSION 2u
#define AX_H_MAGIC 0u
#define AX_H_VERSION 1u
#define AX_H_BASE 2u /* where the heap begins in its buffer, in bytes */
#define AX_H_LIMIT 3u /* pages the heap may ever have */
#define AX_H_LANES 4u /* threads' private parts: 1 */
#define AX_H_BINS 5u /* the word where each part begins … */
#define AX_H_HEADS 6u /* (each bin's first run) */
#define AX_H_INFO 7u
#define AX_H_BITS 8u
#define AX_H_REMOTE 9u /* … 0 = there is none */
#define AX_H_FIRST 10u /* first page after the control block */
#define AX_H_STACKS 11u /* the word where the classes' stacks begin */
#define AX_H_DEPTH 12u /* words of each, a power of two */
#define AX_H_PAGES 16u /* pages the heap has now */
#define AX_H_USED 17u /* pages in slabs and large blocks */
#define AX_H_PEAK 18u /* the most there ever were */
#define AX_H_CHECK 19u /* H_PAGES ^ H_PEAK ^ MAGIC; what is used is known from the page table */
#define AX_H_TRIM 20u /* pages in use from which on the heap trims before it takes more */
#define AX_H_NAME 21u /* a lane's: its code, as it stands in entries; 0 in a heap without lanes */
#define AX_H_ZERO 31u /* always 0: the bitmap word of a class without a slab */
#define AX_HEADER_WORDS 32u
#define AX_TRIM_LEAST 32u
#define AX_LINES 32u
#define AX_LINE_SHIFT 3u
#define AX_LINE_WORDS 8u
#define AX_C_WORD 0u /* cursor: the bitmap word being drained; H_ZERO where there is none */
#define AX_C_BASE 1u /* offset of the block of that word's bit 0, be there one or not */
#define AX_C_SIZE 2u /* block bytes */
#define AX_C_INVERSE 3u /* inverseOf(size) */
#define AX_C_TOP 4u /* the word of the stack's topmost entry: a block's offset, its bit */
#define AX_C_BOTTOM 5u /* the word below the stack's lowest entry, which is 0 */
#define AX_C_LIST 6u /* last page of the first other slab with a block to offer, 0 = none */
#define AX_C_PAGES 7u /* pages of the class's slabs */
#define AX_ENTRY_SHIFT 7u
#define AX_ENTRY_LINE 127u
#define AX_TABLE 600u
#define AX_E_FREE 0u
#define AX_E_LARGE 0x80000000u /* | pages: a large block begins here */
#define AX_E_BODY 0x90000000u /* it continues here */
#define AX_E_GIVEN 0xb0000000u /* | pages: a large block that another lane freed, its owner is yet to collect */
#define AX_E_CONTROL 0xa0000000u /* the control block's last page */
#define AX_E_WAS_SLAB 0xc0000000u /* | the slab's entry */
#define AX_E_WAS_LARGE 0xe0000000u /* | pages: a large block began here */
#define AX_E_PAGES 0xfffffu
#define AX_INFO_SHIFT 2u
#define AX_P_SUMMARY 0u /* slab: bit i = its bitmap word i, from the last one on, has a free block that is not on the stack, or is the cursor's */
#define AX_P_LENGTH 0u /* free run: pages; on its first page too */
#define AX_P_NEXT 1u /* of the class's slabs with blocks to offer, or the runs of one length; 0 = none */
#define AX_P_PREV 2u /* slab: the one before, 0 = it is the first; run: the word that leads to it */
#define AX_P_SHAPE 3u /* slab: (owner lane, 0) << 24 | blocks << 8 | pages */
#define AX_P_LONGER 3u /* first run of its length, in a bin of several: the first of the next length; 0 = none */
#define AX_SHAPE_BLOCKS 8u
#define AX_SHAPE_PAGES 255u
#define AX_BITS_SHIFT 3u
#define AX_LEAST_DEPTH 8u
#define AX_LEAST_ENTRIES 8u

/* packages/slab/src/lanes/layout.ts */
#define AX_LANES_VERSION 3u
#define AX_H_OWN 13u /* the word the territories' owners begin at: 0 = the pool, else a lane's code */
#define AX_H_TERRITORY 14u /* log2 of a territory's pages */
#define AX_H_FIRST_LANE 15u /* the word of lane 0 */
#define AX_H_STRIDE 23u /* words of a lane */
#define AX_H_CODE_SHIFT 24u /* a slab's entry >>> this = its lane's code */
#define AX_H_TOKEN 25u /* tickets drawn. Atomic */
#define AX_H_WANT 26u /* how often a lane had no room. Atomic; read plainly */
#define AX_H_HINT 27u /* a territory from which on to look for a free one; racy on purpose */
#define AX_H_ID 28u /* what lock files know the heap by: 0, or drawn once. Atomic; no engine asks */
#define AX_H_CODE 22u /* its number + 1 */
#define AX_H_MAIL 23u /* the word of its mail */
#define AX_H_OP 24u /* the offset last freed to another lane, written before it was */
#define AX_H_LATE 25u /* double frees that were seen when blocks were collected */
#define AX_H_SEEN 26u /* the H_WANT that was answered */
#define AX_H_RECLAIMS 27u /* the ticket of a dead thread that its thread is reclaiming; 0 = none */
#define AX_H_HAVE 16u /* pages of its territories: its H_PAGES */
#define AX_M_STATE 0u /* ticket << 3 | state */
#define AX_M_ROOT 1u /* bit i: inbox words i, i + 32, … may not be 0 */
#define AX_M_INBOX 2u /* a bit a territory: blocks there were freed by others */
#define AX_FREE 0u /* was never held, or owns nothing */
#define AX_LIVE 1u /* a thread works with it */
#define AX_PARKED 2u /* its thread rests; another may go on with it */
#define AX_ORPHAN 3u /* its thread is gone, it is in order */
#define AX_DEAD 4u /* its thread was killed: to be repaired */
#define AX_REPAIR 5u /* somebody does */
#define AX_STRIPPED 6u /* nobody holds it, and others have taken of its territories: who gets it repairs it */
#define AX_STATE_BITS 3u
#define AX_STATE 7u /* of a state word */
#define AX_MOST_TICKETS 0xffffffeu
#define AX_OWNER 127u
#define AX_MARK_SHIFT 7u
#define AX_MOST_LANES 63u

/* packages/slab/src/lanes/territory.ts */
#define AX_MANY 16u
#define AX_MOST_AT_ONCE 8u

/* packages/slab/src/bins.ts */
#define AX_EXACT_BINS 64u

/* packages/slab/src/page-pool.ts */
#define AX_LOOKS 1024u

/* packages/slab/src/memory.ts */
#define AX_MIN_CAPACITY 0x10000u

/* packages/slab/src/slab-allocator.ts */
#define AX_MAX_ALIGNMENT 0x10000u

#endif
