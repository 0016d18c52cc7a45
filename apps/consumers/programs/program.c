/* A C program as any other, with a C library; its malloc is ours, so JavaScript opens its heap. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Out of the compiler's sight, which knows what malloc and free do, and leaves them out. */
static void *volatile kept, *volatile kept_too;

/* Clang takes for granted that malloc leaves errno alone: it is read where Clang sees no malloc. */
static __attribute__((noinline)) int why(void) { return errno; }

/* What errno is once malloc has been asked for too much; 0 where it gave a block. */
static int errno_after(size_t size) {
  errno = 0;
  kept_too = malloc(size);
  return kept_too == NULL ? why() : 0;
}

__attribute__((export_name("greet"))) char *greet(const char *name) {
  char *greeting = malloc(strlen(name) + 8);
  sprintf(greeting, "hello, %s", name);
  return greeting;
}

int main(int argc, char **argv) {
  (void)argv;
  kept = calloc(1000, 1000);
  kept = realloc(kept, 10);
  if (errno_after((size_t)-1) != ENOMEM) return 3;
  void *page;
  if (posix_memalign(&page, 4096, 10) != 0 || (size_t)page % 4096 != 0 || malloc_usable_size(page) < 10) return 1;
  char *copy = strdup("copied");
  if (strcmp(copy, "copied") != 0) return 2;
  free(copy);
  free(page);
  free(kept);
  if (argc > 1) free(kept);
  printf("all of it works\n");
  return 0;
}
