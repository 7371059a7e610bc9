#include "host/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "driver.h"

#define DISARM_MS 180000u /* it may be in the middle of a start */

/* Sets dog. Root runs what lies in the watchdog's folder and writes there, so nobody else may be able to put another one in its
 * place: where the data directory is a file system of its own the run's folder lies inside it, and its parent is mysqld's. */
#define ITS_FOLDER                                                                                                             \
    "dog=$1/watchdog up=$1\n"                                                                                                  \
    "while up=${up%/*}; do\n"                                                                                                  \
    "  [ -n \"$(find -L \"${up:-/}\" -maxdepth 0 '(' -uid 0 -o -uid \"$(id -u)\" ')' '(' ! -perm /022 -o -perm -1000 ')')\" ] ||\n"  \
    "    dog=/var/lib/dualserver/${1##*/}/watchdog\n"                                                                          \
    "  [ -n \"$up\" ] || break\n"                                                                                              \
    "done\n"

/* $1 its own folder, $2 the lock's, $3 systemd or sysv, $4 unit, $5 socket unit or "", $6 run, $7 seconds of silence; $8 the run's
 * folder; then the option files. Time is counted by /proc/uptime, which nobody sets. Renaming `armed` is what decides between it and the
 * program, and needs no room on a full disk. */
#define WATCHDOG                                                                                                               \
    "# Started by dualserver before it stops the database server; starts that again when dualserver is heard of no more.\n"    \
    "LC_ALL=C; PATH=\"${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin\"; export LC_ALL PATH; umask 077; cd /\n"         \
    "dog=$1 lock=$2 kind=$3 unit=$4 socket=$5 run=$6 patience=$7 place=$8; shift 8\n"                                          \
    "uptime() { read -r up rest </proc/uptime; up=${up%%.*}; }\n"                                                              \
    "sign() { stat -c %y -- \"$lock/fed\" 2>/dev/null; }\n"                                                                    \
    "say() { printf '%s %s\\n' \"$(date -u +%Y-%m-%dT%H:%M:%SZ)\" \"$*\" >>\"$dog/said\"; } 2>/dev/null\n"                     \
    "start() { [ \"$(sh \"$dog/change\" start \"$kind\" \"$unit\" \"$socket\" </dev/null 2>/dev/null)\" = start ]; }\n"        \
    "take_back() {\n"                                                                                                          \
    "  bak=$1.$run.bak real=$(readlink -f -- \"$1\")\n"                                                                        \
    "  [ -f \"$bak\" ] && [ -f \"$real\" ] && ! cmp -s -- \"$bak\" \"$real\" || return 0\n"                                    \
    "  cp -p -- \"$real\" \"$real.$run.taken-back\"\n"                                                                         \
    "  if cp -p -- \"$bak\" \"$real.$run.new\"; then\n"                                                                        \
    "    chcon --reference=\"$real\" -- \"$real.$run.new\" 2>/dev/null; mv -f -T -- \"$real.$run.new\" \"$real\"\n"            \
    "  else rm -f -- \"$real.$run.new\"; mv -f -T -- \"$bak\" \"$real\"; fi\n"                                                 \
    "  : >\"$dog/taken-back\"; say \"put $1 back as it was before the run\"\n"                                                 \
    "}\n"                                                                                                                      \
    "bark() {\n"                                                                                                               \
    "  say \"nothing was heard of the program for $quiet s: starting $unit\"\n"                                                \
    "  if command -v pkill >/dev/null; then pkill -f -- \"$place/copy/\"; fi\n"                                              \
    "  if start; then say \"$unit runs again\"; return; fi\n"                                                                  \
    "  say \"$unit does not start with the new option files: taking them back\"\n"                                             \
    "  ( cd -- \"$place\" && [ \"$(pwd -P)\" = \"$place\" ] && rm -rf copy )\n"                                                 \
    "  for path; do take_back \"$path\"; done\n"                                                                               \
    "  until start; do say \"$unit does not start; trying again in 10 s\"; sleep 10; [ -e \"$dog/barked\" ] || return; done\n" \
    "  say \"$unit runs again, with the option files as they were before the run\"\n"                                          \
    "}\n"                                                                                                                      \
    "echo $$ >\"$dog/pid\"; trap 'rm -f -- \"$dog/pid\"' EXIT; trap 'exit 1' HUP INT TERM\n"                                   \
    "uptime; since=$up last=$(sign)\n"                                                                                         \
    "while [ -e \"$dog/armed\" ]; do\n"                                                                                        \
    "  sleep 1; uptime; now=$(sign)\n"                                                                                         \
    "  if [ \"$now\" != \"$last\" ]; then last=$now since=$up; fi\n"                                                           \
    "  quiet=$((up - since)); [ \"$quiet\" -ge \"$patience\" ] || continue\n"                                                  \
    "  if mv -- \"$dog/armed\" \"$dog/barked\" 2>/dev/null; then bark \"$@\"; fi\n"                                            \
    "  break\n"                                                                                                                \
    "done\n"

