# shellcheck shell=bash
# One host: its identity, its start and its end.

# cgroup_roots: the hierarchies in which systemd-nspawn keeps a host's processes
cgroup_roots() {
    local folder
    for folder in /sys/fs/cgroup /sys/fs/cgroup/unified; do
        [ ! -e "$folder/cgroup.controllers" ] || echo "$folder"
    done
    [ ! -e /sys/fs/cgroup/systemd/cgroup.procs ] || echo /sys/fs/cgroup/systemd
}

host_cgroup() { echo "dualserver-lab.$lab_name.$1"; }

# host_pid HOST: prints the id of what keeps its systemd-nspawn running; fails when that does not run
host_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$state/hosts/$1/pid" || return 1
    [ "$(start_time "$pid")" = "$started" ] || return 1
    echo "$pid"
}

# host_leader HOST: prints the id of its process number 1, seen from outside
host_leader() {
    local pid children
    pid=$(host_pid "$1") || return 1
    { children=$(<"/proc/$pid/task/$pid/children"); } 2>/dev/null
    pid=${children%% *} # its only one, once it has done with the disk
    [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = systemd-nspawn ] || return 1
    { children=$(<"/proc/$pid/task/$pid/children"); } 2>/dev/null
    [ -n "$children" ] || return 1
    echo "${children%% *}"
}

# host_enter HOST COMMAND...: as root inside, with a clean environment
host_enter() {
    local leader
    leader=$(host_leader "$1") || return 1
    shift
    nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
        /usr/bin/env -i -C /root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LOGNAME=root \
        SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

# host_line HOST: sets h_flavour and h_address
host_line() {
    local name
    while read -r name h_flavour h_address; do
        [ "$name" != "$1" ] || return 0
    done 2>/dev/null <"$state/hosts.list"
    return 1
}

host_names() { cut -d ' ' -f 1 "$state/hosts.list" 2>/dev/null || true; }

# need_host HOST: dies unless it is a host of this lab and runs
need_host() {
    [ -e "$state/ready" ] || die "the lab '$lab_name' is not up; start it with: lab up"
    host_line "$1" || die_usage "the lab '$lab_name' has no host '$1'; it has: $(host_names | tr '\n' ' ')"
    host_leader "$1" >/dev/null || die "the host '$1' of the lab '$lab_name' has died; 'lab up' starts the lab afresh"
}

# host_prepare HOST FLAVOUR ADDRESS: writes into the upper folder what makes it itself
host_prepare() {
    local folder=$state/hosts/$1 image upper type user uid gid home rest hash
    image=$(image_path "$2") upper=$folder/upper
    mkdir -p "$folder"/{work,root} "$upper"/{etc/ssh,home}
    chmod 0755 "$upper" "$upper/home" "$folder/root"

    echo "$1" >"$upper/etc/hostname"
    openssl rand -hex 16 >"$upper/etc/machine-id"
    : >"$upper/etc/resolv.conf"
    {
        printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n%s admin\n' "$(net_address "$(<"$state/index")" 2)"
        awk '{ print $3, $1 }' "$state/hosts.list"
    } >"$upper/etc/hosts"

    for type in ed25519 ecdsa rsa; do
        ssh-keygen -q -t "$type" $([ "$type" != rsa ] || echo -b 2048) -N '' -C "root@$1" -f "$upper/etc/ssh/ssh_host_${type}_key" &
    done
    wait
    for type in ed25519 ecdsa rsa; do
        echo "$1,$3,[$3]:2222,$(net_address6 "$3") $(cut -d ' ' -f 1,2 "$upper/etc/ssh/ssh_host_${type}_key.pub")" >>"$folder/known_hosts"
    done

    hash=$(openssl passwd -6 -stdin <"$state/password")
    (umask 077; awk -F : -v OFS=: -v hash="$hash" '$1 ~ /^(root|ops|opsnp|guest)$/ { $2 = hash } { print }' \
        "$image/etc/shadow" >"$upper/etc/shadow")
    chown --reference="$image/etc/shadow" "$upper/etc/shadow"
    chmod --reference="$image/etc/shadow" "$upper/etc/shadow"
    while IFS=: read -r user _ uid gid _ home rest; do
        case $user in root | ops | opsnp | guest) ;; *) continue ;; esac
        install -d -m 0700 -o "$uid" -g "$gid" "$upper$home" "$upper$home/.ssh"
        install -m 0600 -o "$uid" -g "$gid" "$state/id_ed25519.pub" "$upper$home/.ssh/authorized_keys"
    done <"$image/etc/passwd"
    [ "$1" != master ] || master_extras "$upper"
    [ "$tls" = no ] || tls_server "$1" "$3" "$image" "$upper"
}

