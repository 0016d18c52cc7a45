/*
 * Records what a program asks of malloc, in the format of ../data/README.md. Linux with glibc.
 *
 *   cc -O2 -shared -fPIC -pthread -o record.so record.c
 *   ARIAX_TRACE=perl.trace LD_PRELOAD=$PWD/record.so perl -e '…'
 *   gzip -9n perl.trace
 *
 *   ARIAX_TRACE          the file; %p in it is the process's number. Without %p the first process alone is recorded,
 *                        with it each program that is started has a file of its own.
 *   ARIAX_TRACE_EVENTS   record no more than so many events, and let the program go on
 *
 * A file is whole events at any moment: what a program did is kept, however it ends, but for the last 64 KiB where a
 * signal kills it. A child that was forked is not recorded, unless it starts a program of its own (%p). What was allocated
 * before the recording began appears when it is resized, as an allocation; its free does not appear. Nor does a block of
 * 4 GiB or more.
 *
 * Order among threads is one that can have been: a free is written before the block is given back, an allocation after
 * the block was received. One lock serves all threads, so a program with many of them is slowed down.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's own, by the names that nothing else takes: so there is nothing to look up before the first allocation. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum { ALLOCATE, FREE, REALLOCATE };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* The file, while there is a recording; events still to be written. */
static _Atomic int file = -1;
static uint64_t left = UINT64_MAX;
static pid_t recorded;

/* -- The stream ------------------------------------------------------------------------------------------------- */

/* The longest event: two integers of 64 bits. */
enum { BUFFER = 1 << 16, LONGEST = 20 };
static uint8_t buffer[BUFFER];
static size_t filled;

static void flush(void) {
  size_t done = 0;
  while (done < filled && file >= 0) {
    ssize_t n = write(file, buffer + done, filled - done);
    if (n > 0) done += (size_t)n;
    else if (n == 0 || errno != EINTR) {
      file = -1; /* first: what is said may need memory */
      dprintf(2, "record: can't write the trace: %s\n", strerror(errno));
    }
  }
  filled = 0;
}

static void stop(void) {
  flush();
  if (file >= 0) close(file);
  file = -1;
}

static void integer(uint64_t value) {
  for (; value > 127; value >>= 7) buffer[filled++] = (uint8_t)(value | 128);
  buffer[filled++] = (uint8_t)value;
}

/* What follows a value is a second integer, for a reallocation only. */
static void event(int operation, uint64_t value, uint64_t size) {
  integer(value << 2 | (unsigned)operation);
  if (operation == REALLOCATE) integer(size);
  if (--left == 0) stop();
  else if (filled > BUFFER - LONGEST) flush();
}

/* -- Ids by address: open addressing, linear probing, never more than half full. --------------------------------- */

typedef struct {
  uintptr_t address; /* 0: an empty place */
  uint64_t id;
} entry;

static entry *table;
static size_t places, used;
static uint64_t next_id;

static size_t home(uintptr_t address) {
  return (size_t)((address >> 4) * 0x9e3779b97f4a7c15u >> 20) & (places - 1);
}

/* Where the address is, or would be. */
static size_t find(uintptr_t address) {
  size_t at = home(address);
  while (table[at].address != 0 && table[at].address != address) at = (at + 1) & (places - 1);
  return at;
}

static void grow(void) {
  entry *old = table;
  size_t count = places;
  places = count == 0 ? 1 << 16 : count * 2;
  void *memory = mmap(NULL, places * sizeof(entry), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    stop();
    dprintf(2, "record: no memory for a table of %zu blocks\n", places);
    places = count;
    return;
  }
  table = memory;
  for (size_t i = 0; i < count; i++) {
    if (old[i].address != 0) table[find(old[i].address)] = old[i];
  }
  if (old != NULL) munmap(old, count * sizeof(entry));
}

static void put(void *block, uint64_t id) {
  if (2 * (used + 1) > places) grow();
  if (file < 0) return;
  size_t at = find((uintptr_t)block);
  used += table[at].address == 0;
  table[at] = (entry){(uintptr_t)block, id};
}

/* Takes a block out: those behind it that it kept from their homes move up. 0 where it is not of this recording. */
static int take(void *block, uint64_t *id) {
  size_t hole = find((uintptr_t)block);
  if (table[hole].address == 0) return 0;
  *id = table[hole].id;
  for (size_t at = hole;;) {
    at = (at + 1) & (places - 1);
    if (table[at].address == 0) break;
    if (((at - home(table[at].address)) & (places - 1)) < ((at - hole) & (places - 1))) continue;
    table[hole] = table[at];
    hole = at;
  }
  table[hole].address = 0;
  used--;
  return 1;
}

/* -- What is recorded; all of these with the lock ----------------------------------------------------------------- */

