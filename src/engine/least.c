/* What sudo has to allow on a host for this plan: the gate (host/gate.h) with the paths, names and lines that the facts and the
 * plan have. */
#include "engine_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/gate.h"

static const struct answers_host *answers_of_side(const struct engine *engine, enum side side)
{
    return side == SIDE_MASTER ? &engine->answers->master : &engine->answers->slave;
}

/* As a server writes a path, or with what is relative to its data directory made whole. */
static void allow_path(struct gate_rules *rules, const char *kind, const struct server_facts *server, const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *whole = path[0] == '/' || len == 0 ? mem_dup_n(path, len) : mem_printf("%s/%.*s", server->datadir, (int)len, path);
    gate_allow(rules, kind, path);
    gate_allow(rules, kind, whole);
    free(whole);
}

static void allow_places(struct gate_rules *rules, const struct engine *engine, enum side side)
{
    const struct server_facts *server = facts_of(&engine->world.facts, side);
    const char *slash = strrchr(server->database_path, '/'), *run = engine->world.run_dir[side];
    const char *sdi = facts_setting(server, "secure_file_priv");
    char *room = mem_dup_n(run, (size_t)(strrchr(run, '/') - run));
    gate_allow(rules, "base", "/var/lib/dualserver");
    gate_allow(rules, "base", room);
    gate_allow(rules, "room", room);
    gate_allow(rules, "data", server->datadir);
    allow_path(rules, "data", server, facts_setting(server, "datadir"));
    gate_allow(rules, "data", answers_of_side(engine, side)->datadir);
    gate_allow(rules, "database", server->database_path);
    gate_allow(rules, "name", slash != NULL ? slash + 1 : NULL);
    gate_allow(rules, "index", server->binlog_index);
    allow_path(rules, "sdiroom", server, sdi[0] == '/' ? sdi : server->datadir);
    allow_path(rules, "seen", server, facts_setting(server, "pid_file"));
    allow_path(rules, "seen", server, facts_setting(server, "ssl_cert"));
    allow_path(rules, "seen", server, facts_setting(server, "ssl_ca"));
    gate_allow(rules, "boot", "/proc/sys/kernel/random/boot_id");
    free(room);
}

/* Where the logs are that `check`, `maintain` and `troubleshoot` look at. */
static void allow_logs(struct gate_rules *rules, const struct server_facts *server)
{
    static const char *const settings[] = { "log_bin_basename", "relay_log_basename", "relay_log_index" };
    gate_allow(rules, "logs", server->datadir);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const char *path = facts_setting(server, settings[i]), *slash = strrchr(path, '/');
        char *folder = mem_dup_n(path, slash != NULL ? (size_t)(slash - path) : 0);
        gate_allow(rules, "logs", folder);
        free(folder);
    }
}

/* Of a file that is changed, the lines that are new: all others stand in it or in its backup. */
static void allow_lines(struct gate_rules *rules, const struct change *change)
{
    struct strings before = { .count = 0 };
    char *texts[] = { mem_dup(change->before != NULL ? change->before : ""), mem_dup(change->after) };
    char *at = texts[0];
    for (char *line; (line = text_line(&at)) != NULL;)
        strings_add(&before, line);
    at = texts[1];
    for (char *line; (line = text_line(&at)) != NULL;)
        if (!strings_has(&before, line) && line[strspn(line, " \t")] != '#')
            gate_allow(rules, "line", line);
    strings_free(&before);
    free(texts[0]);
    free(texts[1]);
}

static void allow_files(struct gate_rules *rules, const struct engine *engine, enum side side)
{
    const struct server_facts *server = facts_of(&engine->world.facts, side);
    gate_allow(rules, "file", answers_of_side(engine, side)->cnf);
    gate_allow(rules, "file", server->tls.other_ca);
    for (size_t i = 0; i < server->options.count; i++) {
        const struct cnf *file = &server->options.files[i];
        gate_allow(rules, "file", file->path);
        for (size_t l = 0; l < file->count; l++)
            if (file->lines[l].kind == CNF_INCLUDEDIR)
                gate_allow(rules, "folder", file->lines[l].key);
            else if (file->lines[l].kind == CNF_INCLUDE)
                gate_allow(rules, "file", file->lines[l].key);
    }
    for (size_t i = 0; i < engine->plan.count; i++) {
        const struct change *change = &engine->plan.changes[i];
        if (change->kind != CHANGE_FILE || change->server != side)
            continue;
        gate_allow(rules, "file", change->path);
        allow_lines(rules, change);
    }
}

