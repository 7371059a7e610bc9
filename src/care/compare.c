#include "care/compare.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "mysql/session.h"
#include "mysql/status.h"
#include "mysql/table_sum.h"

enum {
    PIECE_ROWS = 1000,       /* the first; later ones follow the clock */
    PIECE_ROWS_LEAST = 100,
    PIECE_ROWS_MOST = 200000,
    PIECE_SHORT_MS = 60,     /* of one shorter than that the next is twice as long, of one longer than LONG half */
    PIECE_LONG_MS = 250,
    TRIES = 6,               /* of a piece that changes, before it is halved */
    TRIES_OF_ONE = 40,       /* of one that cannot be halved */
    SURE = 3,                /* times that a difference has to be seen */
    LOCK_WAIT_S = 5,
    PATIENCE_S = 300,        /* for a slave that is behind */
};
#define ER_NO_SUCH_TABLE 1146

enum outcome { FAILED = -1, SAME, DIFFERENT, MOVING, GONE };

/* A column along which a table can be cut: how a value of it is read, and written as a literal. */
enum key_kind { KEY_NONE, KEY_NUMBER, KEY_TEXT, KEY_BYTES };

struct table_at {
    const char *plain;          /* its name */
    char *name;                 /* quoted, database included */
    char *row;                  /* expression of one row */
    enum key_kind kind;
    char *key;                  /* quoted; NULL with KEY_NONE */
};

/* Rows with low < key <= high; NULL: open. */
struct piece {
    char *low, *high;           /* literals */
};

struct comparison {
    struct world *world;
    struct db *master, *slave;  /* sessions of our own */
    struct compare_result *result;
    const char *database;
    bool differs, busy;         /* the table at hand */
    uint64_t took_ms;           /* by its last piece on the master */
};

void compare_result_free(struct compare_result *result)
{
    strings_free(&result->differ);
    strings_free(&result->differing);
    strings_free(&result->busy);
    *result = (struct compare_result){ .compared = 0 };
}

/* Types whose values can be written as a literal that compares as the index does. */
static enum key_kind kind_of(const char *type)
{
    static const struct {
        const char *word;
        enum key_kind kind;
    } kinds[] = {
        { "tinyint", KEY_NUMBER }, { "smallint", KEY_NUMBER }, { "mediumint", KEY_NUMBER }, { "int", KEY_NUMBER },
        { "bigint", KEY_NUMBER },  { "decimal", KEY_NUMBER },  { "date", KEY_TEXT },        { "datetime", KEY_TEXT },
        { "timestamp", KEY_TEXT }, { "char", KEY_TEXT },       { "varchar", KEY_TEXT },     { "binary", KEY_BYTES },
        { "varbinary", KEY_BYTES },
    };
    const size_t len = strcspn(type, "( ");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].word) == len && strncasecmp(kinds[i].word, type, len) == 0)
            return kinds[i].kind;
    return KEY_NONE;
}

/* The first column of the primary key. */
static int find_key(struct comparison *at, struct table_at *table, struct err *err)
{
    struct rows keys = ROWS_INIT, columns = ROWS_INIT;
    const char *first = NULL;
    int rc = db_queryf(at->master, &keys, err, "SHOW KEYS FROM %s", table->name);
    if (rc == 0)
        rc = db_queryf(at->master, &columns, err, "SHOW COLUMNS FROM %s", table->name);
    for (size_t i = 0; i < keys.count; i++)
        if (strcmp(row_str(&keys, i, "Key_name"), "PRIMARY") == 0 && row_u64(&keys, i, "Seq_in_index") == 1 &&
            row_get(&keys, i, "Sub_part") == NULL)
            first = row_str(&keys, i, "Column_name");
    for (size_t i = 0; first != NULL && i < columns.count; i++)
        if (strcmp(row_str(&columns, i, "Field"), first) == 0)
            table->kind = kind_of(row_str(&columns, i, "Type"));
    if (table->kind != KEY_NONE) {
        struct buf key = BUF_INIT;
        quote_name(&key, first);
        table->key = buf_steal(&key);
    }
    rows_free(&keys);
    rows_free(&columns);
    return rc;
}

static void add_range(struct buf *to, const struct table_at *table, const struct piece *piece)
{
    if (piece->low != NULL)
        buf_addf(to, " WHERE %s > %s", table->key, piece->low);
    if (piece->high != NULL)
        buf_addf(to, " %s %s <= %s", piece->low != NULL ? "AND" : "WHERE", table->key, piece->high);
}

