/* Linux, macOS, BSD. */
#ifdef _WIN32
typedef int pages_posix_is_not_for_this_system;
#else

#define _GNU_SOURCE /* MAP_ANONYMOUS, mincore, memfd_create, fallocate */
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif

#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "count.h"

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#define HUGE_PAGE ((size_t)2 << 20)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define ACCESS (PROT_READ | PROT_WRITE)

size_t pages_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t round_up(size_t value, size_t to) {
  return (value + to - 1) / to * to;
}

static bool fail(pages *p, const char *call) {
  p->error = errno;
  p->failed = call;
  return false;
}

static void *map_at(void *where, size_t length, int access, int flags, int descriptor) {
  return COUNTED(mmap(where, length, access, flags, descriptor, 0));
}

/* Maps `bytes` of a descriptor, or of nothing where that is -1, between its guards. */
static bool place(pages *p, size_t bytes, unsigned flags, int descriptor) {
  const size_t page = pages_size();
  const size_t align = flags & PAGES_HUGE ? HUGE_PAGE : page;
  const size_t guard = flags & PAGES_GUARD ? page : 0;
  const int kind = descriptor < 0 ? PRIVATE : MAP_SHARED;

  p->bytes = bytes;
  p->length = round_up(bytes, align);
  p->reserved = p->length + 2 * guard + (align - page);
  p->guarded = guard > 0;
  p->shared = descriptor >= 0;

  /* Is it nothing but the pages? Then one call does it. */
  const bool bare = p->reserved == p->length;
  void *base = bare ? map_at(NULL, p->length, ACCESS, kind, descriptor) : map_at(NULL, p->reserved, PROT_NONE, PRIVATE, -1);
  if (base == MAP_FAILED) return fail(p, "mmap");
  p->base = base;
  p->data = (unsigned char *)round_up((uintptr_t)base + guard, align);
  if (bare) return true;

  const bool opened = descriptor < 0
                          ? COUNTED(mprotect(p->data, p->length, ACCESS)) == 0
                          : map_at(p->data, p->length, ACCESS, kind | MAP_FIXED, descriptor) != MAP_FAILED;
  if (!opened) {
    fail(p, descriptor < 0 ? "mprotect" : "mmap");
    COUNTED(munmap(p->base, p->reserved));
    return false;
  }
#ifdef MADV_HUGEPAGE
  if (flags & PAGES_HUGE) p->huge = COUNTED(madvise(p->data, p->length, MADV_HUGEPAGE)) == 0;
#endif
  return true;
}

static void start(pages *p) {
  memset(p, 0, sizeof *p);
  p->descriptor = -1;
}

bool pages_map(pages *p, size_t bytes, unsigned flags) {
  start(p);
  return place(p, bytes, flags, -1);
}

uint64_t pages_file_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

/* Has the file system no way to reserve? Then a byte of each page is written, as it is: that takes the room of what was a hole. */
static bool rewrite(pages *p, int descriptor, size_t bytes) {
  const size_t page = pages_size();
  for (size_t at = 0; at < bytes; at += page) {
    unsigned char byte = 0;
    if (COUNTED(pread(descriptor, &byte, 1, (off_t)at)) < 0) return fail(p, "pread");
    if (COUNTED(pwrite(descriptor, &byte, 1, (off_t)at)) != 1) return fail(p, "pwrite");
  }
  return true;
}

/* Has the system keep room for the first `bytes` of a file, which has that length; what is in it stays. */
static bool reserve_file(pages *p, int descriptor, size_t bytes) {
#ifdef __linux__
  /* Signals, of a profiler for example, end the call early; what it has reserved by then it gives back. So it is asked for in parts. */
  const size_t most = (size_t)16 << 20;
  unsigned interrupted = 0;
  for (size_t at = 0; at < bytes;) {
    const size_t part = bytes - at < most ? bytes - at : most;
    if (COUNTED(fallocate(descriptor, 0, (off_t)at, (off_t)part)) == 0) {
      at += part;
    } else if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL) {
      return rewrite(p, descriptor, bytes);
    } else if (errno != EINTR || ++interrupted == 1000) {
      return fail(p, "fallocate");
    }
  }
  return true;
#else
  /* macOS reserves at the end of a file only (F_PREALLOCATE), not in its holes. */
  return rewrite(p, descriptor, bytes);
#endif
}

bool pages_map_file(pages *p, int descriptor, size_t bytes, size_t reserve, unsigned flags) {
  start(p);
  return reserve_file(p, descriptor, reserve) && place(p, bytes, flags, descriptor);
}

/* POSIX wants one slash, at the start. */
static bool open_name(pages *p, const char *name, int flags, int *descriptor) {
  char path[64];
  snprintf(path, sizeof path, "/%s", name);
  *descriptor = COUNTED(shm_open(path, flags | O_RDWR, 0600));
  return *descriptor >= 0 ? true : fail(p, "shm_open");
}