static void allow_service(struct gate_rules *rules, const struct server_facts *server, const char *answered)
{
    static const char *const usual[] = { "mariadb", "mysql", "mysqld" };
    const struct service *service = &server->service;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        gate_allow(rules, "unit", usual[i]);
    gate_allow(rules, "unit", answered);
    gate_allow(rules, "unit", service->unit);
    gate_allow(rules, "unit", service->socket_unit);
    if (service->systemd) { /* it may be active by the time of the run */
        char *socket = mem_printf("%.*s.socket", (int)strcspn(service->unit, "."), service->unit);
        gate_allow(rules, "unit", socket);
        free(socket);
    }
}

/* The last three are where it is looked for before the server has told (src/plan/facts_machine.c); one that everybody can make is
 * allowed only where the server has it. */
static void allow_sockets(struct gate_rules *rules, const struct server_facts *server, const char *answered)
{
    const char *const sockets[] = { server->socket, facts_setting(server, "socket"), answered, "/run/mysqld/mysqld.sock",
                                    "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock" };
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++)
        gate_allow(rules, "socket", sockets[i]);
}

static void allow_server(struct gate_rules *rules, const struct engine *engine, enum side side)
{
    const struct facts *facts = &engine->world.facts;
    const struct server_facts *server = facts_of(facts, side);
    const struct server_facts *other = facts_of(facts, side == SIDE_MASTER ? SIDE_SLAVE : SIDE_MASTER);
    char *owner = mem_printf("%s:%s", server->mysql_user, server->mysql_group);
    allow_service(rules, server, answers_of_side(engine, side)->service);
    gate_allow(rules, "tool", server->dump_tool);
    gate_allow(rules, "tool", server->client_tool);
    gate_allow(rules, "tool", server->backup_tool);
    gate_allow(rules, "tool", server->dialect->server_binary);
    gate_allow(rules, "options", server->dialect->dump_options);
    gate_allow(rules, "options", server->dialect->validate);
    gate_allow(rules, "owner", server->mysql_user);
    gate_allow(rules, "owner", server->mysql_group);
    gate_allow(rules, "owner", owner);
    allow_sockets(rules, server, answers_of_side(engine, side)->socket);
    gate_allow(rules, "peer", "127.0.0.1");
    gate_allow(rules, "peer", other->address);
    free(owner);
}

/* "" where commands do not go through sudo. */
static int ask_login(struct host *host, struct buf *login, struct err *err)
{
    int rc = host_script(host, login, err, "#:\n# who is it that sudo works for?\nprintf %s \"${SUDO_USER:-}\"", NULL);
    buf_trim(login);
    return rc;
}

static const char install[] = "chown root:root " GATE_PATH ".new && chmod 0755 " GATE_PATH ".new &&\n"
                              "mv -f " GATE_PATH ".new " GATE_PATH "\n"
                              /* sudo reads no file with a dot in its name */
                              "cat >/etc/sudoers.d/dualserver.new <<'END-OF-RULE'\n";
static const char install_rule[] = "END-OF-RULE\n"
                                   "chmod 0440 /etc/sudoers.d/dualserver.new && visudo -c -q -f /etc/sudoers.d/dualserver.new &&\n"
                                   "mv -f /etc/sudoers.d/dualserver.new /etc/sudoers.d/dualserver\n";

int engine_least(const struct engine *engine, enum side side, struct buf *to, struct err *err)
{
    const struct answers_host *answers = answers_of_side(engine, side);
    struct buf login = BUF_INIT;
    int rc = ask_login(engine->world.hosts[side], &login, err);
    if (rc == 0) {
        struct gate_rules rules = { .host = answers->host, .user = login.len > 0 ? buf_str(&login) : "LOGIN",
                                    .password = answers->sudo_password_file != NULL };
        allow_places(&rules, engine, side);
        allow_files(&rules, engine, side);
        allow_logs(&rules, facts_of(&engine->world.facts, side));
        allow_server(&rules, engine, side);
        buf_addf(to, "Least privilege on the %s, %s: all that sudo has to allow %s for this plan. For root's shell there:\n\n",
                 side_name(side), answers->host, rules.user);
        buf_adds(to, "cat >" GATE_PATH ".new <<'END-OF-GATE'\n");
        gate_write(&rules, to);
        buf_adds(to, "END-OF-GATE\n");
        buf_adds(to, install);
        gate_sudoers(&rules, to);
        buf_adds(to, install_rule);
        gate_rules_free(&rules);
    }
    buf_free(&login);
    return rc;
}
