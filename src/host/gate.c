#include "config.h"

#include "host/gate.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quote.h"

/* The linker gathers what HOST_SCRIPT puts there, and names the ends. */
extern const char *const host_scripts_begin[] __asm__("__start_host_scripts");
extern const char *const host_scripts_end[] __asm__("__stop_host_scripts");

const char *const *gate_scripts(size_t *count)
{
    *count = ((uintptr_t)host_scripts_end - (uintptr_t)host_scripts_begin) / sizeof host_scripts_begin[0];
    return host_scripts_begin;
}

#define NO_LINE "END-OF-LINES" /* where the lines end that option files may have */

/* Kinds that are literals of the host: the gate has a function is_KIND for each. */
static const char *const literal_kinds[] = { "base", "boot", "data", "database", "file", "folder", "index", "logs", "name", "options", "owner",
                                             "peer", "room", "sdiroom", "seen", "socket", "tool", "unit" };
static const char *const other_kinds[] = { "word", "leaf", "below", "part", "mark", "probe", "text", "lock", "log", "run", "in", "sdi", "never",
                                           "<client", "<lines", "<names", "<paths" };

static bool has_word(const char *const *words, size_t count, const char *word, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
            return true;
    return false;
}

#define HAS(words, word, len) has_word(words, sizeof(words) / sizeof(words)[0], word, len)

const char *gate_script_fault(const char *script)
{
    if (strncmp(script, "#:", 2) != 0)
        return "its first line does not say what its arguments may be (#: KIND ...)";
    const char *at = script + 2, *end = strchr(script, '\n');
    if (end == NULL)
        return "it has one line only";
    while (at < end) {
        at += strspn(at, " ");
        size_t len = strcspn(at, " \n");
        const bool many = len > 0 && at[len - 1] == '*', mark = many || (len > 0 && at[len - 1] == '?');
        if (len > 0 && !HAS(literal_kinds, at, len - mark) && !HAS(other_kinds, at, len - mark))
            return "its first line has a kind that is not known";
        at += len;
        if (many && at != end)
            return "a kind with * is not the last";
    }
    return NULL;
}

void gate_allow(struct gate_rules *rules, const char *kind, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    for (size_t i = 0; i < rules->kinds.count; i++)
        if (strcmp(rules->kinds.items[i], kind) == 0 && strcmp(rules->values.items[i], value) == 0)
            return;
    strings_add(&rules->kinds, kind);
    strings_add(&rules->values, value);
}

void gate_rules_free(struct gate_rules *rules)
{
    strings_free(&rules->kinds);
    strings_free(&rules->values);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *hash_of(const char *script)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf hex = BUF_INIT;
    if (EVP_Digest(script, strlen(script), digest, &len, EVP_sha256(), NULL) == 1)
        for (unsigned i = 0; i < len; i++)
            buf_addf(&hex, "%02x", digest[i]);
    return buf_steal(&hex);
}

/* In order, so that the same program prints the same. */
static void add_hashes(struct buf *to)
{
    struct strings hashes = { .count = 0 };
    size_t count;
    const char *const *scripts = gate_scripts(&count);
    for (size_t i = 0; i < count; i++) {
        char *hash = hash_of(scripts[i]);
        if (hash[0] != '\0' && !strings_has(&hashes, hash))
            strings_add(&hashes, hash);
        free(hash);
    }
    if (hashes.count > 0)
        qsort(hashes.items, hashes.count, sizeof hashes.items[0], by_text);
    buf_adds(to, "is_known() { case $1 in\n");
    for (size_t i = 0; i < hashes.count; i++)
        buf_addf(to, "%s%s", hashes.items[i], i + 1 < hashes.count ? "|\\\n" : ") ;;\n");
    buf_adds(to, "*) return 1;; esac; }\n");
    strings_free(&hashes);
}

/* Quoted words are no patterns. */
static void add_literals(const struct gate_rules *rules, const char *kind, struct buf *to)
{
    bool any = false;
    for (size_t i = 0; i < rules->kinds.count; i++) {
        if (strcmp(rules->kinds.items[i], kind) != 0)
            continue;
        buf_addf(to, any ? "|" : "is_%s() { case $1 in ", kind);
        quote_shell(to, rules->values.items[i]);
        any = true;
    }
    if (any)
        buf_adds(to, ") ;; *) return 1;; esac; }\n");
    else
        buf_addf(to, "is_%s() { return 1; }\n", kind);
}

