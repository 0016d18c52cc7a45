/*
 * Windows. Written by the book, not yet run: the prebuild workflow is its first compiler.
 *
 * What differs: private memory is committed when it is reserved (there is no overcommit), though RAM is used when a page is
 * touched; mapped files and shared memory have no guard pages; huge pages need a privilege that nobody has, so they
 * are refused; names vanish with the last handle.
 */
#ifndef _WIN32
typedef int pages_windows_is_not_for_this_system;
#else

#define WIN32_LEAN_AND_MEAN
#define PSAPI_VERSION 2

#include "pages.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>
/* After windows.h, which it needs. */
#include <psapi.h>

#include "count.h"

/* Node's own: a descriptor means something in Node's table only, not in that of the addon's C library. */
__declspec(dllimport) void *uv_get_osfhandle(int descriptor);

size_t pages_size(void) {
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwPageSize;
}

static size_t round_up(size_t value, size_t to) {
  return (value + to - 1) / to * to;
}

static bool fail(pages *p, const char *call) {
  p->error = (int)GetLastError();
  p->failed = call;
  return false;
}

static void start(pages *p, size_t bytes) {
  memset(p, 0, sizeof *p);
  p->descriptor = -1;
  p->bytes = bytes;
  p->length = round_up(bytes, pages_size());
}

bool pages_map(pages *p, size_t bytes, unsigned flags) {
  start(p, bytes);
  const size_t guard = flags & PAGES_GUARD ? pages_size() : 0;
  p->guarded = guard > 0;
  p->reserved = p->length + 2 * guard;
  /* Reserved pages that are not committed have no access: they are the guards. */
  p->base = COUNTED(VirtualAlloc(NULL, p->reserved, MEM_RESERVE, PAGE_NOACCESS));
  if (p->base == NULL) return fail(p, "VirtualAlloc");
  p->data = p->base + guard;
  if (COUNTED(VirtualAlloc(p->data, p->length, MEM_COMMIT, PAGE_READWRITE)) != NULL) return true;
  fail(p, "VirtualAlloc");
  COUNTED(VirtualFree(p->base, 0, MEM_RELEASE));
  return false;
}

/* Maps a section, which becomes the pages' own. */
static bool view(pages *p, HANDLE section) {
  p->base = COUNTED(MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, p->bytes));
  if (p->base == NULL) {
    fail(p, "MapViewOfFile");
    COUNTED(CloseHandle(section));
    return false;
  }
  p->data = p->base;
  p->shared = true;
  p->object = section;
  if (p->bytes == 0) {
    MEMORY_BASIC_INFORMATION info;
    if (COUNTED(VirtualQuery(p->base, &info, sizeof info)) == 0) {
      fail(p, "VirtualQuery");
      pages_unmap(p);
      return false;
    }
    p->bytes = p->length = info.RegionSize;
  }
  p->reserved = p->length;
  return true;
}

static HANDLE section_of(HANDLE file, size_t bytes, const char *name) {
  const uint64_t wide = bytes;
  return COUNTED(CreateFileMappingA(file, NULL, PAGE_READWRITE, (DWORD)(wide >> 32), (DWORD)wide, name));
}

uint64_t pages_file_limit(void) {
  return UINT64_MAX;
}

/* Nothing is reserved: a file that was made longer has its room, and shared memory is committed when it is made. */
bool pages_map_file(pages *p, int descriptor, size_t bytes, size_t reserve, unsigned flags) {
  (void)reserve;
  (void)flags;
  start(p, bytes);
  HANDLE section = section_of(uv_get_osfhandle(descriptor), bytes, NULL);
  return section == NULL ? fail(p, "CreateFileMapping") : view(p, section);
}

static void session_name(char *path, size_t room, const char *name) {
  snprintf(path, room, "Local\\ariax-%s", name);
}

bool pages_share(pages *p, const char *name, size_t bytes, size_t reserve, unsigned flags) {
  char path[96];
  (void)reserve;
  (void)flags;
  start(p, bytes);
  if (name[0] == 0) {
    SetLastError(ERROR_NOT_SUPPORTED);
    return fail(p, "CreateFileMapping");
  }
  session_name(path, sizeof path, name);
  HANDLE section = section_of(INVALID_HANDLE_VALUE, bytes, path);
  if (section == NULL) return fail(p, "CreateFileMapping");
  if (GetLastError() == ERROR_ALREADY_EXISTS) {
    fail(p, "CreateFileMapping");
    COUNTED(CloseHandle(section));
    return false;
  }
  return view(p, section);
}

bool pages_open(pages *p, const char *name, unsigned flags) {
  char path[96];
  (void)flags;
  start(p, 0);
  session_name(path, sizeof path, name);
  HANDLE section = COUNTED(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, path));
  return section == NULL ? fail(p, "OpenFileMapping") : view(p, section);
}

bool pages_unlink(const char *name, const char **failed, int *error) {
  (void)name;
  *failed = "unlink";
  *error = ERROR_FILE_NOT_FOUND;
  return false;
}

void pages_unmap(pages *p) {
  if (!p->shared) {
    COUNTED(VirtualFree(p->base, 0, MEM_RELEASE));
    return;
  }
  COUNTED(UnmapViewOfFile(p->base));
  COUNTED(CloseHandle(p->object));
  p->object = NULL;
}

bool pages_purge(pages *p, size_t from, size_t to, bool lazy) {
  if (p->shared) {
    SetLastError(ERROR_NOT_SUPPORTED);
    return fail(p, "VirtualFree");
  }
  if (lazy) return COUNTED(VirtualAlloc(p->data + from, to - from, MEM_RESET, PAGE_READWRITE)) != NULL || fail(p, "VirtualAlloc");
  if (!COUNTED(VirtualFree(p->data + from, to - from, MEM_DECOMMIT))) return fail(p, "VirtualFree");
  /* The charge was given up a moment ago: that it can't be had again is next to impossible, and must not go unseen. */
  while (COUNTED(VirtualAlloc(p->data + from, to - from, MEM_COMMIT, PAGE_READWRITE)) == NULL) Sleep(1);
  return true;
}

bool pages_populate(pages *p, size_t from, size_t to) {
  (void)from;
  (void)to;
  SetLastError(0);
  return fail(p, "populate");
}

bool pages_present(pages *p, size_t from, size_t to, unsigned char *present) {
  PSAPI_WORKING_SET_EX_INFORMATION part[512];
  const size_t page = pages_size();
  for (size_t at = from; at < to;) {
    size_t n = 0;
    for (; n < 512 && at < to; n++, at += page) part[n].VirtualAddress = p->data + at;
    if (!COUNTED(K32QueryWorkingSetEx(GetCurrentProcess(), part, (DWORD)(n * sizeof part[0])))) {
      return fail(p, "QueryWorkingSetEx");
    }
    for (size_t i = 0; i < n; i++) *present++ = (unsigned char)part[i].VirtualAttributes.Valid;
  }
  return true;
}

bool pages_flush(pages *p) {
  return COUNTED(FlushViewOfFile(p->data, p->length)) || fail(p, "FlushViewOfFile");
}

#endif
