#include "engine/connect.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/quote.h"
#include "host/gate.h"

static int ask_host_key(void *context, const char *host, const char *type, const char *sha256, struct err *err)
{
    const struct port *port = ((struct world *)context)->port;
    char *text = mem_printf("The authenticity of host '%s' cannot be established: no known_hosts file lists it.\n"
                            "%s key fingerprint: %s\nIs this the right machine?", host, type, sha256);
    struct question question = { .kind = QUESTION_HOST_KEY, .text = text };
    struct answer answer = { .yes = false };
    int rc = port->ask(port->context, &question, &answer, err);
    if (rc == 0 && !answer.yes)
        rc = err_set(err, ERR_HOSTKEY, "the host key of %s was not accepted", host);
    free(text);
    return rc;
}

static struct secret *ask_secret(void *context, const char *prompt, struct err *err)
{
    const struct port *port = ((struct world *)context)->port;
    struct question question = { .kind = QUESTION_SECRET, .text = prompt };
    struct answer answer = { .secret = NULL };
    if (port->ask(port->context, &question, &answer, err) != 0)
        return NULL;
    return answer.secret;
}

static void log_command(void *context, const struct host *host, const char *command)
{
    struct world *world = context;
    world_emit(world, &(struct event){ .kind = EVENT_COMMAND,
                                       .side = host == world->hosts[SIDE_SLAVE] ? SIDE_SLAVE : SIDE_MASTER,
                                       .text = command });
}

static int read_secret(const char *path, struct secret **secret, struct err *err)
{
    secret_free(*secret);
    *secret = NULL;
    if (path == NULL)
        return 0;
    *secret = secret_from_file(path, err);
    if (*secret == NULL) {
        err->code = ERR_ANSWERS;
        return -1;
    }
    return 0;
}

int world_connect_side(struct world *world, enum side side, struct err *err)
{
    const struct answers_host *answers = side == SIDE_MASTER ? &world->answers->master : &world->answers->slave;
    struct secret *password = NULL, *sudo_password = NULL;
    const struct host_asker asker = { .context = world, .host_key = ask_host_key, .secret = ask_secret };
    int rc = read_secret(answers->ssh_password_file, &password, err);
    if (rc == 0)
        rc = read_secret(answers->sudo_password_file, &sudo_password, err);
    if (rc == 0)
        rc = read_secret(answers->db_password_file, &world->db_passwords[side], err);
    if (rc == 0) {
        struct host_where where = {
            .label = side_name(side),
            .host = answers->host,
            .port = answers->port,
            .user = answers->user,
            .identity = answers->identity,
            .known_hosts = answers->known_hosts,
            .password = password,
            .sudo = answers->sudo,
            .sudo_password = sudo_password,
            .cancel_fd = world->port->cancel_fd,
        };
        world_phase(world, PHASE_CONNECT, "connecting to the %s, %s", side_name(side), answers->host);
        world->hosts[side] = host_open(&where, &asker, err);
        if (world->hosts[side] == NULL) {
            rc = err_wrap(err, "%s %s", side_name(side), answers->host);
        } else {
            world->hosts[side]->log = log_command;
            world->hosts[side]->log_context = world;
            if (host_gated(world->hosts[side]))
                world_note(world, SEVERITY_INFO, "%s: root's commands go through " GATE_PATH ", sudo allows no other",
                           side_name(side));
        }
    }
    secret_free(password);
    secret_free(sudo_password);
    return rc;
}

void world_disconnect(struct world *world)
{
    world_unlock(world);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        world_db_close(world, side);
        host_close(world->hosts[side]);
        world->hosts[side] = NULL;
    }
}

int world_connect(struct world *world, struct err *err)
{
    world_disconnect(world);
    return world_connect_side(world, SIDE_MASTER, err) != 0 || world_connect_side(world, SIDE_SLAVE, err) != 0 ? -1 : 0;
}

int world_make_secrets(struct world *world, struct err *err)
{
    struct {
        const char *file;
        struct secret **secret;
    } wanted[] = {
        { world->answers->replication.password_file, &world->replication_password },
        { world->answers->reports.password_file, &world->reports_password },
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (read_secret(wanted[i].file, wanted[i].secret, err) != 0)
            return -1;
        if (*wanted[i].secret == NULL && (*wanted[i].secret = secret_random(PASSWORD_LENGTH, err)) == NULL)
            return -1;
        if (secret_len(*wanted[i].secret) > PASSWORD_LENGTH) {
            err_set(err, ERR_ANSWERS, "%s: the password is longer than %d characters", wanted[i].file, PASSWORD_LENGTH);
            return err_hint(err, "MySQL's replication cuts longer ones off");
        }
    }
    return 0;
}