/* What root will run stands in these scripts and comes on no standard input: so it can be known beforehand (host/gate.h). $1
 * the run's folder. One that is at work reads its script as it goes. */
static const char put_script[] =
    "#: run\n# write $1/watchdog/script\n"
    "set -eu; umask 077\n" ITS_FOLDER "mkdir -p -- \"$dog\"\n"
    "cat >\"$dog/script.new\" <<'END-OF-SCRIPT'\n" WATCHDOG "END-OF-SCRIPT\n";

/* $1 the run's folder, then the arguments of the watchdog from its second on. One that is armed already goes first. */
static const char arm_script[] =
    "#: run lock word unit unit? word word file*\n# arm the watchdog in $1/watchdog: it starts $4 again when nothing is heard for $7 s\n"
    "set -eu; umask 077\n"
    ITS_FOLDER "place=$1 run=$6; shift\n"
    "mkdir -p -- \"$dog\"; rm -f -- \"$dog/armed\"\n"
    "for i in 1 2 3 4 5 6 7 8 9; do if [ -e \"$dog/pid\" ]; then sleep 0.3; fi; done\n"
    "rm -f -- \"$dog/pid\" \"$dog/barked\" \"$dog/off\" \"$dog/said\" \"$dog/taken-back\"\n"
    "mv -f -- \"$dog/script.new\" \"$dog/script\"\n"
    "cat >\"$dog/change\" <<'END-OF-SCRIPT'\n" SERVICE_CHANGE "END-OF-SCRIPT\n"
    ": >\"$dog/armed\"\n"
    "lock=$1 kind=$2 unit=$3 socket=$4 patience=$6; shift 6\n"
    "set -- sh \"$dog/script\" \"$dog\" \"$lock\" \"$kind\" \"$unit\" \"$socket\" \"$run\" \"$patience\" \"$place\" \"$@\"\n"
    "begin() { if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then\n"
    "    for collect in --collect --quiet; do\n"
    "      if systemd-run --quiet \"$collect\" --unit=\"dualserver-watchdog-$run-$$\" -- \"$@\" </dev/null >/dev/null 2>&1; then return; fi\n"
    "    done; fi\n"
    "  setsid \"$@\" </dev/null >/dev/null 2>&1 & }\n"
    "begin \"$@\"\n"
    "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"
    "  if [ -s \"$dog/pid\" ]; then echo armed; exit 0; fi; sleep 0.1; done\n"
    "rm -f -- \"$dog/armed\"; echo 'it does not begin' >&2; exit 1\n";

static const char check_script[] =
    "#: run\n# has the watchdog in $1/watchdog been quiet?\n"
    ITS_FOLDER "if [ -e \"$dog/armed\" ]; then echo armed; else cat -- \"$dog/said\" 2>/dev/null; fi\n";

