#include "host/service.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "driver.h"

#define STOP_MS  3600000u /* InnoDB may have gigabytes to write; systemd has a limit of its own */
#define START_MS 3600000u /* and may have much to recover */

/* One line "KIND ACTIVE UNIT SOCKET": systemd or sysv, yes or no, "-" for none. The arguments are the names to look for:
 * the first active one counts, else the first that is there. An alias tells its real name in Id. */
static const char find_script[] =
    "#: unit*\n# which service runs mysqld?\n"
    "best=\n"
    "if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then\n"
    "  for name; do\n"
    "    case $name in *.service) ;; *) name=$name.service;; esac\n"
    "    shown=$(systemctl show -p Id -p LoadState -p ActiveState -p TriggeredBy -- \"$name\") || continue\n"
    "    field() { printf '%s\\n' \"$shown\" | sed -n \"s/^$1=//p\"; }\n"
    "    [ \"$(field LoadState)\" = loaded ] || continue\n"
    "    active=no; case $(field ActiveState) in active|reloading|activating) active=yes;; esac\n"
    "    socket=-\n"
    "    for unit in $(field TriggeredBy); do\n"
    "      case $unit in *.socket) if systemctl -q is-active -- \"$unit\"; then socket=$unit; fi;; esac\n"
    "    done\n"
    "    line=\"systemd $active $(field Id) $socket\"\n"
    "    if [ \"$active\" = yes ]; then echo \"$line\"; exit 0; fi\n"
    "    best=${best:-$line}\n"
    "  done\n"
    "fi\n"
    "if [ -z \"$best\" ]; then\n"
    "  for name; do\n"
    "    name=${name%.service}\n"
    "    [ -x \"/etc/init.d/$name\" ] || continue\n"
    "    active=no; if service \"$name\" status >/dev/null 2>&1 </dev/null; then active=yes; fi\n"
    "    line=\"sysv $active $name -\"\n"
    "    if [ \"$active\" = yes ]; then echo \"$line\"; exit 0; fi\n"
    "    best=${best:-$line}\n"
    "  done\n"
    "fi\n"
    "[ -n \"$best\" ] && echo \"$best\"\n";

static int parse_found(char *line, struct service *service)
{
    char *words[4], *state = NULL;

    for (int i = 0; i < 4; i++)
        if ((words[i] = strtok_r(i == 0 ? line : NULL, " \n", &state)) == NULL)
            return -1;
    service->systemd = strcmp(words[0], "systemd") == 0;
    service->active = strcmp(words[1], "yes") == 0;
    service->unit = mem_dup(words[2]);
    service->socket_unit = strcmp(words[3], "-") == 0 ? NULL : mem_dup(words[3]);
    return 0;
}

int service_find(struct host *host, const char *name, struct service *service, struct err *err)
{
    struct buf out = BUF_INIT;
    int status = 0, rc;

    *service = (struct service){ .unit = NULL };
    if (name != NULL && name[0] != '\0')
        rc = host_script_with(host, NULL, 0, 0, &status, &out, err, find_script, name, NULL);
    else
        rc = host_script_with(host, NULL, 0, 0, &status, &out, err, find_script, "mariadb", "mysql", "mysqld", NULL);
    if (rc == 0 && (status != 0 || out.len == 0)) {
        rc = err_set(err, ERR_WORLD, "there is no service %.100s on %s",
                     name != NULL && name[0] != '\0' ? name : "mariadb, mysql or mysqld", host_name(host));
        err_hint(err, "name it in the answers: service = ...");
    } else if (rc == 0 && parse_found(out.data, service) != 0) {
        rc = err_set(err, ERR_DATA, "cannot understand what %s says about its services", host_name(host));
    }
    buf_free(&out);
    return rc;
}

/* $1 systemd or sysv, $2 unit */
static const char active_script[] = "#: word unit\n# is $2 active?\n"
                                    "if [ \"$1\" = systemd ]; then\n"
                                    "  state=$(systemctl is-active -- \"$2\") || :\n"
                                    "  case $state in active|reloading) echo yes;; *) echo no;; esac\n"
                                    "elif service \"$2\" status >/dev/null 2>&1 </dev/null; then echo yes\n"
                                    "else echo no; fi";

