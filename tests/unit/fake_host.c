#include "fake_host.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct fake_host {
    struct host common;
    struct fake_machine machine;
    bool broken;
};

/* With a hook a wait can be cancelled, as the drivers' waits can. */
static int before(struct fake_host *host, const char *operation, struct run *run, struct err *err)
{
    const struct fake_hook *hook = host->machine.hook;
    struct pollfd cancel = { .fd = host->common.cancel_fd, .events = POLLIN };
    if (hook == NULL)
        return 0;
    const int ended = hook->before(hook->context, host->machine.side, operation, &host->broken, run, err);
    if (ended == 0 && cancel.fd >= 0 && poll(&cancel, 1, 0) > 0)
        return err_set(err, ERR_CANCELLED, "%s: cancelled", host->common.name);
    return ended;
}

static int after(struct fake_host *host, const char *operation, struct run *run, struct err *err)
{
    const struct fake_hook *hook = host->machine.hook;
    return hook != NULL ? hook->after(hook->context, host->machine.side, operation, &host->broken, run, err) : 0;
}

static const char looked_at[] = "clock 1000.5\nuid 0\nos Debian GNU/Linux\n"
                                "tar /bin/tar\nopenssl /usr/bin/openssl\nsha256sum /usr/bin/sha256sum\n"
                                "socket /run/mysqld/mysqld.sock\n";
static const char place[] = "datadir /var/lib/mysql\nuser mysql\ngroup mysql\nfilesystem ext2/ext3\nblocks 100000000\n"
                            "block_size 4096\ninodes_free 1000000\ninodes 2000000\ndatadir_blocks 100000000\n"
                            "datadir_block_size 4096\nsame_filesystem yes\nwritable yes\ndatadir_bytes 200000000\n"
                            "database_bytes 100000000\ndatabase_files 12\nsample_ns 10000000\nsample_bytes 8388608\n";
static const char greeting[] = "status 0\nbytes  91   0   0   0  10  53  46\nconnected yes\n";

/* The first whose words are all in the script's text. What fits none ends with status 0 and says nothing. */
static const struct {
    const char *words;
    const char *out;
} answers[] = {
    { "which service runs mysqld?", "systemd yes mysql.service -\n" },
    { "say datadir", place },
    { "/dev/tcp", greeting },
    { "Default options are read", "/etc/my.cnf\n" },
    { "# take the lock of this host", "taken /var/lib/dualserver/.dualserver-lock\n" },
    { "# arm the watchdog", "armed\n" },
    { "has the watchdog in", "armed\n" },
    { "cp -a --reflink=auto tables", "/var/lib/mysql/mysql-bin.000001\n" },
    { "# list $1", "customers.ibd\ninvoices.ibd\ntraffic#P#p0.ibd\ntraffic#p#p0.ibd\ntraffic#p#p1.ibd\ncalls_2026_10.MYD\n"
                   "calls_2026_10.MYI\ncalls_2026_10_372.sdi\n" },
    { "# read $1/*.sdi", "calls_2026_10_372.sdi\t{\"sdi_version\":80019,\"dd_object\":{\"name\":\"calls_2026_10\"}}\n" },
    { "# is $2 active?", "no\n" },
};

static const char *script_of(const char *const *argv)
{
    for (size_t i = 0; argv[i] != NULL; i++)
        if (strcmp(argv[i], "-c") == 0)
            return argv[i + 1] != NULL ? argv[i + 1] : "";
    return "";
}

/* The arguments of the script: $1 is at 0. */
static const char *const *arguments_of(const char *const *argv)
{
    while (*argv != NULL && strcmp(*argv, "dualserver") != 0)
        argv++;
    return *argv != NULL ? argv + 1 : argv;
}

/* A dump or a client: the line of the script that runs it, with its arguments put in. */
static void record_tool(struct fake_host *host, const char *script, const char *const *arguments)
{
    const char *line = strstr(script, "--defaults-extra-file");
    struct buf shown = BUF_INIT;
    if (line == NULL)
        return;
    while (line > script && line[-1] != '\n')
        line--;
    size_t count = 0;
    while (arguments[count] != NULL)
        count++;
    buf_adds(&shown, "$ ");
    for (; *line != '\0' && *line != '\n'; line++) {
        const size_t digit = line[0] == '$' && line[1] >= '1' && line[1] <= '9' ? (size_t)(line[1] - '0') : 0;
        if (digit > 0 && digit <= count)
            buf_adds(&shown, arguments[digit - 1]);
        else
            buf_addc(&shown, *line);
        line += digit > 0;
    }
    tape_add(host->machine.tape, host->machine.side, buf_str(&shown), 0);
    buf_free(&shown);
}

static void say_machine(const struct fake_host *host, struct buf *out)
{
    buf_adds(out, looked_at);
    buf_addf(out, "hostname %s\nmachine_id of-%s\nboot_id of-%s\n", host->common.name, host->common.label, host->common.label);
    for (size_t i = 0; i < host->machine.text->machine.count; i++)
        buf_addf(out, "%s\n", host->machine.text->machine.items[i]);
}

