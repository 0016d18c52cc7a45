/* Counts the words of texts: a hash table with chains, each entry and the table itself from malloc. */
#include <stdbool.h>
#include <stdint.h>
#include "malloc.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define LETTER_BITS 0x20 /* what makes an ASCII letter a small one */

typedef struct word {
  struct word *next;
  uint32_t hash;
  uint32_t count;
  uint32_t length;
  char text[];
} word;

typedef struct words {
  uint32_t count;   /* different words */
  uint32_t buckets; /* a power of two */
  word **table;
} words;

/* An empty count; NULL where there is no room. */
EXPORT(words_make) words *words_make(void) {
  words *w = malloc(sizeof *w);
  if (w == NULL) return NULL;
  *w = (words){.count = 0, .buckets = 16, .table = calloc(16, sizeof(word *))};
  if (w->table != NULL) return w;
  free(w);
  return NULL;
}

/* Twice the buckets; the old table stays where there is no room. */
static void grow(words *w) {
  const uint32_t buckets = 2 * w->buckets;
  word **table = calloc(buckets, sizeof(word *));
  if (table == NULL) return;
  for (uint32_t i = 0; i < w->buckets; i++) {
    for (word *entry = w->table[i], *next; entry != NULL; entry = next) {
      next = entry->next;
      word **chain = &table[entry->hash & (buckets - 1)];
      entry->next = *chain;
      *chain = entry;
    }
  }
  free(w->table);
  w->table = table;
  w->buckets = buckets;
}

/* FNV-1a */
static uint32_t hash_of(const char *text, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
  return hash;
}

static bool same(const char *a, const char *b, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

static bool add_word(words *w, const char *text, uint32_t length) {
  const uint32_t hash = hash_of(text, length);
  for (word *entry = w->table[hash & (w->buckets - 1)]; entry != NULL; entry = entry->next) {
    if (entry->hash == hash && entry->length == length && same(entry->text, text, length)) {
      entry->count++;
      return true;
    }
  }
  if (w->count == w->buckets) grow(w);
  word *entry = malloc(sizeof *entry + length);
  if (entry == NULL) return false;
  word **chain = &w->table[hash & (w->buckets - 1)];
  *entry = (word){.next = *chain, .hash = hash, .count = 1, .length = length};
  __builtin_memcpy(entry->text, text, length);
  *chain = entry;
  w->count++;
  return true;
}

static bool is_letter(char c) {
  return (uint8_t)((c | LETTER_BITS) - 'a') < 26;
}

/* Counts the words of a text, which it makes small letters of, in place; false where there was no room for one. */
EXPORT(words_add) bool words_add(words *w, char *text, uint32_t length) {
  for (uint32_t at = 0; at < length;) {
    const uint32_t start = at;
    for (; at < length && is_letter(text[at]); at++) text[at] |= LETTER_BITS;
    if (at == start) at++;
    else if (!add_word(w, text + start, at - start)) return false;
  }
  return true;
}

EXPORT(words_count) uint32_t words_count(const words *w) {
  return w->count;
}

static bool comes_before(const word *a, const word *b) {
  if (a->count != b->count) return a->count > b->count;
  const uint32_t length = a->length < b->length ? a->length : b->length;
  for (uint32_t i = 0; i < length; i++) {
    if (a->text[i] != b->text[i]) return a->text[i] < b->text[i];
  }
  return a->length < b->length;
}

/* The most frequent word, of those that come behind `last` in that order; NULL where there is none. */
static const word *next_word(const words *w, const word *last) {
  const word *best = NULL;
  for (uint32_t i = 0; i < w->buckets; i++) {
    for (const word *entry = w->table[i]; entry != NULL; entry = entry->next) {
      if ((last == NULL || comes_before(last, entry)) && (best == NULL || comes_before(entry, best))) best = entry;
    }
  }
  return best;
}

/* The `top` most frequent words as text, "the 12\nof 7\n…", ended by a 0. The caller frees it. NULL where there is no room. */
EXPORT(words_report) char *words_report(const words *w, uint32_t top) {
  uint32_t length = 0;
  char *report = malloc(1);
  const word *entry = NULL;
  while (report != NULL && top-- > 0 && (entry = next_word(w, entry)) != NULL) {
    char digits[10];
    uint32_t n = 0;
    for (uint32_t rest = entry->count; rest > 0; rest /= 10) digits[n++] = (char)('0' + rest % 10);
    char *longer = realloc(report, length + entry->length + n + 3);
    if (longer == NULL) {
      free(report);
      return NULL;
    }
    report = longer;
    __builtin_memcpy(report + length, entry->text, entry->length);
    length += entry->length;
    report[length++] = ' ';
    while (n > 0) report[length++] = digits[--n];
    report[length++] = '\n';
  }
  if (report != NULL) report[length] = '\0';
  return report;
}

EXPORT(words_free) void words_free(words *w) {
  for (uint32_t i = 0; i < w->buckets; i++) {
    for (word *entry = w->table[i], *next; entry != NULL; entry = next) {
      next = entry->next;
      free(entry);
    }
  }
  free(w->table);
  free(w);
}
