/* One ship between two hosts, for tests/bench/ship: times on standard output as `name value` lines. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "ship/ship.h"

enum { ARGS = 8 };

static struct host *open_host(const char *label, const char *name, const char *identity, const char *known_hosts,
                              struct err *err)
{
    struct host_where where = {
        .label = label, .host = name, .user = "root", .identity = identity, .known_hosts = known_hosts, .cancel_fd = -1
    };
    return host_open(&where, NULL, err);
}

static void print(const struct ship *ship)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("ms %" PRIu64 "\nverify_ms %" PRIu64 "\nfiles %zu\nbytes %" PRIu64 "\nwire_bytes %" PRIu64 "\npeak_kib %ld\n",
           ship->ms, ship->verify_ms, ship->manifest.count, ship->file_bytes, ship->wire_bytes, usage.ru_maxrss);
    printf("cpu_ms %ld\n", (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000L +
                               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
}

static enum compression compression(const char *way)
{
    if (strcmp(way, "zstd") == 0)
        return COMPRESS_ALWAYS;
    return strcmp(way, "plain") == 0 ? COMPRESS_NEVER : COMPRESS_BY_LINE;
}

int main(int argc, char **argv)
{
    if (argc != ARGS) {
        fprintf(stderr, "usage: bench_ship FROM FROM_DIR TO TO_DIR IDENTITY KNOWN_HOSTS auto|zstd|plain\n");
        return 2;
    }
    struct err err = ERR_INIT;
    struct ship ship = { .from_dir = argv[2], .to_dir = argv[4], .cancel_fd = -1, .compress = compression(argv[7]) };
    int rc = 1;
    ship.from = open_host("from", argv[1], argv[5], argv[6], &err);
    if (ship.from != NULL)
        ship.to = open_host("to", argv[3], argv[5], argv[6], &err);
    if (ship.to != NULL && ship_run(&ship, &err) == 0) {
        print(&ship);
        rc = 0;
    }
    if (rc != 0)
        fprintf(stderr, "bench_ship: %s\n", err.text);
    manifest_free(&ship.manifest);
    host_close(ship.to);
    host_close(ship.from);
    return rc;
}