/* The value `offset` keys after the piece's begin, as a literal; *literal NULL: the piece has not so many. */
static int key_at(struct comparison *at, const struct table_at *table, const struct piece *piece, uint64_t offset, char **literal,
                  struct err *err)
{
    struct buf sql = BUF_INIT, value = BUF_INIT;
    buf_addf(&sql, table->kind == KEY_BYTES ? "SELECT HEX(%s) FROM %s" : "SELECT %s FROM %s", table->key, table->name);
    add_range(&sql, table, piece);
    buf_addf(&sql, " ORDER BY %s LIMIT 1 OFFSET %llu", table->key, (unsigned long long)offset);
    struct err own = ERR_INIT;
    char *text = db_value(at->master, &own, buf_str(&sql));
    *literal = NULL;
    if (text != NULL) {
        if (table->kind == KEY_NUMBER)
            buf_adds(&value, text);
        else if (table->kind == KEY_BYTES)
            buf_addf(&value, "X'%s'", text);
        else
            quote_sql(&value, text, strlen(text));
        *literal = buf_steal(&value);
    } else if (own.code != ERR_NONE) {
        *err = own;
    }
    free(text);
    buf_free(&sql);
    return own.code == ERR_NONE ? 0 : -1;
}

/* "12 rows, sum 345". *sum NULL: there is no such table. */
static int sum_piece(struct db *db, const struct table_at *table, const struct piece *piece, char **sum, struct err *err)
{
    struct buf sql = BUF_INIT;
    struct err own = ERR_INIT;
    buf_addf(&sql, "SELECT CONCAT(COUNT(*), ' rows, sum ', COALESCE(SUM(CRC32(%s)), 0)) FROM %s", table->row, table->name);
    add_range(&sql, table, piece);
    *sum = db_value(db, &own, buf_str(&sql));
    buf_free(&sql);
    if (*sum != NULL || (own.code == ERR_SQL && own.detail == ER_NO_SUCH_TABLE))
        return 0;
    *err = own;
    return -1;
}

/* This is the throttle, too. */
int compare_level(struct world *world, struct db *master, struct db *slave, struct err *err)
{
    struct binlog_position position;
    const uint64_t end = clock_ms() + PATIENCE_S * 1000u;
    if (binlog_position_read(master, &position, err) != 0)
        return -1;
    for (;;) {
        if (world_cancelled(world, err))
            return -1;
        if (binlog_position_wait(slave, &position, 1, err) == 0)
            return 0;
        if (err->code != ERR_TIMEOUT)
            return -1;
        if (clock_ms() > end)
            return err_wrap(err, "the slave is too far behind to be compared");
        err_clear(err);
    }
}

/* One place of a table tells enough. */
static void add_difference(struct comparison *at, const struct table_at *table, const struct piece *piece, const char *how)
{
    struct buf text = BUF_INIT, shown = BUF_INIT;
    at->differs = true;
    buf_addf(&text, "%s", table->plain);
    add_range(&text, table, piece);
    buf_addf(&text, ": %s", how);
    quote_printable(&shown, buf_str(&text), text.len, 0);
    strings_add(&at->result->differ, buf_str(&shown));
    strings_add(&at->result->differing, table->plain);
    buf_free(&text);
    buf_free(&shown);
}

static bool equal(const char *one, const char *other)
{
    return one != NULL && other != NULL && strcmp(one, other) == 0;
}

/* One try: the master's piece, the slave's at the same place or later, the master's again when they differ. *rows: of the master's. */
static enum outcome try_piece(struct comparison *at, const struct table_at *table, const struct piece *piece, uint64_t *rows,
                              struct err *err)
{
    char *first = NULL, *theirs = NULL, *again = NULL;
    enum outcome outcome = FAILED;
    const uint64_t begin = clock_ms();
    if (sum_piece(at->master, table, piece, &first, err) != 0)
        goto out;
    at->took_ms = clock_ms() - begin;
    if (at->took_ms > at->result->longest_ms)
        at->result->longest_ms = at->took_ms;
    *rows = first != NULL ? strtoull(first, NULL, 10) : 0;
    if (first == NULL)
        outcome = GONE;
    else if (compare_level(at->world, at->master, at->slave, err) != 0 || sum_piece(at->slave, table, piece, &theirs, err) != 0)
        outcome = FAILED;
    else if (equal(first, theirs))
        outcome = SAME;
    else if (sum_piece(at->master, table, piece, &again, err) == 0)
        outcome = again == NULL ? GONE : equal(again, theirs) ? SAME : equal(first, again) ? DIFFERENT : MOVING;
out:
    free(first);
    free(theirs);
    free(again);
    return outcome;
}

/* A difference that is there is told with the sums of now. */
static int tell(struct comparison *at, const struct table_at *table, const struct piece *piece, struct err *err)
{
    char *ours = NULL, *theirs = NULL;
    int rc = sum_piece(at->master, table, piece, &ours, err);
    if (rc == 0)
        rc = sum_piece(at->slave, table, piece, &theirs, err);
    if (rc == 0 && ours != NULL) {
        char *how = mem_printf("%s on the master, %s on the slave", ours, theirs != NULL ? theirs : "missing");
        add_difference(at, table, piece, how);
        free(how);
    }
    free(ours);
    free(theirs);
    return rc;
}

static enum outcome settle(struct comparison *at, const struct table_at *table, const struct piece *piece, unsigned tries,
                           uint64_t *rows, struct err *err)
{
    unsigned different = 0;
    for (unsigned i = 0; i < tries || different > 0; i++) {
        const enum outcome outcome = try_piece(at, table, piece, rows, err);
        if (outcome != DIFFERENT && outcome != MOVING)
            return outcome;
        different = outcome == DIFFERENT ? different + 1 : 0;
        if (different == SURE)
            return DIFFERENT;
    }
    return MOVING;
}

