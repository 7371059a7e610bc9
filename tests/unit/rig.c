#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "host/lock.h"

static void no_event(void *context, const struct event *event)
{
    (void)context, (void)event;
}

static void read_server(struct rig *rig, enum side side, const char *name)
{
    struct server_text *text = &rig->texts[side];
    char *file = mem_printf("%s.txt", name);
    buf_adds(&text->options, "[mysqld]\nuser = mysql\n");
    server_text_read(text, UNIT_FOLDER "/servers", file);
    text->history = &rig->history;
    free(file);
}

void rig_open(struct rig *rig, const char *master, const char *slave)
{
    *rig = (struct rig){ .folder = "/tmp/dualserver-test-XXXXXX" };
    history_read(&rig->history, UNIT_FOLDER "/servers");
    read_server(rig, SIDE_MASTER, master);
    read_server(rig, SIDE_SLAVE, slave);
    assert_non_null(mkdtemp(rig->folder));
    answers_init(&rig->answers);
    rig->answers.master.host = mem_dup("192.0.2.11");
    rig->answers.slave.host = mem_dup("192.0.2.12");
    rig->port = (struct port){ .emit = no_event, .cancel_fd = -1 };
    struct world *world = &rig->world;
    world->answers = &rig->answers;
    world->port = &rig->port;
    world->facts.slave.side = SIDE_SLAVE;
    world->state_dir = mem_dup(rig->folder);
    snprintf(world->run_id, sizeof world->run_id, "RUN");
    world->replication_password = secret_new("password of repl", 16);
    world->reports_password = secret_new("password of reports", 19);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        snprintf(rig->sockets[side], sizeof rig->sockets[side], "%s/%d", rig->folder, (int)side);
        rig->servers[side] = fake_server_start(&rig->texts[side], side, &rig->tape, rig->sockets[side]);
        const struct fake_machine machine = { .side = side, .text = &rig->texts[side], .socket = rig->sockets[side],
                                              .tape = &rig->tape, .cloning = &rig->cloning };
        world->hosts[side] = fake_host_open(&machine);
        world->run_dir[side] = mem_dup("/var/lib/.dualserver-RUN");
    }
}

void rig_lock(struct rig *rig)
{
    struct err err = ERR_INIT;
    struct lock_holder holder;
    rig->cloning = true;
    assert_int_equal(lock_take(rig->world.hosts[SIDE_MASTER], &(struct lock_wish){ .room = "/var/lib", .run = "RUN" },
                               &rig->world.held[SIDE_MASTER], &holder, &err), 0);
    assert_non_null(rig->world.held[SIDE_MASTER]);
    rig->cloning = false;
}

void rig_close(struct rig *rig)
{
    struct world *world = &rig->world;
    char *saved = mem_printf("%s/old-definitions.sql", rig->folder);
    world_unlock(world);
    (void)lock_release(world->hosts[SIDE_MASTER], world->held[SIDE_MASTER], NULL);
    for (enum side side = SIDE_MASTER; side <= SIDE_SLAVE; side++) {
        world_db_close(world, side);
        host_close(world->hosts[side]);
        free(world->run_dir[side]);
        fake_server_stop(rig->servers[side]);
        unlink(rig->sockets[side]);
    }
    unlink(saved);
    rmdir(rig->folder);
    free(saved);
    plan_free(&rig->plan);
    facts_free(&world->facts);
    definitions_free(&world->definitions);
    strings_free(&world->binlogs_before);
    secret_free(world->replication_password);
    secret_free(world->reports_password);
    free(world->flush_undo);
    free(world->state_dir);
    answers_free(&rig->answers);
    server_text_free(&rig->texts[SIDE_MASTER]);
    server_text_free(&rig->texts[SIDE_SLAVE]);
    history_free(&rig->history);
    tape_free(&rig->tape);
    strings_free(&rig->said);
    strings_free(&rig->read);
    buf_free(&rig->golden);
}
