#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct fake_host {
    struct host common;
    struct fake_machine machine;
};

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

static int run(struct host *common, struct run *run, struct err *err)
{
    struct fake_host *host = (struct fake_host *)common;
    const char *script = script_of(run->argv);
    const char *const *arguments = arguments_of(run->argv);
    struct buf ignored = BUF_INIT, *out = run->out != NULL ? run->out : &ignored;
    (void)err;
    run->status = 0;
    record_tool(host, script, arguments);
    if (strstr(script, "say machine_id") != NULL)
        say_machine(host, out);
    else if (strstr(script, "getent ahosts") != NULL)
        buf_addf(out, "numeric %s\nsource %s\nssh_address %s\nssh_port 22\n", arguments[0],
                 host->machine.side == SIDE_MASTER ? "192.0.2.11" : "192.0.2.12", common->name);
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
    buf_free(&ignored);
    return 0;
}

/* A command that writes nothing and ends well. */
static struct stream *stream(struct host *common, const char *const *argv, struct err *err)
{
    (void)argv, (void)err;
    struct stream *stream = mem_alloc(sizeof *stream);
    stream->host = common;
    return stream;
}

static ssize_t read_end(struct stream *stream, void *bytes, size_t size, struct err *err)
{
    (void)stream, (void)bytes, (void)size, (void)err;
    return 0;
}

static int write_nowhere(struct stream *stream, const void *bytes, size_t len, struct err *err)
{
    (void)stream, (void)bytes, (void)len, (void)err;
    return 0;
}

static void abandon(struct stream *stream)
{
    free(stream);
}

static int finish(struct stream *stream, int *status, struct buf *errout, struct err *err)
{
    (void)errout, (void)err;
    *status = 0;
    free(stream);
    return 0;
}

static const char *tunnel(struct host *common, const struct tunnel_target *target, struct err *err)
{
    (void)target, (void)err;
    return ((struct fake_host *)common)->machine.socket;
}

/* What sends files wants a session of its own for it: it learns here that there are none to send. */
static struct host *clone(struct host *common, struct err *err)
{
    const struct fake_machine *machine = &((struct fake_host *)common)->machine;
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
