/* Linux, macOS. */
#ifdef _WIN32
typedef int lock_file_posix_is_not_for_this_system;
#else

#define _GNU_SOURCE /* F_OFD_SETLK */
#define _FILE_OFFSET_BITS 64
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif

#include "lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

/* Apple's kernel has them since 10.15, its headers later. */
#if defined(__APPLE__) && !defined(F_OFD_SETLK)
#define F_OFD_SETLK 90
#define F_OFD_GETLK 92
#endif

static bool fail(lock_file *f, const char *call) {
  f->error = errno;
  f->failed = call;
  return false;
}

bool lock_file_open(lock_file *f, int descriptor) {
  /* Of the same open file, so its locks are one's own; no program that this process starts gets it. */
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  f->file = own;
  return own >= 0 ? true : fail(f, "fcntl");
}

void lock_file_close(lock_file *f) {
  close((int)f->file);
}

bool lock_file_is_local(lock_file *f, bool *local) {
  struct statfs about;
  if (fstatfs((int)f->file, &about) != 0) return fail(f, "fstatfs");
#ifdef __linux__
  /* Linux does not say it; these are what has a server: NFS, SMB (three numbers), 9P, FUSE, Ceph, AFS (two), Lustre, Coda, GFS2, OCFS2. */
  static const uint32_t served[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400,
                                    0x5346414f, 0x6b414653, 0x0bd00bd0, 0x73757245, 0x01161970, 0x7461636f};
  *local = true;
  for (size_t i = 0; i < sizeof served / sizeof served[0]; i++) *local = *local && (uint32_t)about.f_type != served[i];
#else
  *local = (about.f_flags & MNT_LOCAL) != 0;
#endif
  return true;
}

static struct flock byte_of(uint32_t ticket, short type) {
  return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)(LOCK_FILE_LOCKS + ticket), .l_len = 1};
}

bool lock_file_take(lock_file *f, uint32_t ticket, bool *got) {
  struct flock byte = byte_of(ticket, F_WRLCK);
  *got = fcntl((int)f->file, F_OFD_SETLK, &byte) == 0;
  return *got || errno == EAGAIN || errno == EACCES || fail(f, "fcntl");
}

bool lock_file_release(lock_file *f, uint32_t ticket) {
  struct flock byte = byte_of(ticket, F_UNLCK);
  return fcntl((int)f->file, F_OFD_SETLK, &byte) == 0 || fail(f, "fcntl");
}

bool lock_file_is_taken(lock_file *f, uint32_t ticket, bool *taken) {
  struct flock byte = byte_of(ticket, F_WRLCK);
  if (fcntl((int)f->file, F_OFD_GETLK, &byte) != 0) return fail(f, "fcntl");
  *taken = byte.l_type != F_UNLCK;
  return true;
}

bool lock_file_read(lock_file *f, uint32_t ticket, int32_t *record) {
  *record = 0;
  return pread((int)f->file, record, sizeof *record, (off_t)ticket * 4) >= 0 || fail(f, "pread");
}

bool lock_file_write(lock_file *f, uint32_t ticket, int32_t record) {
  const ssize_t written = pwrite((int)f->file, &record, sizeof record, (off_t)ticket * 4);
  if (written >= 0 && written < (ssize_t)sizeof record) errno = ENOSPC;
  return written == (ssize_t)sizeof record || fail(f, "pwrite");
}

#endif
