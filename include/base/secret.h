/* secret.h - a password: locked in memory, wiped when freed, never printed.
 *
 * A secret is opaque so that it cannot be handed to printf by accident. secret_text() is for the call that
 * needs the clear text; what it returns is never copied into a buf that is not wiped.
 */
#ifndef DUALSERVER_BASE_SECRET_H
#define DUALSERVER_BASE_SECRET_H

#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

struct secret;

struct secret *secret_new(const char *text, size_t len); /* copies; the caller wipes its own copy */
struct secret *secret_random(size_t characters, struct err *err); /* letters and digits, from libcrypto; NULL on failure */
/* First line of a file, without its newline. Refuses control bytes, an empty file, and a file that others can read. */
struct secret *secret_from_file(const char *path, struct err *err);
/* The same for what a person has typed; may be empty. The caller wipes the text. */
struct secret *secret_typed(const char *text, size_t len, struct err *err);
struct secret *secret_copy(const struct secret *secret);
const char *secret_text(const struct secret *secret);
size_t secret_len(const struct secret *secret);
void secret_free(struct secret *secret); /* NULL is legal */

void wipe(void *bytes, size_t len);
void buf_wipe(struct buf *buf); /* overwrite, then free */

#endif