static void ended(void *block) {
  uint64_t id;
  if (file >= 0 && take(block, &id)) event(FREE, next_id - id, 0);
}

static void made(void *block, size_t size) {
  ended(block); /* was there one that ended without a call? */
  if (file < 0 || size > UINT32_MAX) return;
  put(block, next_id++);
  if (file >= 0) event(ALLOCATE, size, 0);
}

static void *note(void *block, size_t size) {
  if (block == NULL || file < 0) return block;
  int error = errno;
  pthread_mutex_lock(&lock);
  made(block, size);
  pthread_mutex_unlock(&lock);
  errno = error;
  return block;
}

/* -- The functions that are taken over ---------------------------------------------------------------------------- */

void *malloc(size_t size) { return note(__libc_malloc(size), size); }

void *calloc(size_t count, size_t size) { return note(__libc_calloc(count, size), count * size); }

void *memalign(size_t alignment, size_t size) { return note(__libc_memalign(alignment, size), size); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void *valloc(size_t size) { return memalign((size_t)sysconf(_SC_PAGESIZE), size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  int error = errno;
  void *block = memalign(alignment, size);
  errno = error;
  if (block == NULL) return ENOMEM;
  *out = block;
  return 0;
}

void free(void *block) {
  if (block == NULL) return;
  if (file >= 0) {
    int error = errno;
    pthread_mutex_lock(&lock);
    ended(block);
    pthread_mutex_unlock(&lock);
    errno = error;
  }
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  if (size == 0) {
    free(block);
    return NULL;
  }
  if (file < 0) return __libc_realloc(block, size);
  /* Where it moves, its old place can be another thread's before this one is back: so all of it is within the lock. */
  pthread_mutex_lock(&lock);
  void *moved = __libc_realloc(block, size);
  int error = errno;
  uint64_t id;
  if (moved != NULL && file >= 0) {
    if (!take(block, &id)) made(moved, size);
    else if (size > UINT32_MAX) event(FREE, next_id - id, 0);
    else {
      ended(moved); /* as above; not where it stayed */
      put(moved, id);
      if (file >= 0) event(REALLOCATE, next_id - id, size);
    }
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return moved;
}

void *reallocarray(void *block, size_t count, size_t size) {
  size_t bytes;
  if (!__builtin_mul_overflow(count, size, &bytes)) return realloc(block, bytes);
  errno = ENOMEM;
  return NULL;
}

/* -- Beginning and end -------------------------------------------------------------------------------------------- */

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void in_parent(void) { pthread_mutex_unlock(&lock); }
static void in_child(void) {
  filled = 0; /* the parent writes it */
  stop();
  pthread_mutex_unlock(&lock);
}

/* The name with each %p in it replaced; 0 where it is too long. */
static int named(char *out, size_t room, const char *pattern, int *each) {
  size_t length = 0;
  for (const char *c = pattern; *c != 0; c++) {
    int is_pid = c[0] == '%' && c[1] == 'p';
    int n = is_pid ? snprintf(out + length, room - length, "%d", (int)getpid())
                   : snprintf(out + length, room - length, "%c", *c);
    if (n < 0 || (length += (size_t)n) >= room) return 0;
    if (is_pid) c++, *each = 1;
  }
  return length > 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *pattern = getenv("ARIAX_TRACE"), *most = getenv("ARIAX_TRACE_EVENTS");
  if (pattern == NULL) return;
  char name[4096];
  int each = 0;
  if (!named(name, sizeof name, pattern, &each)) {
    dprintf(2, "record: ARIAX_TRACE is no file's name\n");
    return;
  }
  if (most != NULL && (left = strtoull(most, NULL, 10)) == 0) {
    dprintf(2, "record: ARIAX_TRACE_EVENTS is no number above 0\n");
    return;
  }
  int opened = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (opened < 0) {
    dprintf(2, "record: can't open %s: %s\n", name, strerror(errno));
    return;
  }
  if (!each) unsetenv("ARIAX_TRACE");
  pthread_atfork(before_fork, in_parent, in_child);
  recorded = getpid();
  grow();
  if (table == NULL) return;
  /* Out of the way of programs that close the files below, and then use their numbers. */
  file = fcntl(opened, F_DUPFD_CLOEXEC, 512);
  if (file < 0) file = opened;
  else close(opened);
}

__attribute__((destructor)) static void end(void) {
  pthread_mutex_lock(&lock);
  stop();
  pthread_mutex_unlock(&lock);
}

/* A program that leaves by these runs no destructors. A child of vfork does too, in its parent's memory. */
void _exit(int status) {
  if (getpid() == recorded) end();
  for (;;) syscall(SYS_exit_group, status);
}

void _Exit(int status) { _exit(status); }