/* What may be new in an option file. */
static void add_lines(const struct gate_rules *rules, struct buf *to)
{
    buf_adds(to, "lines() { cat <<'" NO_LINE "'\n");
    for (size_t i = 0; i < rules->kinds.count; i++)
        if (strcmp(rules->kinds.items[i], "line") == 0 && strncmp(rules->values.items[i], "END-OF-", 7) != 0)
            buf_addf(to, "%s\n", rules->values.items[i]);
    buf_adds(to, NO_LINE "\n}\n");
}

static const char opening[] =
    "# What root does for dualserver here: its own scripts, on the paths and names of this host, and nothing else.\n"
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; export PATH LC_ALL\n"
    "unset ENV BASH_ENV CDPATH IFS; set -f; umask 077; cd /\n"
    "refuse() {\n"
    "  logger -p auth.warning -t dualserver-gate -- \"refused for ${SUDO_USER:-uid $(id -u)}: $1\" 2>/dev/null\n"
    "  printf 'dualserver-gate refuses: %s\\n' \"$1\" >&2; exit 126\n"
    "}\n";

/* May this argument be what the script's first line says? */
static const char kinds[] =
    "is_text() { :; }\n"
    "is_word() { case $1 in ''|.|..|-?*|*[!A-Za-z0-9._:@%+,=-]*) return 1;; esac; }\n"
    "is_leaf() { case $1 in ''|.|..|-*|*/*) return 1;; esac; }\n"
    "is_file_name() { case $1 in ''|.|..|-*|*[!A-Za-z0-9._@#\\$-]*) return 1;; esac; }\n"
    "is_below() { case $1 in ''|/*|..|../*|*/..|*/../*) return 1;; esac; }\n"
    "is_mark() { case $1 in is-aside|coming-back) ;; *) return 1;; esac; }\n"
    "is_probe() { [ \"$1\" = 'SELECT 1' ]; }\n"
    /* a log, its index or what the logs' names begin with; a name alone is one in the data directory */
    "is_log() { is_leaf \"${1##*/}\" || return 1; case $1 in */*) is_logs \"${1%/*}\";; esac; }\n"
    "is_part() { case $1 in copy|incoming) ;; *) return 1;; esac; }\n"
    "is_lock() { [ \"${1##*/}\" = .dualserver-lock ] && is_base \"${1%/*}\" && [ ! -L \"$1\" ]; }\n"
    "is_named() {\n"
    "  case ${1##*/} in .dualserver-lock*|.dualserver-look*) return 1;; .dualserver-?*) ;; *) return 1;; esac\n"
    "  is_file_name \"${1##*/}\" && [ ! -L \"$1\" ]\n"
    "}\n"
    "is_run() { is_room \"${1%/*}\" && is_named \"$1\"; }\n"
    "is_sdi() { is_sdiroom \"${1%/*}\" && is_named \"$1\"; }\n"
    "is_in() {\n"
    "  top=$1\n"
    "  until is_part \"${top##*/}\" && is_run \"${top%/*}\"; do\n"
    "    case $top in */*) ;; *) return 1;; esac\n"
    "    is_file_name \"${top##*/}\" && [ ! -L \"$top\" ] || return 1\n"
    "    top=${top%/*}\n"
    "  done\n"
    "  [ ! -L \"$top\" ]\n"
    "}\n"
    "is_aside() { case ${1##*/} in dualserver_old_*) is_file_name \"${1##*/}\" && is_data \"${1%/*}\";; *) return 1;; esac; }\n"
    /* PATH.RUN.bak and PATH.RUN.taken-back; where others than root can make a link, none is followed */
    "is_edited() {\n"
    "  [ ! -L \"$1\" ] || [ \"$(stat -L -c %u -- \"${1%/*}\")\" = 0 ] || return 1\n"
    "  if is_file \"$1\"; then return 0; fi\n"
    "  case $1 in *.bak) kept=${1%.bak};; *.taken-back) kept=${1%.taken-back};; *) return 1;; esac\n"
    "  is_word \"${kept##*.}\" && is_file \"${kept%.*}\"\n"
    "}\n"
    "allow() {\n"
    "  what=$1\n"
    "  case $what in *\\?) [ -n \"$2\" ] || return 0; what=${what%\\?};; esac\n"
    "  case $what in\n"
    "    file) is_edited \"$2\";;\n"
    "    database) is_database \"$2\" || is_aside \"$2\";;\n"
    "    *) \"is_$what\" \"$2\";;\n"
    "  esac || refuse \"this is not what a $what may be on this host: $(printf %s \"$2\" | tr -c '[:print:]' '?' | head -c 200)\"\n"
    "}\n"
    "check() {\n"
    "  for kind in ${spec#'#:'}; do\n"
    "    case $kind in\n"
    "      never) refuse 'this script of the program is one for those with full sudo';;\n"
    "      '<'*) continue;;\n"
    "      *\\*) for argument; do allow \"${kind%\\*}\" \"$argument\"; done; return;;\n"
    "      *\\?) [ $# -gt 0 ] || return 0;;\n"
    "    esac\n"
    "    [ $# -gt 0 ] || refuse 'an argument is missing'\n"
    "    allow \"$kind\" \"$1\"; shift\n"
    "  done\n"
    "  [ $# -eq 0 ] || refuse 'there are too many arguments'\n"
    "}\n";

