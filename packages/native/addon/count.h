/*
 * count.h: how many system calls this addon has made, in all threads of the process. The only global state there is.
 *
 * Counted are calls for memory that are entered in pages_*.c, whether they succeed or not; not those that malloc or Node make.
 */
#ifndef ARIAX_COUNT_H
#define ARIAX_COUNT_H

#include <stdint.h>

void count_call(void);
uint64_t count_calls(void);

/* Counts a system call where it is made: COUNTED(munmap(base, length)). */
#define COUNTED(call) (count_call(), (call))

#endif
