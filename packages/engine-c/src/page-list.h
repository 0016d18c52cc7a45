/*
 * Lists of pages, doubly linked through the page infos: of a class's slabs with free blocks.
 *
 *     head --> page <--> page <--> page --> 0        the newest first; its prev is 0, as page 0 is never on a list
 */
#ifndef AX_PAGE_LIST_H
#define AX_PAGE_LIST_H

#include "layout.h"

/* Puts a page first. The one that was, or 0. */
static inline uint32_t link_page(ax_heap *heap, uint32_t *head, uint32_t page) {
  uint32_t next = *head;
  page_at(heap, page)->next = next;
  page_at(heap, page)->prev = 0;
  if (next != 0) page_at(heap, next)->prev = page;
  *head = page;
  return next;
}

/* Takes a page out. Was it the first? Then the head is still to be set, to its next. */
static inline bool unlink_page(ax_heap *heap, const ax_page *page) {
  uint32_t next = page->next, prev = page->prev;
  if (next != 0) page_at(heap, next)->prev = prev;
  if (prev != 0) page_at(heap, prev)->next = next;
  return prev == 0;
}

#endif
