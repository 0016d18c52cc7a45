/* What the recorder is tested with: a program for each word of its command line, its allocations known. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Sizes that nothing else in the process has; the test looks for those above 100,000. */
static void calls(void) {
  void *a = malloc(100001), *b = calloc(3, 40001), *c = memalign(64, 100003), *d = aligned_alloc(64, 100096), *e = NULL;
  if (posix_memalign(&e, 4096, 100005) != 0 || (uintptr_t)e % 4096 != 0 || (uintptr_t)d % 64 != 0) exit(3);
  if (posix_memalign(&e, 24, 8) != EINVAL) exit(4);
  memset(a, 7, 100001);
  a = realloc(a, 300001);
  if (((char *)a)[100000] != 7 || ((char *)b)[120002] != 0) exit(5);
  b = reallocarray(b, 2, 100007);
  errno = 0;
  if (reallocarray(b, SIZE_MAX / 2, 3) != NULL || errno != ENOMEM) exit(6);
  void *f = realloc(NULL, 100009);
  char *g = strdup("text");
  free(g);
  errno = 77;
  free(c);
  if (errno != 77 || malloc(SIZE_MAX / 2) != NULL || errno != ENOMEM) exit(7);
  if (realloc(f, 0) != NULL) exit(8);
  free(NULL);
  free(a);
  free(e);
  void *h = valloc(100011);
  if ((uintptr_t)h % (uintptr_t)sysconf(_SC_PAGESIZE) != 0) exit(9);
  (void)d;
}

enum { THREADS = 4, BLOCKS = 64, ROUNDS = 20000 };
static void *shared[BLOCKS];
static pthread_mutex_t locks[BLOCKS];

/* Blocks that any thread frees, resizes or makes. */
static void *worker(void *seed) {
  uint32_t x = (uint32_t)(uintptr_t)seed;
  for (int n = 0; n < ROUNDS; n++) {
    x = x * 1664525 + 1013904223;
    unsigned at = x >> 26, size = x >> 8 & 1023;
    pthread_mutex_lock(&locks[at]);
    if (x & 4) shared[at] = realloc(shared[at], size + 1);
    else free(shared[at]), shared[at] = malloc(size);
    pthread_mutex_unlock(&locks[at]);
  }
  return NULL;
}

static void threads(void) {
  pthread_t all[THREADS];
  for (int i = 0; i < BLOCKS; i++) pthread_mutex_init(&locks[i], NULL);
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&all[i], NULL, worker, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(all[i], NULL);
  for (int i = 0; i < BLOCKS; i++) free(shared[i]);
}

/* Children: one that is forked and allocates, one of vfork that leaves, one that becomes another program. */
static void children(const char *self) {
  void *before = malloc(100001);
  if (fork() == 0) {
    free(before);
    free(malloc(100002));
    exit(0);
  }
  wait(NULL);
  if (vfork() == 0) _exit(0);
  wait(NULL);
  if (fork() == 0) {
    execl(self, self, "leave", (char *)NULL);
    _exit(1);
  }
  wait(NULL);
  free(before);
  free(malloc(100003));
}

/* A block that ends behind the recorder's back, and another one in its place. */
static void unseen(void) {
  extern void __libc_free(void *);
  void *a = malloc(100001);
  __libc_free(a);
  void *b = malloc(100002);
  if (a != b) exit(10);
  __libc_free(b);
  void *c = realloc(malloc(8), 100003);
  if (a != c) exit(11);
  free(c);
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (strcmp(what, "calls") == 0) calls();
  if (strcmp(what, "unseen") == 0) unseen();
  if (strcmp(what, "threads") == 0) threads();
  if (strcmp(what, "children") == 0) children(arguments[0]);
  if (strcmp(what, "many") == 0) for (int n = 0; n < 100000; n++) if (malloc(100001 + n % 7) == NULL) return 2;
  if (strcmp(what, "leave") == 0) {
    free(malloc(100004));
    _exit(0);
  }
  if (strcmp(what, "closing") == 0) {
    for (int i = 3; i < 256; i++) close(i);
    if (open("/dev/null", O_WRONLY) != 3) return 3;
    free(malloc(100005));
  }
  return 0;
}
