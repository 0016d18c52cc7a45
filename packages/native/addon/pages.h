/*
 * pages.h: pages of the operating system, behind one face. pages_posix.c and pages_windows.c are the two behind it.
 *
 *     base                data                                        data + length          base + reserved
 *     ├───────────────────┼──────────────────────────────────────────┼──────────────────────┤
 *     │ guard (and slack) │ readable and writable                    │ guard (and slack)    │
 *     └───────────────────┴──────────────────────────────────────────┴──────────────────────┘
 *       no access           physical pages come when they are touched   no access
 *
 * Slack is there only for huge pages, which need data to begin on 2 MiB; it has no access either, and costs addresses only.
 *
 * A function that can fail returns false, and then failed and error tell the system call and the system's number for
 * why; everything it began is undone.
 */
#ifndef ARIAX_PAGES_H
#define ARIAX_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PAGES_GUARD = 1, /* pages without access at both ends */
  PAGES_HUGE = 2,  /* aligned to 2 MiB, and the system asked for huge pages */
};

typedef struct pages {
  unsigned char *base; /* what was reserved … */
  size_t reserved;
  unsigned char *data; /* … and the part of it that can be used, in whole pages */
  size_t length;
  size_t bytes;   /* of a shared object: its own length, which may end within a page */
  bool guarded;   /* whether guard pages are there */
  bool huge;      /* whether the system took the advice for huge pages */
  bool shared;    /* whether others see the writes: a file, or shared memory */
  int descriptor; /* of anonymous shared memory, else -1 */
  void *object;   /* Windows: the section that keeps named memory alive, else NULL */
  const char *failed;
  int error;
} pages;

/* Bytes of a page. */
size_t pages_size(void);

/* Private memory, all zero, of which nothing is committed yet (Windows: committed, but not in RAM). */
bool pages_map(pages *p, size_t bytes, unsigned flags);

/*
 * The first `bytes` of an open file, which has that many. The descriptor stays the caller's. Of the first `reserve` bytes the file really
 * has the room: touching another one, when the disk is full, is the end of the process.
 */
bool pages_map_file(pages *p, int descriptor, size_t bytes, size_t reserve, unsigned flags);

/* New shared memory, all zero: with a name that nobody has, or anonymous where the name is empty. `reserve`: the same. */
bool pages_share(pages *p, const char *name, size_t bytes, size_t reserve, unsigned flags);

/* The longest that this process may make a file: beyond that the system does not only refuse, it sends a signal that kills. */
uint64_t pages_file_limit(void);

/* Shared memory that has a name, in the length it has. */
bool pages_open(pages *p, const char *name, unsigned flags);

/* Takes the name away; the memory stays for those who have it mapped. */
bool pages_unlink(const char *name, const char **failed, int *error);

/* Gives all of it back. */
void pages_unmap(pages *p);

/*
 * Gives the physical pages from `from` to `to` back, both multiples of the page. They read as zero then; where lazy, as zero
 * or as before, until written. False where the system can't: nothing changed.
 */
bool pages_purge(pages *p, size_t from, size_t to, bool lazy);

/*
 * Brings the pages from `from` to `to` into RAM, both multiples of the page, ready to be written. False, and error is EFAULT, where touching
 * one would end the process: the file was cut off, or the disk is full. False, and error is 0, where the system can't say.
 */
bool pages_populate(pages *p, size_t from, size_t to);

/* For each page from `from` to `to`, both multiples of the page, a byte: 1 where it is in RAM now, else 0. O(pages). */
bool pages_present(pages *p, size_t from, size_t to, unsigned char *present);

/* Writes to the file what changed, and returns when it is there. */
bool pages_flush(pages *p);

#endif