/* A piece that is written all the while is halved until its parts stand still for long enough. */
static int compare_piece(struct comparison *at, const struct table_at *table, const struct piece *piece, struct err *err)
{
    uint64_t rows = 0;
    char *middle = NULL;
    at->result->pieces++;
    enum outcome outcome = settle(at, table, piece, TRIES, &rows, err);
    if (outcome == MOVING && table->kind != KEY_NONE && rows > 1 && key_at(at, table, piece, (rows - 1) / 2, &middle, err) != 0)
        return -1;
    if (middle != NULL && !equal(middle, piece->high)) {
        const struct piece lower = { .low = piece->low, .high = middle }, upper = { .low = middle, .high = piece->high };
        int rc = compare_piece(at, table, &lower, err);
        if (rc == 0)
            rc = compare_piece(at, table, &upper, err);
        free(middle);
        return rc;
    }
    free(middle);
    if (outcome == MOVING)
        outcome = settle(at, table, piece, TRIES_OF_ONE, &rows, err);
    at->busy = at->busy || outcome == MOVING;
    return outcome == FAILED ? -1 : outcome == DIFFERENT ? tell(at, table, piece, err) : 0;
}

static uint64_t next_size(uint64_t size, uint64_t took)
{
    if (took < PIECE_SHORT_MS && size < PIECE_ROWS_MOST)
        return size * 2;
    return took > PIECE_LONG_MS && size > PIECE_ROWS_LEAST ? size / 2 : size;
}

/* From piece to piece along the key; the last one has no end. */
static int compare_pieces(struct comparison *at, const struct table_at *table, struct err *err)
{
    struct piece piece = { .low = NULL };
    uint64_t size = PIECE_ROWS;
    int rc;
    do {
        free(piece.high);
        piece.high = NULL;
        rc = table->kind == KEY_NONE ? 0 : key_at(at, table, &piece, size - 1, &piece.high, err);
        if (rc == 0)
            rc = compare_piece(at, table, &piece, err);
        size = next_size(size, at->took_ms);
        free(piece.low);
        piece.low = piece.high != NULL ? mem_dup(piece.high) : NULL;
    } while (rc == 0 && piece.high != NULL && !at->differs);
    free(piece.low);
    free(piece.high);
    return rc;
}

/* 0 too when the table is gone, or cannot be read: then it is told as a difference. */
static int compare_table(struct comparison *at, const struct table *of, struct err *err)
{
    struct table_at table = { .plain = of->name };
    struct buf name = BUF_INIT, row = BUF_INIT;
    struct err own = ERR_INIT;
    quote_table(&name, at->database, of->name);
    table.name = buf_steal(&name);
    at->differs = at->busy = false;
    int rc = find_key(at, &table, &own);
    if (rc == 0)
        rc = table_sum_row(at->master, table.name, &row, &own);
    table.row = buf_steal(&row);
    if (rc == 0)
        rc = compare_pieces(at, &table, &own);
    if (rc != 0 && own.code == ERR_SQL && own.detail != ER_NO_SUCH_TABLE) {
        add_difference(at, &table, &(struct piece){ .low = NULL }, own.text);
        rc = 0;
    } else if (rc != 0 && own.code == ERR_SQL) {
        rc = 0; /* dropped meanwhile */
    }
    if (rc == 0)
        at->result->compared++;
    else
        *err = own;
    if (at->busy && !at->differs)
        strings_add(&at->result->busy, of->name);
    free(table.name);
    free(table.row);
    free(table.key);
    return rc;
}

static struct db *open_session(struct world *world, enum side side, struct err *err)
{
    struct db *db = world_db_open(world, side, err);
    /* times are read in one zone on both sides; a table that somebody locks is not waited for long */
    if (db == NULL || (db_exec(db, err, "SET SESSION time_zone = '+00:00'") == 0 && session_limit_lock_wait(db, LOCK_WAIT_S, err) == 0))
        return db;
    db_close(db);
    return NULL;
}

int compare_tables(struct world *world, const struct inventory *inventory, struct compare_result *result, struct err *err)
{
    struct comparison at = { .world = world, .result = result, .database = inventory->database };
    *result = (struct compare_result){ .compared = 0 };
    at.master = open_session(world, SIDE_MASTER, err);
    at.slave = at.master != NULL ? open_session(world, SIDE_SLAVE, err) : NULL;
    int rc = at.slave != NULL ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < inventory->table_count; i++) {
        if (inventory->tables[i].carry == CARRY_DEFINITION)
            continue;
        world_phase(world, PHASE_CHECK, "compare table %zu of %zu: %s", i + 1, inventory->table_count, inventory->tables[i].name);
        rc = compare_table(&at, &inventory->tables[i], err);
    }
    db_close(at.master);
    db_close(at.slave);
    if (rc != 0)
        compare_result_free(result);
    return rc;
}
