# shellcheck shell=bash
# Names, places and errors: what every other part of the lab uses.

lab_name=${DUALSERVER_LAB:-ds}
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dualserver
labs=$cache/labs
state=$labs/$lab_name

# say TEXT: progress, to standard error, so that standard output stays for results
say() { printf 'lab: %s\n' "$*" >&2; }
die() { printf 'lab: %s\n' "$*" >&2; exit 1; }
die_usage() { printf 'lab: %s\n' "$*" >&2; exit 2; }

[[ $lab_name =~ ^[a-z][a-z0-9-]{0,19}$ ]] ||
    die_usage "DUALSERVER_LAB: '$lab_name' is no name for a lab: a small letter, then at most 19 small letters, digits and dashes"

need_root() {
    [ "$(id -u)" -eq 0 ] || die "the lab must be run as root"
}

# package_of COMMAND: which Debian package brings it
package_of() {
    case $1 in
        systemd-nspawn) echo systemd-container ;;
        ip) echo iproute2 ;;
        ssh-keygen) echo openssh-client ;;
        mkfs.xfs) echo xfsprogs ;;
        mkfs.btrfs) echo btrfs-progs ;;
        mkfs.ext4) echo e2fsprogs ;;
        nsenter | unshare | setpriv | flock) echo util-linux ;;
        *) echo "$1" ;;
    esac
}

need_machine() {
    local command missing=()
    need_root
    for command in mmdebstrap systemd-nspawn ip ssh-keygen nsenter unshare setpriv flock openssl; do
        command -v "$command" >/dev/null || missing+=("$(package_of "$command")")
    done
    [ ${#missing[@]} -eq 0 ] ||
        die "packages are missing: apt-get install $(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')"
    unshare -n -m -p -f true 2>/dev/null || die "this machine allows no network, mount or process namespaces"
    grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || die "this machine's kernel has no overlay file system"
}

# lock VARIABLE FILE: waits for the lock and leaves its descriptor in VARIABLE; `unlock VARIABLE` lets go
# The file may be deleted by its holder; whoever waited for it then tries again on the new one.
lock() {
    local fd
    mkdir -p "$(dirname "$2")"
    while :; do
        exec {fd}>"$2"
        if ! flock -n "$fd"; then
            say "waiting for another lab command, which holds ${2##*/}"
            flock "$fd"
        fi
        [ ! "$2" -ef "/proc/self/fd/$fd" ] || break
        exec {fd}>&-
    done
    printf -v "$1" %s "$fd"
}

unlock() {
    local fd=${!1}
    exec {fd}>&-
}

# bytes SIZE: 300K, 96M, 2G or plain bytes, as a number
bytes() {
    [[ $1 =~ ^([0-9]{1,12})([KMGkmg]?)$ ]] || die_usage "'$1' is no size; write for instance 96M or 2G"
    local n=${BASH_REMATCH[1]}
    case ${BASH_REMATCH[2]} in
        k | K) n=$((n << 10)) ;;
        m | M) n=$((n << 20)) ;;
        g | G) n=$((n << 30)) ;;
    esac
    echo "$n"
}

# flavour_line NAME: sets f_name f_suite f_packages f_apt f_env; fails if there is none of that name
flavour_line() {
    local line
    while IFS= read -r line; do
        case $line in '#'* | '') continue ;; esac
        IFS='|' read -r f_name f_suite f_packages f_apt f_env <<<"$line"
        f_name=${f_name// /} f_suite=${f_suite// /}
        [ "$f_name" != "$1" ] || return 0
    done <"$here/flavours"
    return 1
}

flavour_names() {
    sed -n 's/^\([a-z][^ |]*\).*/\1/p' "$here/flavours"
}

default_flavour() {
    flavour_names | head -n 1
}

# start_time PID: the kernel's start time of a process, which with its id names it for good; fails when it is gone or a zombie
start_time() {
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" != Z ] && [ "${fields[0]}" != X ] || return 1
    echo "${fields[19]}"
}

# remove_tree FOLDER: never crosses into another file system
remove_tree() {
    [ ! -e "$1" ] || rm -rf --one-file-system -- "$1"
}