# tls_authority: a CA of the lab's own
tls_authority() {
    (umask 077; openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=lab $lab_name CA" \
        -keyout "$state/ca-key.pem" -out "$state/ca.pem" 2>/dev/null)
}

# tls_server HOST ADDRESS IMAGE UPPER: a certificate for its server, made out to nobody (as MySQL makes its own) or to its address
tls_server() {
    local folder=$4/etc/mysql/lab-tls names='' own
    own=$(awk -F : '$1 == "mysql" { print $3 ":" $4 }' "$3/etc/passwd")
    [ "$tls" != named ] || names="subjectAltName=DNS:$1,IP:$2"
    install -d -m 0755 "$folder"
    (umask 077; openssl req -newkey rsa:2048 -nodes -subj "/CN=lab server" -keyout "$folder/key.pem" 2>/dev/null |
        openssl x509 -req -days 3650 -CA "$state/ca.pem" -CAkey "$state/ca-key.pem" -set_serial "$((RANDOM + 1))" \
            -extfile <(echo "$names") -out "$folder/cert.pem" 2>/dev/null)
    cp "$state/ca.pem" "$folder/ca.pem"
    chown "$own" "$folder"/*.pem
    chmod 0644 "$folder"/{ca,cert}.pem
    install -D -m 0644 /dev/stdin "$4$(server_options "$3")/90-lab-tls.cnf" <<'CNF'
[mysqld]
ssl-ca = /etc/mysql/lab-tls/ca.pem
ssl-cert = /etc/mysql/lab-tls/cert.pem
ssl-key = /etc/mysql/lab-tls/key.pem
CNF
}

# server_options IMAGE: the folder of option files that its server reads last
server_options() {
    local folder
    for folder in /etc/mysql/mariadb.conf.d /etc/mysql/mysql.conf.d; do
        [ ! -d "$1$folder" ] || { echo "$folder"; return; }
    done
}

# master_extras UPPER: the billing program's configuration, its reports and the writer
master_extras() {
    install -d "$1"/etc/arrowbilling "$1"/usr/local/lib/lab "$1"/etc/systemd/system
    install -m 0640 -o 0 -g 33 "$here/host/billing.ini" "$1/etc/arrowbilling/billing.ini" # 33: www-data
    install -m 0755 "$here/host/writer" "$here/host/reports" "$1/usr/local/lib/lab"
    install -m 0644 "$here/host/lab-writer.service" "$1/etc/systemd/system/lab-writer.service"
}

# host_start HOST DATA COPY SOCKET INIT: boots it in the background, with a cgroup, a session and a mount namespace of its own
host_start() {
    local folder=$state/hosts/$1 root image fd environment=()
    host_line "$1"
    flavour_line "$h_flavour"
    read -ra environment <<<"$f_env"
    image=$(image_path "$f_name")
    for root in $(cgroup_roots); do
        mkdir -p "$root/$(host_cgroup "$1")"
    done
    (
        for root in $(cgroup_roots); do
            echo "$BASHPID" >"$root/$(host_cgroup "$1")/cgroup.procs"
        done
        for fd in /proc/"$BASHPID"/fd/*; do # neither our locks nor our caller's
            fd=${fd##*/}
            [ "$fd" -le 2 ] || exec {fd}>&-
        done
        exec setsid env "${environment[@]}" unshare --mount --propagation slave \
            bash "$here/host/boot" "$folder" "$lab_name-$1" "$1" "$lab_name-$1" "$image" "$2" "$3" "$4" "$5"
    ) </dev/null >"$folder/console.log" 2>&1 &
    echo "$! $(start_time $!)" >"$folder/pid"
}