/* What barked may still be at work: it is waited for, and told to give up when that takes long. */
static const char disarm_script[] =
    "#: run\n# disarm the watchdog in $1/watchdog\n"
    ITS_FOLDER "[ -d \"$dog\" ] || exit 0\n"
    "if mv -- \"$dog/armed\" \"$dog/off\" 2>/dev/null; then :; else\n"
    "  i=0; while [ -e \"$dog/pid\" ] && [ \"$i\" -lt 100 ]; do sleep 0.3; i=$((i + 1)); done\n"
    "  if [ -e \"$dog/pid\" ]; then rm -f -- \"$dog/barked\"; fi\n"
    "  if [ -e \"$dog/taken-back\" ]; then echo taken-back; fi\n"
    "  cat -- \"$dog/said\" 2>/dev/null\n"
    "fi\n"
    "rm -rf -- \"$dog\"\n"
    "case $dog in /var/lib/dualserver/*) rmdir -- \"${dog%/*}\" \"${dog%/*/*}\" 2>/dev/null || : ;; esac\n";

static const char **arguments(const struct watchdog_orders *orders, const char *patience)
{
    const struct service *service = orders->service;
    const char *const fixed[] = { "env", "LC_ALL=C", "sh", "-c", HOST_SCRIPT(arm_script), "dualserver", orders->folder, orders->lock,
                                  service->systemd ? "systemd" : "sysv", service->unit,
                                  service->socket_unit != NULL ? service->socket_unit : "", orders->run, patience };
    const size_t count = sizeof fixed / sizeof fixed[0];
    const char **argv = mem_grow(NULL, count + orders->edited->count + 1, sizeof *argv);
    for (size_t i = 0; i < count; i++)
        argv[i] = fixed[i];
    for (size_t i = 0; i < orders->edited->count; i++)
        argv[count + i] = orders->edited->items[i];
    argv[count + orders->edited->count] = NULL;
    return argv;
}

int watchdog_arm(struct host *host, const struct watchdog_orders *orders, struct err *err)
{
    char patience[24];
    struct buf out = BUF_INIT;
    snprintf(patience, sizeof patience, "%d", WATCHDOG_QUIET_S);
    const char **argv = arguments(orders, patience);
    struct run run = { .argv = argv, .out = &out };
    int rc = host_script(host, NULL, err, put_script, orders->folder, NULL);
    if (rc == 0)
        rc = host_run_ok(host, &run, err);
    if (rc == 0 && strncmp(buf_str(&out), "armed", 5) != 0)
        rc = err_set(err, ERR_COMMAND, "it does not answer");
    free(argv);
    buf_free(&out);
    return rc == 0 ? 0 : err_wrap(err, "cannot arm the watchdog that would start mysqld again");
}

int watchdog_check(struct host *host, const char *folder, struct err *err)
{
    struct buf out = BUF_INIT, said = BUF_INIT;
    int rc = host_script(host, &out, err, check_script, folder, NULL);
    buf_trim(&out);
    if (rc == 0 && strcmp(buf_str(&out), "armed") != 0) {
        quote_printable(&said, buf_str(&out), out.len, 0);
        rc = err_set(err, ERR_WORLD, "the watchdog has started mysqld meanwhile, so what was copied is not whole: %.300s",
                     said.len > 0 ? buf_str(&said) : "it says nothing");
    }
    buf_free(&out);
    buf_free(&said);
    return rc;
}

int watchdog_disarm(struct host *host, const char *folder, bool *taken_back, struct buf *said, struct err *err)
{
    static const char mark[] = "taken-back\n";
    struct buf out = BUF_INIT;
    int rc = host_script_with(host, NULL, 0, DISARM_MS, NULL, &out, err, disarm_script, folder, NULL);
    buf_trim(&out);
    const size_t skip = strncmp(buf_str(&out), mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
    *taken_back = skip > 0;
    if (rc == 0)
        quote_printable(said, buf_str(&out) + skip, out.len - skip, 1);
    buf_free(&out);
    return rc == 0 ? 0 : err_wrap(err, "cannot disarm the watchdog");
}
