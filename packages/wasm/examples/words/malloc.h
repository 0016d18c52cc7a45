/* The heap of a C program, from its __heap_base on: an AriaX heap, which JavaScript can inspect, allocate in and free from. */
#ifndef MALLOC_H
#define MALLOC_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

#endif