# host_again HOST INIT: ends it and boots it with another init; its disk stays, what was mounted does not
host_again() {
    host_enter "$1" sh -c 'systemctl poweroff --force 2>/dev/null || sync' || true
    host_kill "$1"
    host_start "$1" '' keep yes "$2"
    host_wait "$1"
}

# ssh_answers ADDRESS
ssh_answers() {
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/22" && read -r -t 2 line <&3 && [[ $line == SSH-* ]]' - "$1" 2>/dev/null
}

# server_answers HOST
server_answers() {
    host_enter "$1" sh -c 'exec $(command -v mariadb-admin || echo mysqladmin) --connect-timeout=2 ping' >/dev/null 2>&1
}

# host_wait HOST: until sshd and the database server answer. sshd is asked last: newer ones shut out for a while who comes often and never
# logs in (PerSourcePenalties), and the server takes the longer to come up.
host_wait() {
    local deadline=$((SECONDS + 90))
    host_line "$1"
    until server_answers "$1" && ssh_answers "$h_address"; do
        [ "$SECONDS" -lt "$deadline" ] && host_pid "$1" >/dev/null ||
            die "the host '$1' did not come up: $(host_complaint "$1")"
        sleep 0.1
    done
}

# host_complaint HOST: the last thing that its console or its journal said
host_complaint() {
    { tail -n 3 "$state/hosts/$1/console.log"
      host_enter "$1" journalctl --no-pager -n 3 -o cat -p warning; } 2>/dev/null | tr '\n' ' '
}

# cgroup_processes HOST: the ids of all living processes in its cgroups
cgroup_processes() {
    local root pid
    for root in $(cgroup_roots); do
        [ -d "$root/$(host_cgroup "$1")" ] || continue
        find "$root/$(host_cgroup "$1")" -name cgroup.procs -exec cat {} + 2>/dev/null
    done | sort -u | while read -r pid; do
        start_time "$pid" >/dev/null && echo "$pid"
    done
    return 0
}

# own_line: this shell and its ancestors, which `down` must not end even when they sit in a host's namespace
own_line() {
    local pid=$BASHPID
    while [ "$pid" -gt 1 ]; do
        echo "$pid"
        pid=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status" 2>/dev/null) && [ -n "$pid" ] || return 0
    done
}

# host_kill HOST: ends everything of it at once; its disk is thrown away anyway
host_kill() {
    local pid left root deadline=$((SECONDS + 20))
    while :; do
        left=$({ host_pid "$1" || true
                 cgroup_processes "$1"
                 [ ! -e "/run/netns/$lab_name-$1" ] || ip netns pids "$lab_name-$1" 2>/dev/null || true
               } | sort -u | grep -vxF "$(own_line)" || true)
        [ -n "$left" ] && [ "$SECONDS" -lt "$deadline" ] || break
        for pid in $left; do
            kill -KILL "$pid" 2>/dev/null || true
        done
        sleep 0.05
    done
    [ -z "$left" ] || die "these processes of the host '$1' do not end: $left"
    for root in $(cgroup_roots); do
        # a cgroup stays busy for a moment after its last process has died
        while [ -d "$root/$(host_cgroup "$1")" ] && [ "$SECONDS" -lt "$deadline" ]; do
            find "$root/$(host_cgroup "$1")" -depth -type d -exec rmdir {} \; 2>/dev/null || sleep 0.02
        done
    done
}
