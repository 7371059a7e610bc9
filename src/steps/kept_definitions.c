/* Each text as "LENGTH:bytes" and a newline, "-" for NULL: six of them make a definition. */
#include "steps/kept_definitions.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void add_text(struct buf *to, const char *text)
{
    if (text == NULL)
        buf_adds(to, "-\n");
    else
        buf_addf(to, "%zu:%s\n", strlen(text), text);
}

void kept_definitions_render(const struct definitions *definitions, struct buf *to)
{
    for (size_t i = 0; i < definitions->count; i++) {
        const struct definition *item = &definitions->items[i];
        const char *const texts[] = { item->name, item->sql_mode, item->charset, item->connection_collation, item->time_zone,
                                      item->sql };
        buf_addf(to, "%d\n", (int)item->kind);
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
            add_text(to, texts[t]);
    }
}

/* Reads one text; false: it is cut. */
static bool take_text(const char **at, const char *end, char **text)
{
    *text = NULL;
    if (end - *at >= 2 && (*at)[0] == '-' && (*at)[1] == '\n') {
        *at += 2;
        return true;
    }
    char *stop;
    const unsigned long long len = strtoull(*at, &stop, 10);
    if (stop == *at || *stop != ':' || len >= (unsigned long long)(end - stop) || stop[1 + len] != '\n')
        return false;
    *text = mem_dup_n(stop + 1, len);
    *at = stop + len + 2;
    return true;
}

int kept_definitions_parse(const char *text, size_t len, struct definitions *definitions, struct err *err)
{
    const char *at = text, *end = text + len;
    *definitions = (struct definitions){ .count = 0 };
    while (at < end) {
        char *stop;
        const long kind = strtol(at, &stop, 10);
        bool whole = stop != at && *stop == '\n' && kind >= DEFINE_TABLE && kind <= DEFINE_EVENT;
        definitions->items = mem_grow(definitions->items, definitions->count + 1, sizeof *definitions->items);
        struct definition *item = &definitions->items[definitions->count++];
        *item = (struct definition){ .kind = whole ? (int)kind : DEFINE_TABLE };
        char **const texts[] = { &item->name, &item->sql_mode, &item->charset, &item->connection_collation, &item->time_zone,
                                 &item->sql };
        at = stop + 1;
        for (size_t t = 0; whole && t < sizeof texts / sizeof texts[0]; t++)
            whole = take_text(&at, end, texts[t]);
        if (!whole || item->name == NULL || item->sql == NULL) {
            definitions_free(definitions);
            return err_set(err, ERR_DATA, "the definitions that were kept cannot be read");
        }
    }
    return 0;
}

int kept_definitions_write(struct world *world, enum side side, const struct definitions *definitions, struct err *err)
{
    struct buf text = BUF_INIT;
    kept_definitions_render(definitions, &text);
    int rc = host_script_with(world->hosts[side], buf_str(&text), text.len, 0, NULL, NULL, err,
                              "#: run\n# write $1/definitions\n"
                              "set -eu; umask 077; mkdir -p -- \"$1\"; cat >\"$1/definitions.new\"; sync -- \"$1/definitions.new\"\n"
                              "mv -f -T -- \"$1/definitions.new\" \"$1/definitions\"; sync -- \"$1\"",
                              world->run_dir[side], NULL);
    buf_wipe(&text);
    if (rc == 0 && side == SIDE_MASTER)
        world->definitions_kept = true;
    return rc == 0 ? 0 : err_wrap(err, "cannot keep the definitions on the %s", side_name(side));
}

int kept_definitions_read(struct world *world, enum side side, struct definitions *definitions, struct err *err)
{
    struct buf text = BUF_INIT;
    *definitions = (struct definitions){ .count = 0 };
    int rc = host_script(world->hosts[side], &text, err, "#: run\n# read $1/definitions\n[ ! -e \"$1/definitions\" ] || cat -- \"$1/definitions\"",
                         world->run_dir[side], NULL);
    if (rc == 0)
        rc = kept_definitions_parse(buf_str(&text), text.len, definitions, err);
    buf_wipe(&text);
    return rc;
}
