#include "ui/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keys.h"

#define HOST_CELLS(section, col) \
    { section, "host", "host", 0, col }, { section, "port", "ssh port", 1, col }, { section, "user", "user", 2, col }, \
    { section, "identity", "identity", 3, col }, { section, "sudo", "sudo", 4, col }, \
    { section, "address", "address", 5, col }, { section, "db_user", "db user", 6, col }

const struct form_cell form_cells[] = {
    HOST_CELLS("master", 0),
    HOST_CELLS("slave", 1),
    { "run", "database", "database", 8, 0 },
    { "run", "copy", "copy", 8, 1 },
    { "run", "verify", "verify", 9, 0 },
    { "run", "limit_downtime", "max down", 9, 1 },
    { "replication", "user", "repl user", 10, 0 },
    { "replication", "tls", "tls", 10, 1 },
    { "reports", "user", "reports", 11, 0 },
    { "run", "as_written", "as written", 11, 1 },
};
const size_t form_cell_count = sizeof form_cells / sizeof form_cells[0];

const struct answers_key *form_key(size_t index)
{
    size_t count;
    return &answers_keys(&count)[index];
}

size_t form_index(const char *section, const char *key)
{
    size_t count;
    const struct answers_key *keys = answers_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, key) == 0)
            return i;
    return FORM_NONE;
}

void form_init(struct form *form, const struct answers *answers)
{
    const struct answers_key *keys = answers_keys(&form->count);
    form->fields = mem_alloc(form->count * sizeof *form->fields);
    for (size_t i = 0; i < form->count; i++) {
        struct buf value = BUF_INIT;
        answers_get(answers, keys[i].section, keys[i].key, &value);
        bool fill = value.len == 0 && strchr(keys[i].values, '|') != NULL && keys[i].fallback != NULL;
        field_set(&form->fields[i], fill ? keys[i].fallback : buf_str(&value));
        buf_free(&value);
    }
    form->at = form_index("master", "host");
    if (form->at == FORM_NONE)
        form->at = 0;
}

int form_apply(struct form *form, struct answers *answers, struct err *err)
{
    for (size_t i = 0; i < form->count; i++) {
        const struct answers_key *key = form_key(i);
        if (answers_set(answers, key->section, key->key, form->fields[i].text, 0, err) != 0) {
            form->at = i;
            return -1;
        }
    }
    return answers_check(answers, err);
}

void form_free(struct form *form)
{
    free(form->fields);
    *form = (struct form){ .fields = NULL };
}

static size_t cell_of(const struct form *form)
{
    for (size_t i = 0; i < form_cell_count; i++)
        if (form_index(form_cells[i].section, form_cells[i].key) == form->at)
            return i;
    return FORM_NONE;
}

void form_show_all(struct form *form, bool all)
{
    form->all = all;
    if (!all && cell_of(form) == FORM_NONE)
        form->at = form_index(form_cells[0].section, form_cells[0].key);
}

void form_follow_error(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        const struct answers_key *key = form_key(i);
        char *name = mem_printf("[%s] %s", key->section, key->key);
        bool named = strstr(form->err.text, name) != NULL;
        free(name);
        if (named) {
            form->at = i;
            break;
        }
    }
    if (!form->all && cell_of(form) == FORM_NONE)
        form->all = true;
}

/* In the short form the order is that of the table of cells: down the master, down the slave, then the data. */
void form_move(struct form *form, enum action action, int page)
{
    if (form->all) {
        screen_scroll(&form->at, action, page, form->count);
        return;
    }
    size_t cell = cell_of(form);
    if (cell == FORM_NONE)
        cell = 0;
    if (action == ACT_DOWN && cell == form_cell_count - 1)
        cell = 0; /* round and round */
    else if (action == ACT_UP && cell == 0)
        cell = form_cell_count - 1;
    else
        screen_scroll(&cell, action, 8, form_cell_count);
    size_t index = form_index(form_cells[cell].section, form_cells[cell].key);
    if (index != FORM_NONE)
        form->at = index;
}

/* The n-th of "a|b|c"; NULL past the end. */
static const char *value_at(const char *values, size_t n, size_t *len)
{
    for (; n > 0; n--) {
        values = strchr(values, '|');
        if (values == NULL)
            return NULL;
        values++;
    }
    *len = strcspn(values, "|");
    return values;
}

static void set_value(struct form *form, const char *value, size_t len)
{
    char *text = mem_dup_n(value, len);
    field_set(&form->fields[form->at], text);
    free(text);
    err_clear(&form->err);
}

void form_choose(struct form *form, int by)
{
    const char *values = form_key(form->at)->values, *value;
    size_t len, count = 0, now = 0;
    if (strchr(values, '|') == NULL)
        return;
    for (; (value = value_at(values, count, &len)) != NULL; count++)
        if (strlen(form->fields[form->at].text) == len && strncmp(form->fields[form->at].text, value, len) == 0)
            now = count;
    value = value_at(values, (now + count + (size_t)by) % count, &len);
    set_value(form, value, len);
}

bool form_choose_letter(struct form *form, int key)
{
    const char *values = form_key(form->at)->values, *value;
    size_t len;
    for (size_t i = 0; (value = value_at(values, i, &len)) != NULL; i++) {
        if (*value == key) {
            set_value(form, value, len);
            return true;
        }
    }
    return false;
}
