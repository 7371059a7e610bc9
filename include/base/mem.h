/* mem.h - memory that is there or the program is not.
 *
 * These never return NULL. When memory is exhausted the handler that main installed runs (it restores the
 * terminal and says so) and the program ends with exit code 1; the journal is on disk, so the run is resumable.
 */
#ifndef DUALSERVER_BASE_MEM_H
#define DUALSERVER_BASE_MEM_H

#include <stddef.h>

void mem_on_exhausted(void (*handler)(void));
void *mem_alloc(size_t size);                 /* zeroed */
void *mem_grow(void *old, size_t count, size_t size); /* like reallocarray; new room is not zeroed */
char *mem_dup(const char *text);              /* NULL gives NULL */
char *mem_dup_n(const char *text, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
