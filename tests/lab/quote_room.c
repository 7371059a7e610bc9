/* Many odd values through the quoting functions and back out of what really reads them: `quote_room COUNT MARKER [SOCKET]`.
 * Words go through sh, strings and names through the server at SOCKET. MARKER is a file that no value may make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quote.h"
#include "mysql/db.h"

#define BATCH 200
#define NAME_MOST 40 /* characters; a column's name may have 64 */

static const char *marker;

/* Pieces that mean something to somebody. %s: a command that makes the marker. */
static const char *const pieces[] = {
    "'", "''", "\"", "`", "``", "\\", "\\\\", "\\'", "$", "$HOME", "$(%s)", "`%s`", ";%s;", "\n%s\n", "|%s", "&%s&", "&&%s", "'; %s; '",
    "\"; %s; \"", "\n", "\r\n", "\t", " ", "  ", "-", "--", "-n", "--help", "-- ", "/*", "*/", "#", "!", "*", "?", "[a]", "{a,b}", "~", "~root", "<", ">",
    ">%m", "(", ")", "%", "%s", "%%n", "=", ",", ".", "/", "../", "_", "@", "\x01", "\x1b[31m", "\x7f", "a", "Z", "9", "billing", "db-1", "ä", "ü", "тариф",
    "日本", "\xc2\xa0", "') OR 1=1 -- ", "\\G", "\\! %s", "\\0", "SELECT", "NULL", "\xe2\x80\x99",
};

static void add_piece(struct buf *to, const char *piece)
{
    for (; *piece != '\0'; piece++) {
        if (piece[0] == '%' && piece[1] == 's' && strcmp(piece, "%s") != 0) {
            buf_addf(to, "touch %s", marker);
            piece++;
        } else if (piece[0] == '%' && piece[1] == 'm') {
            buf_adds(to, marker);
            piece++;
        } else {
            buf_addc(to, *piece);
        }
    }
}

static char *value(unsigned *seed, size_t most)
{
    struct buf made = BUF_INIT;
    const unsigned count = (unsigned)rand_r(seed) % 6 + 1;
    for (unsigned i = 0; i < count; i++) {
        const char *piece = pieces[(unsigned)rand_r(seed) % (sizeof pieces / sizeof pieces[0])];
        struct buf one = BUF_INIT;
        add_piece(&one, piece);
        if (most == 0 || made.len + one.len <= most)
            buf_add(&made, buf_str(&one), one.len);
        buf_free(&one);
    }
    return buf_steal(&made);
}

/* Out through sh, which gets the words as a script on its standard input. */
static int words(unsigned long count)
{
    unsigned seed = 7, again = 7;
    char script[] = "/tmp/quote-room-XXXXXX";
    int fd = mkstemp(script), ends[2], bad = 0;
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL || pipe(ends) != 0)
        return 1;
    for (unsigned long i = 0; i < count; i++) {
        char *word = value(&seed, 0);
        struct buf quoted = BUF_INIT;
        quote_shell(&quoted, word);
        fprintf(file, "printf '%%s\\0' %s\n", buf_str(&quoted));
        buf_free(&quoted);
        free(word);
    }
    fclose(file);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", script, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    char *got = NULL;
    size_t size = 0;
    unsigned long i = 0;
    for (; i < count && getdelim(&got, &size, '\0', out) > 0; i++) {
        char *word = value(&again, 0);
        bad += strcmp(word, got) != 0;
        free(word);
    }
    fclose(out);
    free(got);
    int status = 1;
    waitpid(pid, &status, 0);
    unlink(script);
    printf("words %lu of %lu, %d changed, sh ended with %d\n", i, count, bad, status);
    return bad != 0 || i != count || status != 0;
}

/* Of a column's name the server cuts off what cannot be seen at its begin, and refuses a space at its end (error 1166): a letter
 * stands before and behind. */
static char *name(unsigned *seed)
{
    char *text = value(seed, NAME_MOST), *name = mem_printf("n%sn", text);
    free(text);
    return name;
}

/* 1 when it came out otherwise, and says so. */
static unsigned same(const char *what, const char *in, const char *out)
{
    struct buf shown = BUF_INIT;
    if (strcmp(in, out) == 0)
        return 0;
    quote_printable(&shown, in, strlen(in), 0);
    buf_adds(&shown, " -> ");
    quote_printable(&shown, out, strlen(out), 0);
    printf("%s %s\n", what, buf_str(&shown));
    buf_free(&shown);
    return 1;
}

static int strings_and_names(const char *socket, unsigned long count)
{
    struct err err = ERR_INIT;
    unsigned seed = 11;
    unsigned long bad = 0, done = 0;
    struct db *db = db_open(&(struct db_where){ .socket = socket }, &err);
    while (db != NULL && done < count) {
        char *texts[BATCH], *names[BATCH];
        struct buf sql = BUF_INIT;
        struct rows rows = ROWS_INIT;
        buf_adds(&sql, "SELECT ");
        for (size_t i = 0; i < BATCH; i++) {
            texts[i] = value(&seed, 0);
            names[i] = name(&seed);
            buf_adds(&sql, i > 0 ? ", " : "");
            quote_sql(&sql, texts[i], strlen(texts[i]));
            buf_adds(&sql, " AS ");
            quote_name(&sql, names[i]);
        }
        if (db_query(db, &rows, &err, buf_str(&sql)) != 0 || rows.count != 1 || rows.columns != BATCH) {
            printf("%s\n", err.text);
            bad += BATCH;
        }
        for (size_t i = 0; i < BATCH; i++) {
            if (rows.count == 1 && rows.columns == BATCH)
                bad += same("string", texts[i], rows.cells[i]) + same("name", names[i], rows.names[i]);
            free(texts[i]);
            free(names[i]);
        }
        done += BATCH;
        rows_free(&rows);
        buf_free(&sql);
        if (bad > 1000)
            break;
    }
    if (db == NULL)
        printf("%s\n", err.text);
    db_close(db);
    printf("strings and names %lu of %lu, %lu changed\n", done, count, bad);
    return bad != 0 || done < count;
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        return 2;
    const unsigned long count = strtoul(argv[1], NULL, 10);
    marker = argv[2];
    int rc = words(count);
    if (argc > 3)
        rc |= strings_and_names(argv[3], count);
    if (access(marker, F_OK) == 0) {
        printf("%s was made\n", marker);
        rc = 1;
    }
    return rc;
}
