#include "host/shown.h"

#include <ctype.h>
#include <string.h>

#include "base/quote.h"

/* What stands at the front of nearly every script and says nothing to a person. */
static const char *const boilerplate[] = { "set -eu", "set -e", "set -u", "umask 077", "exec 3<&0", "LC_ALL=C", "export LC_ALL" };

static const char *after_statement(const char *at)
{
    at += strcspn(at, ";\n");
    return at + strspn(at, "; \n");
}

static const char *skip_boilerplate(const char *at)
{
    bool skipped;
    do {
        skipped = false;
        at += strspn(at, " \n;");
        if (strncmp(at, "#:", 2) == 0) { /* what the arguments may be (host/gate.h) */
            at += strcspn(at, "\n");
            skipped = true;
        }
        for (size_t i = 0; i < sizeof boilerplate / sizeof boilerplate[0]; i++)
            if (strncmp(at, boilerplate[i], strlen(boilerplate[i])) == 0) {
                at = after_statement(at);
                skipped = true;
            }
    } while (skipped);
    return at;
}

/* $N and "$N" become the argument, quoted where it needs it. Returns how many characters were read; 0: no parameter here. */
static size_t show_parameter(struct buf *to, const char *at, const char *const *args, size_t count)
{
    bool quoted = at[0] == '"' && at[1] == '$' && isdigit((unsigned char)at[2]) && at[3] == '"';
    const char *dollar = quoted ? at + 1 : at;
    if (dollar[0] != '$' || !isdigit((unsigned char)dollar[1]) || dollar[1] == '0' || (size_t)(dollar[1] - '0') > count)
        return 0;
    const char *value = args[dollar[1] - '1'];
    if (quoted)
        quote_shell(to, value);
    else
        buf_adds(to, value);
    return quoted ? 4 : 2;
}

/* A script that opens with a comment is shown as that comment; a parameter in single quotes is somebody else's. */
static void show_script(struct buf *to, const char *script, const char *const *args, size_t count)
{
    const char *at = skip_boilerplate(script);
    const bool comment = *at == '#';
    bool literal = false;
    if (comment)
        at += strspn(at, "# ");
    while (*at != '\0' && !(comment && *at == '\n')) {
        size_t len = literal ? 0 : show_parameter(to, at, args, count);
        if (*at == '\'' && !comment)
            literal = !literal;
        if (len == 0 && *at == '\n') {
            const char *next = at + strspn(at, "\n ");
            buf_adds(to, *next == '\0' ? "" : "; ");
            at = next;
        } else if (len == 0) {
            buf_addc(to, *at++);
        } else {
            at += len;
        }
    }
    buf_trim(to);
}

void show_command(struct buf *to, const char *const *argv)
{
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    size_t shell = count > 2 && strcmp(argv[0], "env") == 0 ? 2 : 0; /* env LC_ALL=C sh -c ... */
    if (count >= shell + 4 && strcmp(argv[shell], "sh") == 0 && strcmp(argv[shell + 1], "-c") == 0) {
        show_script(to, argv[shell + 2], argv + shell + 4, count - shell - 4);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_addc(to, ' ');
        quote_shell(to, argv[i]);
    }
}
