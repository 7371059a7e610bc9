#include "steps/step.h"

#include "base/mem.h"

/* A first try may have been broken off in the middle of a comparison, which stops the slave at a place. */
static int apply_prove(struct world *world, const struct change *change, struct err *err)
{
    (void)change;
    struct db *slave = world_db(world, SIDE_SLAVE, err);
    return slave == NULL || slave_let_run(slave, err) != 0 ? -1 : steps_prove(world, err);
}

static int revert_prove(struct world *world, const struct change *change, struct err *err)
{
    (void)change, (void)err;
    steps_prove_clean(world);
    return 0;
}

static int plan(const struct facts *facts, const struct answers *answers, struct plan *plan, struct err *err)
{
    (void)facts, (void)err;
    plan_add(plan, &(struct change){
                       .kind = CHANGE_RUN,
                       .server = SIDE_SLAVE,
                       .what = mem_dup("prove that the slave is right"),
                       .why = mem_dup("Yes, Yes and 0 can be green while tables are unusable or writes are lost"),
                       .after = mem_printf("canary table in %s: CREATE, INSERT, UPDATE, DELETE, DROP with and without a default "
                                           "database, seen on the slave\nthe position advances\n%s",
                                           answers->database,
                                           answers->verify == VERIFY_FULL
                                               ? "every table's checksum is the same on both servers at the same position"
                                               : "every table is there (verify = quick: no checksums)"),
                       .apply = apply_prove,
                       .revert = revert_prove,
                   });
    return 0;
}

const struct step step_running = {
    .number = 13,
    .id = "running",
    .title = "The slave runs: check",
    .howto = "The slave should now be running",
    .plan = plan,
};
