#include "steps/warm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/quote.h"
#include "steps/copy.h"
#include "steps/settings.h"

/* A mark is what a file's content cannot change without: inode, size, time of change. Time stamps are coarse: a write in the
 * clock's own tick, a second on old file systems, would leave no trace, so the copy begins two seconds after the marks. */
#define MARKS "xargs -0 -r stat --printf '%i %s %.9Z %n\\0' --"

static const char warm_script[] =
    "# cp -a --reflink=auto tables from $1 to $2/copy while mysqld serves\n"
    "set -eu; LC_ALL=C; export LC_ALL; umask 077; run=$2; cd -- \"$1\"\n"
    "for l in files import; do " MARKS " <\"$run/$l.list\" >\"$run/$l.marks\"; done\n"
    "sleep 2\n"
    "{ for l in files import; do xargs -0 -r cp -a --reflink=auto -t \"$run/copy/$l\" -- <\"$run/$l.list\"; done; } & cp=$!\n"
    "while kill -0 \"$cp\" 2>/dev/null; do du -sb -- \"$run/copy\" | cut -f1; sleep 0.5; done\n"
    "wait \"$cp\"\n";

/* Bytes of the files that have changed since: what is left to copy in the stop. */
static const char left_script[] =
    "# what has changed in $1 since\n"
    "set -eu; LC_ALL=C; export LC_ALL; run=$2; cd -- \"$1\"\n"
    "for l in files import; do " MARKS " <\"$run/$l.list\" | sort -z - \"$run/$l.marks\" \"$run/$l.marks\" | uniq -zu\n"
    "done | tr '\\0\\n' '\\n?' | awk '{ n += $2 } END { printf \"%.0f\", n }'\n";

const char warm_rest_script[] =
    "# cp -a --reflink=auto what has changed from $1 to $2/copy\n"
    "set -eu; LC_ALL=C; export LC_ALL; run=$2; cd -- \"$1\"\n"
    "[ ! -e db.opt ] || cp -a -- db.opt \"$run/copy/files/\"\n"
    "for l in files import; do\n"
    "  [ -e \"$run/$l.marks\" ] || : >\"$run/$l.marks\"\n"
    "  " MARKS " <\"$run/$l.list\" | sort -z - \"$run/$l.marks\" \"$run/$l.marks\" | uniq -zu |\n"
    "    sed -z 's/^[^ ]* [^ ]* [^ ]* //' | xargs -0 -r cp -a --reflink=auto -t \"$run/copy/$l\" --\n"
    "done\n"
    "[ ! -e \"$3\" ] || cat -- \"$3\"";

const char *warm_why_not(const struct server_facts *master)
{
    static const char *const remote[] = { "nfs", "cifs", "smb", "fuse", "9p", "v9fs" };
    if (facts_setting_on(master, "myisam_use_mmap"))
        return "myisam_use_mmap is on: a change through memory need not show in a file's time stamp";
    for (size_t i = 0; master->filesystem != NULL && i < sizeof remote / sizeof remote[0]; i++)
        if (strncasecmp(master->filesystem, remote[i], strlen(remote[i])) == 0)
            return "the data directory lies on another machine, whose time stamps cannot be relied on";
    return NULL;
}