static bool open_anonymous(pages *p, int *descriptor) {
#ifdef __linux__
  *descriptor = COUNTED(memfd_create("ariax", MFD_CLOEXEC));
#else
  /* Elsewhere there is no path by which another process could open it. */
  *descriptor = -1;
  errno = ENOTSUP;
#endif
  return *descriptor >= 0 ? true : fail(p, "memfd_create");
}

/* Linux has shared memory in a file system, /dev/shm, which can be full; elsewhere it is the system's own. */
static bool reserve_shared(pages *p, int descriptor, size_t bytes) {
#ifdef __linux__
  return reserve_file(p, descriptor, bytes);
#else
  (void)p, (void)descriptor, (void)bytes;
  return true;
#endif
}

bool pages_share(pages *p, const char *name, size_t bytes, size_t reserve, unsigned flags) {
  int descriptor;
  start(p);
  if (bytes > pages_file_limit()) {
    errno = EFBIG;
    return fail(p, "ftruncate");
  }
  const bool named = name[0] != 0;
  if (!(named ? open_name(p, name, O_CREAT | O_EXCL, &descriptor) : open_anonymous(p, &descriptor))) return false;
  const bool sized = COUNTED(ftruncate(descriptor, (off_t)bytes)) == 0;
  if ((sized || fail(p, "ftruncate")) && reserve_shared(p, descriptor, reserve) && place(p, bytes, flags, descriptor)) {
    if (named) COUNTED(close(descriptor));
    else p->descriptor = descriptor; /* it is the only way for another process to find the memory */
    return true;
  }
  const char *ignored;
  int error;
  COUNTED(close(descriptor));
  if (named) pages_unlink(name, &ignored, &error);
  return false;
}

bool pages_open(pages *p, const char *name, unsigned flags) {
  struct stat status;
  int descriptor;
  start(p);
  if (!open_name(p, name, 0, &descriptor)) return false;
  bool done = COUNTED(fstat(descriptor, &status)) == 0 || fail(p, "fstat");
  if (done && status.st_size <= 0) {
    errno = EINVAL; /* its maker has not given it a length yet */
    done = fail(p, "mmap");
  }
  done = done && place(p, (size_t)status.st_size, flags, descriptor);
  COUNTED(close(descriptor));
  return done;
}

bool pages_unlink(const char *name, const char **failed, int *error) {
  char path[64];
  snprintf(path, sizeof path, "/%s", name);
  if (COUNTED(shm_unlink(path)) == 0) return true;
  *failed = "shm_unlink";
  *error = errno;
  return false;
}

void pages_unmap(pages *p) {
  COUNTED(munmap(p->base, p->reserved));
  if (p->descriptor >= 0) COUNTED(close(p->descriptor));
  p->descriptor = -1;
}

bool pages_purge(pages *p, size_t from, size_t to, bool lazy) {
  unsigned char *start_at = p->data + from;
#ifdef __linux__
  /* Shared pages stay in the page cache until a hole is made in the object itself. */
  const int advice = p->shared ? MADV_REMOVE : lazy ? MADV_FREE : MADV_DONTNEED;
  return COUNTED(madvise(start_at, to - from, advice)) == 0 || fail(p, "madvise");
#else
  errno = ENOTSUP;
  if (p->shared) return fail(p, "madvise");
  if (lazy) return COUNTED(madvise(start_at, to - from, MADV_FREE)) == 0 || fail(p, "madvise");
  /* Only on Linux does MADV_DONTNEED promise zeros: elsewhere new pages are put there. */
  return map_at(start_at, to - from, ACCESS, PRIVATE | MAP_FIXED, -1) != MAP_FAILED || fail(p, "mmap");
#endif
}

bool pages_populate(pages *p, size_t from, size_t to) {
#ifdef __linux__
  const int populate_write = 23; /* MADV_POPULATE_WRITE, since Linux 5.14 */
  if (COUNTED(madvise(p->data + from, to - from, populate_write)) == 0) return true;
  if (errno == EINVAL) errno = 0; /* an older one */
  return fail(p, "madvise");
#else
  (void)from, (void)to;
  errno = 0;
  return fail(p, "madvise");
#endif
}

bool pages_present(pages *p, size_t from, size_t to, unsigned char *present) {
  if (COUNTED(mincore(p->data + from, to - from, (void *)present)) != 0) return fail(p, "mincore");
  const size_t count = (to - from) / pages_size();
  for (size_t i = 0; i < count; i++) present[i] &= 1u; /* the other bits are reserved */
  return true;
}

bool pages_flush(pages *p) {
  return COUNTED(msync(p->data, p->length, MS_SYNC)) == 0 || fail(p, "msync");
}

#endif
