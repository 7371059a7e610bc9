#include "fake_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

#define CLIENTS 16
#define HEADER 4

/* LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, LOCAL_FILES, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, MULTI_RESULTS */
#define CAPABILITIES 0x0002A28Du
#define UTF8_GENERAL_CI 33
#define TYPE_VAR_STRING 0xFD
#define STATUS_AUTOCOMMIT 2

enum command { COM_QUIT = 1, COM_QUERY = 3 };

struct fake_server {
    const struct server_text *text;
    enum side side;
    struct tape *tape;
    const struct fake_server_hook *hook; /* NULL: none */
    pthread_t thread;
    int listener, stop[2];
    uint32_t next_id;
    struct client {
        int fd;
        bool greeted; /* its login has been read */
    } clients[CLIENTS];
};

/* Both servers of a run write on one tape. */
static pthread_mutex_t tape_lock = PTHREAD_MUTEX_INITIALIZER;

static void add_number(struct buf *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_addc(to, (char)(value >> (8 * i)));
}

static void add_text(struct buf *to, const char *text)
{
    const size_t len = strlen(text);
    if (len < 251) {
        add_number(to, len, 1);
    } else {
        add_number(to, 0xFC, 1);
        add_number(to, len, 2);
    }
    buf_add(to, text, len);
}

/* A packet around the payload, behind those already in `out`. */
static void add_packet(struct buf *out, uint8_t *sequence, struct buf *payload)
{
    add_number(out, payload->len, 3);
    add_number(out, (*sequence)++, 1);
    buf_add(out, buf_str(payload), payload->len);
    buf_free(payload);
}

