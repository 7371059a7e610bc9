/* Reports read from the master while the slave is made right. That they were switched is on record in STATE/switched/HOST.DATABASE. */
#include "trouble/reprovision.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "care/billing.h"

static char *path_of(const char *state_dir, const struct answers *answers)
{
    char *path = mem_printf("%s/switched/%s.%s", state_dir, answers->slave.host, answers->database);
    for (char *at = path + strlen(state_dir) + strlen("/switched/"); *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
    return path;
}

static int put_on_record(const char *state_dir, const struct answers *answers, struct err *err)
{
    char *folder = mem_printf("%s/switched", state_dir), *path = path_of(state_dir, answers);
    (void)mkdir(state_dir, 0700);
    (void)mkdir(folder, 0700);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const int rc = fd >= 0 && fsync(fd) == 0 ? 0 : err_set_detail(err, ERR_IO, errno, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    free(folder);
    free(path);
    return rc;
}

static int point(struct care *care, enum billing_place place, struct err *err)
{
    const struct billing_wish wish = { .place = place, .errors = -1 };
    struct billing billing;
    int rc = billing_plan(care, &wish, &billing, err);
    if (rc == 0 && billing.plan.count > 0)
        rc = billing_carry_out(care, &billing, err);
    billing_free(&billing);
    return rc;
}

bool reprovision_reports_there(const struct reprovision *job)
{
    return job->trouble.care->world.answers->reports.billing_ini != NULL && job->trouble.billing.seen && job->trouble.billing.use_slave;
}

int reprovision_reports_away(struct care *care, const struct trouble *trouble, const char *state_dir, bool *away, struct err *err)
{
    const struct answers *answers = care->world.answers;
    *away = false;
    if (answers->reports.billing_ini == NULL || state_dir == NULL || !trouble->billing.seen || !trouble->billing.use_slave)
        return 0;
    int rc = put_on_record(state_dir, answers, err);
    if (rc == 0)
        rc = point(care, BILLING_MASTER, err);
    *away = rc == 0;
    if (rc == 0)
        return 0;
    err_wrap(err, "reports cannot be switched to the master");
    return err_advise(err, "nothing else was touched; `dualserver reprovision` begins again");
}

int reprovision_reports_back(struct care *care, const char *state_dir, bool *back, struct err *err)
{
    const struct answers *answers = care->world.answers;
    *back = false;
    if (answers->reports.billing_ini == NULL || state_dir == NULL)
        return 0;
    char *path = path_of(state_dir, answers);
    int rc = 0;
    if (access(path, F_OK) == 0) {
        care_look(care, SIDE_MASTER); /* as they are now */
        care_look(care, SIDE_SLAVE);
        rc = point(care, BILLING_SLAVE, err);
        *back = rc == 0;
        if (rc == 0 && unlink(path) != 0)
            rc = err_set_detail(err, ERR_IO, errno, "cannot remove %s: %s", path, strerror(errno));
    }
    free(path);
    if (rc == 0)
        return 0;
    err_wrap(err, "reports are read from the master still");
    return err_hint(err, "`dualserver billing` points them at the slave");
}

bool reprovision_reports_waiting(const struct answers *answers, const char *state_dir)
{
    if (answers->reports.billing_ini == NULL || state_dir == NULL)
        return false;
    char *path = path_of(state_dir, answers);
    const bool waiting = access(path, F_OK) == 0;
    free(path);
    return waiting;
}
