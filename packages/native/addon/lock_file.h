/*
 * lock_file.h: a file whose bytes are locked by threads of any process, as a sign of life. lock_file_posix.c and lock_file_windows.c
 * are the two behind it.
 *
 *     0         4          8          …                2^40 + 1    2^40 + 2    …
 *     ├─────────┼──────────┼──────────┼─── … ──────────┼───────────┼───────────┼───
 *     │    –    │ record 1 │ record 2 │                │ lock of 1 │ lock of 2 │        of tickets: ../src/file-locks.ts
 *
 * A lock belongs to the *open file*, not to the process: each thread that holds one has opened the file for itself. It is gone when the
 * last descriptor of that is closed, which the kernel does once no thread of a dead process can run any more. Nobody else can take it
 * away: not by closing another descriptor of the file, as it is with the locks of POSIX, nor by removing the file. Bytes so far behind
 * are never written; on Windows those that are locked can't be read either.
 *
 * A function that can fail returns false, and then failed and error say why, as in pages.h.
 */
#ifndef ARIAX_LOCK_FILE_H
#define ARIAX_LOCK_FILE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lock_file {
  intptr_t file; /* a descriptor, or a handle of Windows; only while it is open */
  const char *failed;
  int error;
} lock_file;

#define LOCK_FILE_LOCKS ((uint64_t)1 << 40)

/* The open file behind a descriptor, which stays the caller's, and can be closed. */
bool lock_file_open(lock_file *f, int descriptor);
void lock_file_close(lock_file *f);

/*
 * Does the file lie on this machine, for certain? Of one that others serve, locks may go while their holder lives: after a break
 * of the connection, or when the server starts anew.
 */
bool lock_file_is_local(lock_file *f, bool *local);

/* Takes a lock; `got` is false where another open file has it. */
bool lock_file_take(lock_file *f, uint32_t ticket, bool *got);
bool lock_file_release(lock_file *f, uint32_t ticket);

/* Has another open file the lock? */
bool lock_file_is_taken(lock_file *f, uint32_t ticket, bool *taken);

/* A record; 0 behind the file's end. Writing one makes the file as long as need be. */
bool lock_file_read(lock_file *f, uint32_t ticket, int32_t *record);
bool lock_file_write(lock_file *f, uint32_t ticket, int32_t record);

#endif