static bool send_all(int fd, struct buf *out)
{
    size_t done = 0;
    while (done < out->len) {
        const ssize_t n = send(fd, out->data + done, out->len - done, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    const bool all = done == out->len;
    buf_free(out);
    return all;
}

static bool receive(int fd, void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        const ssize_t n = recv(fd, (char *)bytes + done, len - done, 0);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static bool greet(struct fake_server *server, int fd)
{
    struct buf payload = BUF_INIT, out = BUF_INIT;
    uint8_t sequence = 0;
    add_number(&payload, 10, 1);
    buf_add(&payload, server->text->version, strlen(server->text->version) + 1);
    add_number(&payload, ++server->next_id, 4);
    buf_add(&payload, "8 bytes!", 9);
    add_number(&payload, CAPABILITIES & 0xFFFF, 2);
    add_number(&payload, UTF8_GENERAL_CI, 1);
    add_number(&payload, STATUS_AUTOCOMMIT, 2);
    add_number(&payload, CAPABILITIES >> 16, 2);
    add_number(&payload, 21, 1);
    for (int i = 0; i < 10; i++)
        buf_addc(&payload, '\0');
    buf_add(&payload, "and 12 more.", 13);
    add_packet(&out, &sequence, &payload);
    return send_all(fd, &out);
}

static void add_ok(struct buf *out, uint8_t *sequence)
{
    struct buf payload = BUF_INIT;
    buf_add(&payload, "\0\0\0", 3);
    add_number(&payload, STATUS_AUTOCOMMIT, 2);
    add_number(&payload, 0, 2);
    add_packet(out, sequence, &payload);
}

static void add_eof(struct buf *out, uint8_t *sequence)
{
    struct buf payload = BUF_INIT;
    add_number(&payload, 0xFE, 1);
    add_number(&payload, 0, 2);
    add_number(&payload, STATUS_AUTOCOMMIT, 2);
    add_packet(out, sequence, &payload);
}

static void add_error(struct buf *out, uint8_t *sequence, unsigned code, const char *more)
{
    struct buf payload = BUF_INIT;
    add_number(&payload, 0xFF, 1);
    add_number(&payload, code, 2);
    buf_adds(&payload, "#HY000");
    buf_addf(&payload, "the server described here answers with error %u%s", code, more);
    add_packet(out, sequence, &payload);
}

static void add_column(struct buf *out, uint8_t *sequence, const char *name)
{
    struct buf payload = BUF_INIT;
    static const char *const nowhere[] = { "def", "", "", "" }; /* catalog, schema, table, original table */
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        add_text(&payload, nowhere[i]);
    add_text(&payload, name);
    add_text(&payload, name);
    add_number(&payload, 12, 1);
    add_number(&payload, UTF8_GENERAL_CI, 2);
    add_number(&payload, 1024, 4);
    add_number(&payload, TYPE_VAR_STRING, 1);
    add_number(&payload, 0, 2);
    add_number(&payload, 0, 1);
    add_number(&payload, 0, 2);
    add_packet(out, sequence, &payload);
}

/* What is another thing on each server stands as "{side}" in the description they share. */
static void add_cell(struct buf *to, const struct fake_server *server, const char *cell)
{
    static const char mark[] = "{side}";
    const char *at = strstr(cell, mark);
    struct buf text = BUF_INIT;
    if (strcmp(cell, "''") != 0)
        buf_add(&text, cell, at != NULL ? (size_t)(at - cell) : strlen(cell));
    if (at != NULL)
        buf_addf(&text, "%d%s", (int)server->side + 1, at + sizeof mark - 1);
    if (spoil_now(server->text->spoil, SPOIL_CELL))
        buf_adds(&text, server->text->spoil->with);
    add_text(to, buf_str(&text));
    buf_free(&text);
}

static void add_row(struct buf *out, uint8_t *sequence, const struct fake_server *server, const struct strings *cells, size_t columns)
{
    struct buf payload = BUF_INIT;
    for (size_t i = 0; i < columns; i++)
        if (i >= cells->count || strcmp(cells->items[i], "NULL") == 0)
            add_number(&payload, 0xFB, 1);
        else
            add_cell(&payload, server, cells->items[i]);
    add_packet(out, sequence, &payload);
}

static void add_result(struct buf *out, uint8_t *sequence, const struct fake_server *server, const struct strings *lines)
{
    struct strings columns = { .count = 0 };
    struct buf count = BUF_INIT;
    split_cells(lines->items[0], &columns);
    add_number(&count, columns.count, 1);
    add_packet(out, sequence, &count);
    for (size_t i = 0; i < columns.count; i++)
        add_column(out, sequence, columns.items[i]);
    add_eof(out, sequence);
    for (size_t row = 1; row < lines->count; row++) {
        struct strings cells = { .count = 0 };
        split_cells(lines->items[row], &cells);
        add_row(out, sequence, server, &cells, columns.count);
        strings_free(&cells);
    }
    add_eof(out, sequence);
    strings_free(&columns);
}

/* Answers as to LOAD DATA LOCAL INFILE: the client is to send that file. What it sends is put on the tape. */
static bool ask_for_file(struct fake_server *server, int fd, const char *path)
{
    struct buf payload = BUF_INIT, out = BUF_INIT;
    unsigned char header[HEADER];
    uint8_t sequence = 1;
    size_t sent = 0;
    add_number(&payload, 0xFB, 1);
    buf_adds(&payload, path);
    add_packet(&out, &sequence, &payload);
    if (!send_all(fd, &out))
        return false;
    for (size_t len = 1; len > 0;) {
        if (!receive(fd, header, sizeof header))
            break; /* it has hung up */
        len = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16;
        char *bytes = mem_alloc(len + 1);
        if (receive(fd, bytes, len))
            sent += len;
        free(bytes);
        sequence = (uint8_t)(header[3] + 1);
    }
    char *told = mem_printf("sent %zu bytes", sent);
    pthread_mutex_lock(&tape_lock);
    tape_add(server->tape, server->side, told, 0);
    pthread_mutex_unlock(&tape_lock);
    free(told);
    add_ok(&out, &sequence);
    return send_all(fd, &out);
}

static bool answer(struct fake_server *server, int fd, const char *sql)
{
    if (strncmp(sql, FAKE_SERVER_ROGUE, strlen(FAKE_SERVER_ROGUE)) == 0)
        return ask_for_file(server, fd, sql + strlen(FAKE_SERVER_ROGUE));
    struct buf out = BUF_INIT;
    uint8_t sequence = 1;
    pthread_mutex_lock(&tape_lock);
    struct reply reply = server_text_answer(server->text, server->side, server->tape, sql);
    bool silent = false, goes_on = true;
    if (server->hook != NULL)
        goes_on = server->hook->answer(server->hook->context, server->side, sql, &reply, &silent);
    if (goes_on)
        tape_add(server->tape, server->side, sql, reply.code);
    pthread_mutex_unlock(&tape_lock);
    if (silent || !goes_on)
        return silent;
    if (spoil_now(server->text->spoil, SPOIL_ERROR))
        add_error(&out, &sequence, reply.code != 0 ? reply.code : 1105, server->text->spoil->with);
    else if (reply.code != 0)
        add_error(&out, &sequence, reply.code, "");
    else if (reply.lines != NULL)
        add_result(&out, &sequence, server, reply.lines);
    else
        add_ok(&out, &sequence);
    return send_all(fd, &out);
}

static bool serve_packet(struct fake_server *server, struct client *client)
{
    unsigned char header[HEADER];
    if (!receive(client->fd, header, sizeof header))
        return false;
    const size_t len = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16;
    char *payload = mem_alloc(len + 1);
    bool goes_on = receive(client->fd, payload, len);
    struct buf out = BUF_INIT;
    uint8_t sequence = (uint8_t)(header[3] + 1);
    if (!goes_on) {
        /* it is gone */
    } else if (!client->greeted) {
        client->greeted = true;
        add_ok(&out, &sequence);
        goes_on = send_all(client->fd, &out);
    } else if (payload[0] == COM_QUERY) {
        goes_on = answer(server, client->fd, payload + 1);
    } else if (payload[0] == COM_QUIT) {
        goes_on = false;
    } else {
        add_ok(&out, &sequence);
        goes_on = send_all(client->fd, &out);
    }
    free(payload);
    return goes_on;
}

static void accept_client(struct fake_server *server)
{
    const int fd = accept(server->listener, NULL, NULL);
    for (size_t i = 0; fd >= 0 && i < CLIENTS; i++)
        if (server->clients[i].fd < 0) {
            server->clients[i] = (struct client){ .fd = fd };
            if ((server->hook != NULL && server->hook->down(server->hook->context, server->side)) || !greet(server, fd)) {
                close(fd);
                server->clients[i].fd = -1;
            }
            return;
        }
    if (fd >= 0)
        close(fd);
}

static void *serve(void *context)
{
    struct fake_server *server = context;
    for (;;) {
        struct pollfd fds[2 + CLIENTS] = { { .fd = server->stop[0], .events = POLLIN },
                                           { .fd = server->listener, .events = POLLIN } };
        for (size_t i = 0; i < CLIENTS; i++)
            fds[2 + i] = (struct pollfd){ .fd = server->clients[i].fd, .events = POLLIN };
        if (poll(fds, 2 + CLIENTS, -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[0].revents != 0)
            return NULL;
        for (size_t i = 0; i < CLIENTS; i++)
            if (fds[2 + i].revents != 0 && !serve_packet(server, &server->clients[i])) {
                close(server->clients[i].fd);
                server->clients[i].fd = -1;
            }
        if (fds[1].revents != 0)
            accept_client(server);
    }
}

struct fake_server *fake_server_start(const struct server_text *text, enum side side, struct tape *tape, const char *socket_path)
{
    struct fake_server *server = mem_alloc(sizeof *server);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    server->text = text;
    server->side = side;
    server->tape = tape;
    for (size_t i = 0; i < CLIENTS; i++)
        server->clients[i].fd = -1;
    assert_true(strlen(socket_path) < sizeof address.sun_path);
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, CLIENTS), 0);
    assert_int_equal(pipe(server->stop), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return server;
}

void fake_server_hook(struct fake_server *server, const struct fake_server_hook *hook)
{
    server->hook = hook;
}

void fake_server_cut(struct fake_server *server)
{
    for (size_t i = 0; i < CLIENTS; i++)
        if (server->clients[i].fd >= 0)
            (void)shutdown(server->clients[i].fd, SHUT_RDWR);
}

void fake_server_stop(struct fake_server *server)
{
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    for (size_t i = 0; i < CLIENTS; i++)
        if (server->clients[i].fd >= 0)
            close(server->clients[i].fd);
    close(server->listener);
    close(server->stop[0]);
    free(server);
}
