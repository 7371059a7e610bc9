/* hostile_tars.h - kinds of archives that nobody may unpack. Each follows an honest file `./good`; the word is in the message; and
 * no block with the entry's header is passed on. */
#ifndef DUALSERVER_TESTS_HOSTILE_TARS_H
#define DUALSERVER_TESTS_HOSTILE_TARS_H

#include "tarmake.h"

#define LONG100 "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb"

static const struct {
    struct tar_entry entries[3];
    const char *says;
} hostile[] = {
    { { { .name = "./evil", .type = '2', .link = "/etc/passwd" } }, "neither a regular file" },
    { { { .name = "./evil", .type = '1', .link = "./good" } }, "neither a regular file" },
    { { { .name = "./evil", .type = '3' } }, "neither a regular file" },
    { { { .name = "./evil", .type = '4' } }, "neither a regular file" },
    { { { .name = "./evil", .type = '6' } }, "neither a regular file" },
    { { { .name = "./evil", .type = '7' } }, "neither a regular file" },
    { { { .name = "./evil", .type = 'S' } }, "neither a regular file" },
    { { { .name = "./evil", .type = 'M' } }, "neither a regular file" },
    { { { .name = "./evil", .type = 'V' } }, "neither a regular file" },
    { { { .name = "./evil", .type = 'D', .content = "x" } }, "neither a regular file" },
    { { { .name = "./evil", .type = '\0' } }, "neither a regular file" },
    { { { .name = "./evil", .type = 'K', .content = "/etc/passwd" }, { .name = "./x", .type = '0' } },
      "neither a regular file" },
    { { { .name = "./pax", .type = 'x', .content = "24 path=../../etc/evil1\n" }, { .name = "./x", .type = '0' } },
      "neither a regular file" },
    { { { .name = "./pax", .type = 'g', .content = "24 path=../../etc/evil1\n" }, { .name = "./x", .type = '0' } },
      "neither a regular file" },
    { { { .name = "./evil", .type = '0', .mode = 04755 } }, "setuid" },
    { { { .name = "./evil", .type = '0', .mode = 02755 } }, "setuid" },
    { { { .name = "./evil/", .type = '5', .mode = 01777 } }, "setuid" },
    { { { .name = "/etc/evil", .type = '0' } }, "absolute" },
    { { { .name = ".//etc/evil", .type = '0' } }, "absolute" },
    { { { .name = "../evil", .type = '0' } }, "component . or .." },
    { { { .name = "./a/../../evil", .type = '0' } }, "component . or .." },
    { { { .name = "./a/..", .type = '5' } }, "component . or .." },
    { { { .name = "././evil", .type = '0' } }, "component . or .." },
    { { { .name = "./a//evil", .type = '0' } }, "empty component" },
    { { { .name = "./a//", .type = '5' } }, "empty component" },
    { { { .name = "", .type = '0' } }, "" },
    { { { .name = "./", .type = '0' } }, "name of a folder" },
    { { { .name = "./ev\033[31mil", .type = '0' } }, "control bytes" },
    { { { .name = "./ev\nil", .type = '0' } }, "control bytes" },
    { { { .name = "./ev\x7fil", .type = '0' } }, "control bytes" },
    { { { .name = "./good", .type = '0', .content = "again" } }, "twice" },
    { { { .name = "good", .type = '0', .content = "again" } }, "twice" },
    { { { .name = "./d/", .type = '5' }, { .name = "./d", .type = '0' } }, "twice" },
    { { { .name = "./d/", .type = '5' }, { .name = "./d/", .type = '5' } }, "twice" },
    { { { .name = "./evil/", .type = '0', .content = "x" } }, "name of a folder" },
    { { { .name = "./evil/", .type = '5', .content = "x" } }, "folder with content" },
    { { { .name = "./evil", .type = '0', .magic = "ustar\0" "00" } }, "not an archive of GNU tar" },
    { { { .name = "./evil", .type = '0', .magic = "\0\0\0\0\0\0\0" } }, "not an archive of GNU tar" },
    { { { .name = "./evil", .type = '0', .size_text = "77777777777\0" } }, "more than the sender announced" },
    { { { .name = "./evil", .type = '0', .size_text = "-0000000001\0" } }, "size" },
    { { { .name = "./evil", .type = '0', .size_text = "00000000 12\0" } }, "size" },
    { { { .name = "./evil", .type = '0', .size_text = "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff" } }, "size" },
    { { { .name = "./evil", .type = '0', .size_text = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" } }, "size" },
    { { { .name = "./evil", .type = '0', .bad_sum = 1 } }, "" },
    { { { .name = "./evil", .type = '0', .link = "good" } }, "carries more" },
    { { { .name = "./evil", .type = '0', .spoil_at = 386, .spoil_byte = '1' } }, "carries more" },
    { { { .name = "./evil", .type = '0', .spoil_at = 482, .spoil_byte = 1 } }, "carries more" },
    { { { .name = "./evil", .type = '0', .spoil_at = 483, .spoil_byte = '1' } }, "carries more" },
    { { { .name = "././@LongLink", .type = 'L', .content = LONG100 LONG100 LONG100 },
        { .name = "./x", .type = '0' } }, "too long" },
    { { { .name = "././@LongLink", .type = 'L', .content = "../../etc/evil" }, { .name = "./x", .type = '0' } },
      "component . or .." },
    { { { .name = "././@LongLink", .type = 'L', .content = "a" }, { .name = "./x", .type = '0' } },
      "name that cannot be understood" },
    { { { .name = "././@LongLink", .type = 'L', .pattern = 5000 }, { .name = "./x", .type = '0' } },
      "name that cannot be understood" },
    { { { .name = "././@LongLink", .type = 'L', .content = "first" },
        { .name = "././@LongLink", .type = 'L', .content = "second" }, { .name = "./x", .type = '0' } },
      "name that cannot be understood" },
    { { { .name = "././@LongLink", .type = 'L', .content = "at the end" } }, "ends after a long name" },
};
enum { HOSTILE_KINDS = sizeof hostile / sizeof hostile[0] };
_Static_assert(HOSTILE_KINDS >= 50, "fifty kinds at the least");

#endif