/* What comes on standard input and could make root do more than the script says. */
static const char inputs[] =
    /* the way into one of the two servers, for its own tools: no plugin, no other file, no other server */
    "client() {\n"
    "  while IFS= read -r line || [ -n \"$line\" ]; do\n"
    "    value=${line#*=}; value=${value#\\\"}; value=${value%\\\"}\n"
    "    case $line in\n"
    "      '[client]'|protocol=tcp|user=*|password=*|port=*|ssl=[01]|ssl-verify-server-cert=[01]) ;;\n"
    "      loose-ssl-mode=[A-Z]*|loose-get-server-public-key=1) ;;\n"
    "      host=*) is_peer \"$value\" || refuse 'the server asked for is not one of the two';;\n"
    "      socket=*) is_socket \"$value\" || refuse 'the socket asked for is not that of the server here';;\n"
    "      ssl-ca=*) is_file \"$value\" || refuse 'the CA asked for is not one of the plan';;\n"
    "      *) refuse 'the standard input is not a way into the server';;\n"
    "    esac\n"
    "    input=$input$line$newline\n"
    "  done\n"
    "}\n"
    /* an option file's lines: those it has, or had, comments, and what the plan adds */
    "new_lines() {\n"
    "  case $2 in ''|*[!0-9]*) refuse 'a length is no number';; esac\n"
    "  set +f\n"
    "  line=$({ lines; cat -- \"$1\" \"$1\".*.bak; printf '\\n" NO_LINE "\\n'; printf %s \"$input\" | head -c \"$2\"; } 2>/dev/null |\n"
    "    awk 'new == 0 { if ($0 == \"" NO_LINE "\") new = 1; else known[$0] = 1; next }\n"
    "      ($0 in known) || /^[ \\t]*(#.*)?$/ { next } { print; exit }' | tr -c '[:print:]' '?' | head -c 200)\n"
    "  set -f\n"
    "  [ -z \"$line\" ] || refuse \"a line is not of the plan: $line\"\n"
    "}\n"
    /* a line each, a newline in one as \001 */
    "names() {\n"
    "  ! printf %s \"$input\" | grep -q -E '^/|^-|(^|/)[.][.](/|$)' || refuse 'a name leads out of the folder'\n"
    "}\n";

/* What works on data follows no link and makes no device, in a mount namespace of its own (slave: what is unmounted is unmounted
 * there too); where the system cannot do that (Linux before 5.10, util-linux before 2.37), what was unpacked must have no link.
 * Services are not started there. */