static const char *kind(const struct service *service)
{
    return service->systemd ? "systemd" : "sysv";
}

int service_active(struct host *host, const struct service *service, bool *active, struct err *err)
{
    struct buf out = BUF_INIT;
    int rc = host_script(host, &out, err, active_script, kind(service), service->unit, NULL);

    *active = strncmp(buf_str(&out), "yes", 3) == 0;
    buf_free(&out);
    return rc;
}

/* What the service last said, errors first: at most three lines. $1 systemd or sysv, $2 unit */
static const char log_script[] =
    "#: word unit\n{ if [ \"$1\" = systemd ]; then\n"
    "    id=$(systemctl show -p InvocationID -- \"$2\" | sed 's/^InvocationID=//')\n" /* this start only */
    "    if [ -n \"$id\" ]; then set -- \"_SYSTEMD_INVOCATION_ID=$id\" + \"INVOCATION_ID=$id\"; else set -- -u \"$2\"; fi\n"
    "    journalctl -n 60 --no-pager -o cat \"$@\"\n"
    "  fi\n"
    "  for log in /var/log/mysql/error.log /var/log/mysqld.log /var/log/mariadb/mariadb.log; do\n"
    "    if [ -s \"$log\" ]; then tail -n 60 -- \"$log\"; fi; done; } 2>/dev/null |\n"
    "awk '{ all[n++] = $0 } /\\[ERROR\\]|[Ff]atal|unknown (option|variable)/ { bad[m++] = $0 }\n"
    "  END { if (m) for (i = m > 3 ? m - 3 : 0; i < m; i++) print bad[i];\n"
    "        else for (i = n > 3 ? n - 3 : 0; i < n; i++) print all[i] }'";

static int failed(struct host *host, const struct service *service, const char *what, struct err *err)
{
    struct buf out = BUF_INIT, lines = BUF_INIT;

    if (host_script(host, &out, NULL, log_script, kind(service), service->unit, NULL) != 0)
        buf_clear(&out);
    buf_trim(&out);
    quote_printable(&lines, buf_str(&out), out.len, 1);
    err_set(err, ERR_COMMAND, "%.60s on %s does not %s: %.360s", service->unit, host_name(host), what,
            lines.len > 0 ? buf_str(&lines) : "its log says nothing");
    err_hint(err, service->systemd ? "journalctl -u %.100s tells more" : "the error log of %.100s tells more",
             service->unit);
    buf_free(&out);
    buf_free(&lines);
    return -1;
}

static const char change_script[] = "#: word word unit unit?\n" SERVICE_CHANGE;

static int change_to(struct host *host, const struct service *service, const char *verb, unsigned timeout_ms, struct err *err)
{
    const char *socket = service->socket_unit != NULL ? service->socket_unit : "";
    struct buf out = BUF_INIT;
    int rc = host_script_with(host, NULL, 0, timeout_ms, NULL, &out, err, change_script, verb, kind(service), service->unit,
                              socket, NULL);

    if (rc == 0) {
        buf_trim(&out);
        if (strcmp(buf_str(&out), verb) != 0)
            rc = failed(host, service, verb, err);
    }
    buf_free(&out);
    return rc;
}

int service_stop(struct host *host, const struct service *service, struct err *err)
{
    return change_to(host, service, "stop", STOP_MS, err);
}

int service_start(struct host *host, const struct service *service, struct err *err)
{
    return change_to(host, service, "start", START_MS, err);
}

int service_restart(struct host *host, const struct service *service, struct err *err)
{
    return change_to(host, service, "restart", START_MS, err);
}

char *service_command(const struct service *service, const char *verb)
{
    const char *socket = service->socket_unit != NULL ? service->socket_unit : "";

    return service->systemd ? mem_printf("systemctl %s %s%s%s", verb, socket, socket[0] != '\0' ? " " : "", service->unit)
                            : mem_printf("service %s %s", service->unit, verb);
}

void service_free(struct service *service)
{
    free(service->unit);
    free(service->socket_unit);
    *service = (struct service){ .unit = NULL };
}