/* What it says with something hostile behind one of its lines; or it fails, and says only that. */
static void spoil_answer(struct spoil *spoil, struct run *run, struct buf *out)
{
    if (spoil_now(spoil, SPOIL_FAILURE)) {
        buf_clear(out);
        run->status = 1;
        if (run->errout != NULL)
            buf_adds(run->errout, spoil->with);
    }
    char *text = buf_steal(out), *at = text;
    for (char *line; (line = text_line(&at)) != NULL;)
        buf_addf(out, "%s%s\n", line, spoil_now(spoil, SPOIL_LINE) ? spoil->with : "");
    free(text);
}

static void answer(struct fake_host *host, struct run *run)
{
    const struct fake_hook *hook = host->machine.hook;
    const char *script = script_of(run->argv);
    const char *const *arguments = arguments_of(run->argv);
    struct buf ignored = BUF_INIT, *out = run->out != NULL ? run->out : &ignored;
    run->status = 0;
    record_tool(host, script, arguments);
    if (hook != NULL && hook->run(hook->context, host->machine.side, script, arguments, run))
        return;
    if (strstr(script, "say machine_id") != NULL)
        say_machine(host, out);
    else if (strstr(script, "getent ahosts") != NULL)
        buf_addf(out, "numeric %s\nsource %s\nssh_address %s\nssh_port 22\n", arguments[0],
                 host->machine.side == SIDE_MASTER ? "192.0.2.11" : "192.0.2.12", host->common.name);
    else if (strstr(script, "exec cat -- \"$1\"") != NULL)
        buf_adds(out, buf_str(&host->machine.text->options));
    else if (strstr(script, "verb=$1 kind=$2") != NULL && strstr(script, "# arm the watchdog") == NULL)
        buf_addf(out, "%s\n", arguments[0]); /* started or stopped, as it was told */
    else
        for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
            if (strstr(script, answers[i].words) != NULL) {
                buf_adds(out, answers[i].out);
                break;
            }
    if (host->machine.text->spoil != NULL)
        spoil_answer(host->machine.text->spoil, run, out);
    buf_free(&ignored);
}

static int run(struct host *common, struct run *run, struct err *err)
{
    struct fake_host *host = (struct fake_host *)common;
    const int ended = before(host, "run", run, err);
    if (ended != 0)
        return ended < 0 ? -1 : 0;
    answer(host, run);
    return after(host, "run", run, err);
}

/* A command that writes nothing and ends well. */
static struct stream *stream(struct host *common, const char *const *argv, struct err *err)
{
    (void)argv;
    if (before((struct fake_host *)common, "stream", NULL, err) != 0)
        return NULL;
    struct stream *stream = mem_alloc(sizeof *stream);
    stream->host = common;
    return stream;
}

static ssize_t read_end(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    (void)bytes, (void)size;
    return before((struct fake_host *)stream->host, "read", NULL, err);
}

static int write_nowhere(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    (void)bytes, (void)len;
    return before((struct fake_host *)stream->host, "write", NULL, err);
}

static void abandon(struct stream *stream)
{
    free(stream);
}

static int finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    struct fake_host *host = (struct fake_host *)stream->host;
    struct run run = { .errout = errout };
    free(stream);
    const int rc = before(host, "finish", &run, err);
    *status = run.status;
    return rc < 0 ? -1 : 0;
}

static const char *tunnel(struct host *common, const struct tunnel_target *target, struct err *err)
{
    (void)target;
    struct fake_host *host = (struct fake_host *)common;
    return before(host, "tunnel", NULL, err) == 0 ? host->machine.socket : NULL;
}

/* What sends files wants a session of its own for it: it learns here that there are none to send. */
static struct host *clone(struct host *common, struct err *err)
{
    const struct fake_machine *machine = &((struct fake_host *)common)->machine;
    if (machine->hook != NULL) {
        struct host *fresh = before((struct fake_host *)common, "clone", NULL, err) == 0 ? fake_host_open(machine) : NULL;
        if (fresh != NULL)
            fresh->cancel_fd = common->cancel_fd;
        return fresh;
    }
    if (machine->cloning != NULL && *machine->cloning)
        return fake_host_open(machine);
    err_set(err, ERR_UNSUPPORTED, "%s has no files", common->name);
    return NULL;
}

static void close_host(struct host *common)
{
    free(common->label);
    free(common->name);
    free(common);
}

static const struct host_ops ops = {
    .name = "fake", .run = run, .stream = stream, .read = read_end, .write = write_nowhere,
    .finish = finish, .abandon = abandon, .tunnel = tunnel, .clone = clone, .close = close_host,
};

struct host *fake_host_open(const struct fake_machine *machine)
{
    struct fake_host *host = mem_alloc(sizeof *host);
    const bool master = machine->side == SIDE_MASTER;
    host->common = (struct host){ .ops = &ops, .label = mem_dup(master ? "master" : "slave"),
                                  .name = mem_dup(master ? "192.0.2.11" : "192.0.2.12"), .cancel_fd = -1 };
    host->machine = *machine;
    return &host->common;
}