static const char deciding[] =
    "confine() {\n"
    "  exec unshare --mount --propagation slave sh -c '\n"
    "    count=$1; shift\n"
    "    while [ \"$count\" -gt 0 ]; do\n"
    "      if [ -d \"$1\" ]; then\n"
    "        mount --rbind -- \"$1\" \"$1\" && mount -o remount,bind,nosymfollow -- \"$1\" 2>/dev/null\n"
    "        if [ \"$0\" = refuse ] && ! findmnt -n -o OPTIONS -- \"$1\" | grep -q nosymfollow &&\n"
    "            [ -n \"$(find \"$1\"/.dualserver-*/copy \"$1\"/.dualserver-*/incoming -type l -print -quit 2>/dev/null)\" ]; then\n"
    "          echo \"dualserver-gate refuses: there are links in what was unpacked\" >&2; exit 126\n"
    "        fi\n"
    "      fi\n"
    "      shift; count=$((count - 1))\n"
    "    done\n"
    "    exec setpriv --bounding-set=-mknod -- \"$@\"' \"$links\" \"$@\"\n"
    "}\n"
    "run() {\n"
    "  set -- env -i PATH=\"$PATH\" LC_ALL=C SUDO_USER=\"${SUDO_USER-}\" sh -c \"$script\" dualserver \"$@\"\n"
    "  links=refuse\n"
    "  case \"$spec \" in\n"
    "    '#: run '|'#: run part ') links=leave; confined \"$@\";;\n" /* they remove the folder, or read what lies in it itself */
    "    *' unit'*|'#: '|*' socket'*) exec \"$@\";;\n"
    "    *) confined \"$@\";;\n"
    "  esac\n"
    "}\n"
    "newline='\n'\n"
    "if [ \"${1-}\" = " GATE_AFTER_MARK " ]; then\n"
    "  shift; line=\n"
    "  until [ \"$line\" = " GATE_INPUT_MARK " ]; do IFS= read -r line || exit 1; done\n"
    "fi\n"
    "[ $# -ge 4 ] && [ \"$1\" = sh ] && [ \"$2\" = -c ] && [ \"$4\" = dualserver ] || refuse 'this is no command of dualserver'\n"
    "script=$3; shift 4\n"
    "hash=$(printf %s \"$script\" | sha256sum)\n"
    "is_known \"${hash%% *}\" ||\n"
    "  refuse \"this is no script of dualserver $version, for which the gate was made: \\`setup --plan\\` prints another\"\n"
    "spec=${script%%\"$newline\"*}\n"
    "check \"$@\"\n"
    "case $spec in\n"
    "  *'<client'*) input=; client; printf %s \"$input\" | (run \"$@\"); exit;;\n"
    "  *'<lines'*) input=$(cat; echo .); input=${input%.}; new_lines \"$@\"; printf %s \"$input\" | (run \"$@\"); exit;;\n"
    "  *'<names'*) input=$(tr '\\0\\n' '\\n\\001'; echo .); input=${input%.}; names\n"
    "    printf %s \"$input\" | tr '\\n\\001' '\\0\\n' | (run \"$@\"); exit;;\n"
    "  *'<paths'*) input=$(cat; echo .); input=${input%.}; names; printf %s \"$input\" | (run \"$@\"); exit;;\n"
    "esac\n"
    "run \"$@\"\n";

static bool is_place(const struct gate_rules *rules, size_t i)
{
    return strcmp(rules->kinds.items[i], "room") == 0 || strcmp(rules->kinds.items[i], "sdiroom") == 0;
}

/* Below another one: a mount of its own there would make every rename into it a copy. */
static bool is_covered(const struct gate_rules *rules, size_t place)
{
    const char *path = rules->values.items[place];
    for (size_t i = 0; i < rules->kinds.count; i++) {
        const size_t len = strlen(rules->values.items[i]);
        if (is_place(rules, i) && (i < place || path[len] != '\0') && strncmp(path, rules->values.items[i], len) == 0 &&
            (path[len] == '/' || path[len] == '\0'))
            return true;
    }
    return false;
}

/* The places below which no link is followed. */
static void add_places(const struct gate_rules *rules, struct buf *to)
{
    struct buf places = BUF_INIT;
    size_t count = 0;
    for (size_t i = 0; i < rules->kinds.count; i++)
        if (is_place(rules, i) && !is_covered(rules, i)) {
            quote_shell(&places, rules->values.items[i]);
            buf_addc(&places, ' ');
            count++;
        }
    buf_addf(to, "confined() { confine %zu %s\"$@\"; }\n", count, buf_str(&places));
    buf_free(&places);
}

void gate_write(const struct gate_rules *rules, struct buf *to)
{
    struct buf host = BUF_INIT;
    quote_printable(&host, rules->host, strlen(rules->host), 0);
    buf_addf(to, "#!/bin/sh\n# dualserver-gate of %s, made by dualserver %s. Owner root, mode 0755.\n", buf_str(&host), PACKAGE_VERSION);
    buf_adds(to, opening);
    buf_addf(to, "version=%s\n", PACKAGE_VERSION);
    for (size_t i = 0; i < sizeof literal_kinds / sizeof literal_kinds[0]; i++)
        add_literals(rules, literal_kinds[i], to);
    add_lines(rules, to);
    add_places(rules, to);
    add_hashes(to);
    buf_adds(to, kinds);
    buf_adds(to, inputs);
    buf_adds(to, deciding);
    buf_free(&host);
}

/* A login's name may have what sudoers gives a meaning to. */
void gate_sudoers(const struct gate_rules *rules, struct buf *to)
{
    for (const char *c = rules->user; *c != '\0'; c++) {
        if (strchr(" !=:,()\\\"#@%+", *c) != NULL)
            buf_addc(to, '\\');
        buf_addc(to, *c);
    }
    buf_addf(to, " ALL=(root) %s" GATE_PATH "\n", rules->password ? "" : "NOPASSWD: ");
}
