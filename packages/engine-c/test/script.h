/* What the drivers have in common: a file of 32-bit words with what to do, another with what came of it, and a buffer. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ariax.h"

static uint64_t most;  /* bytes the buffer may have */
static uint64_t bytes; /* bytes it has */

bool ax_grow_buffer(ax_heap *heap, uint64_t wanted) {
  (void)heap;
  if (wanted > most) return false;
  if (wanted > bytes) bytes = wanted;
  return true;
}

static uint32_t *script, *at, *end;

static void read_script(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) abort();
  size_t size = (size_t)ftell(file);
  rewind(file);
  script = at = calloc(1, size + 4); /* a call without arguments may come last */
  end = script + size / 4;
  if (fread(script, 1, size, file) != size) abort();
  fclose(file);
}

static FILE *results;

static void put(uint32_t word) {
  if (fwrite(&word, 4, 1, results) != 1) abort();
}

#endif
