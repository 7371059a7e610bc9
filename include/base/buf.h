/* buf.h - bytes that grow. `data` is always followed by a NUL, so it is a string when it holds text.
 *
 *     struct buf buf = BUF_INIT;
 *     buf_addf(&buf, "%d tables", n);
 *     puts(buf_str(&buf));
 *     buf_free(&buf);
 */
#ifndef DUALSERVER_BASE_BUF_H
#define DUALSERVER_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL while empty; use buf_str() for a string */
    size_t len, cap;
};

#define BUF_INIT { .data = NULL }

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_adds(struct buf *buf, const char *text); /* NULL adds nothing */
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *buf);      /* empty, the memory stays */
const char *buf_str(const struct buf *buf); /* never NULL; valid until the next change */
char *buf_steal(struct buf *buf);     /* the caller frees; never NULL; buf is empty afterwards */
void buf_trim(struct buf *buf);       /* cuts white space at the end */
void buf_free(struct buf *buf);

/* Walks the lines of a text: each call gives the next line without its newline, NULL at the end; the text is cut up.
 *     char *text = buf_steal(&out), *at = text;
 *     for (char *line; (line = text_line(&at)) != NULL;) ...
 *     free(text); */
char *text_line(char **at);

/* A list of strings, owned. */
struct strings {
    char **items;
    size_t count;
};
void strings_add(struct strings *list, const char *text);
bool strings_has(const struct strings *list, const char *text);
void strings_free(struct strings *list);

#endif
