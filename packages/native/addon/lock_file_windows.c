/* Windows. Written by the book, not yet run: the prebuild workflow is its first compiler. */
#ifndef _WIN32
typedef int lock_file_windows_is_not_for_this_system;
#else

#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0602 /* FileRemoteProtocolInfo */

#include "lock_file.h"

#include <windows.h>

/* Node's own: a descriptor means something in Node's table only, not in that of the addon's C library. */
__declspec(dllimport) void *uv_get_osfhandle(int descriptor);

static bool fail(lock_file *f, const char *call) {
  f->error = (int)GetLastError();
  f->failed = call;
  return false;
}

bool lock_file_open(lock_file *f, int descriptor) {
  HANDLE self = GetCurrentProcess(), own = NULL;
  /* Of the same open file, so its locks are one's own; no program that this process starts gets it. */
  const BOOL done = DuplicateHandle(self, uv_get_osfhandle(descriptor), self, &own, 0, FALSE, DUPLICATE_SAME_ACCESS);
  f->file = (intptr_t)own;
  return done ? true : fail(f, "DuplicateHandle");
}

void lock_file_close(lock_file *f) {
  CloseHandle((HANDLE)f->file);
}

/* Only a file that a server has tells by which protocol. */
bool lock_file_is_local(lock_file *f, bool *local) {
  FILE_REMOTE_PROTOCOL_INFO info;
  *local = !GetFileInformationByHandleEx((HANDLE)f->file, FileRemoteProtocolInfo, &info, sizeof info);
  return true;
}

static OVERLAPPED place(uint64_t at) {
  return (OVERLAPPED){.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
}

bool lock_file_take(lock_file *f, uint32_t ticket, bool *got) {
  OVERLAPPED at = place(LOCK_FILE_LOCKS + ticket);
  *got = LockFileEx((HANDLE)f->file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at);
  return *got || GetLastError() == ERROR_LOCK_VIOLATION || fail(f, "LockFileEx");
}

bool lock_file_release(lock_file *f, uint32_t ticket) {
  OVERLAPPED at = place(LOCK_FILE_LOCKS + ticket);
  return UnlockFileEx((HANDLE)f->file, 0, 1, 0, &at) || fail(f, "UnlockFileEx");
}

/* Nothing asks but by taking it. */
bool lock_file_is_taken(lock_file *f, uint32_t ticket, bool *taken) {
  bool got = false;
  if (!lock_file_take(f, ticket, &got)) return false;
  *taken = !got;
  return !got || lock_file_release(f, ticket);
}

bool lock_file_read(lock_file *f, uint32_t ticket, int32_t *record) {
  OVERLAPPED at = place((uint64_t)ticket * 4);
  DWORD count;
  *record = 0;
  return ReadFile((HANDLE)f->file, record, sizeof *record, &count, &at) || GetLastError() == ERROR_HANDLE_EOF || fail(f, "ReadFile");
}

bool lock_file_write(lock_file *f, uint32_t ticket, int32_t record) {
  OVERLAPPED at = place((uint64_t)ticket * 4);
  DWORD count = 0;
  return (WriteFile((HANDLE)f->file, &record, sizeof record, &count, &at) && count == sizeof record) || fail(f, "WriteFile");
}

#endif
