# shellcheck shell=bash
# What one does with a lab that is up.

lab_shell() {
    [ $# -gt 0 ] || die_usage "usage: lab shell HOST [COMMAND [ARGUMENT...]]"
    need_root
    need_host "$1"
    local host=$1
    shift
    if [ $# -eq 0 ] && [ -t 0 ]; then
        exec ssh -i "$state/id_ed25519" -o IdentitiesOnly=yes -o UserKnownHostsFile="$state/known_hosts" "root@$h_address"
    fi
    [ $# -gt 0 ] || set -- bash -l
    host_enter "$host" "$@"
}

lab_answers() {
    local host section
    [ $# -eq 0 ] || die_usage "answers takes no arguments"
    need_root
    lab_is_up || die "the lab '$lab_name' is not up; start it with: lab up"
    printf '[run]\ndatabase = billing\n'
    for host in $(host_names); do
        host_line "$host"
        section=$host
        [[ $host =~ ^(master|slave)$ ]] || section="slave $host"
        printf '\n[%s]\n' "$section"
        # what a shape has changed comes later and counts
        { printf 'host = %s\nuser = root\nidentity = %s\nknown_hosts = %s\naddress = %s\n' \
            "$h_address" "$state/id_ed25519" "$state/known_hosts" "$h_address"
          cat "$state/hosts/$host/answers" 2>/dev/null || true
        } | awk -F ' = ' '!($1 in value) { keys[++n] = $1 } { value[$1] = $2 }
            END { for (i = 1; i <= n; i++) if (value[keys[i]] != "") print keys[i] " = " value[keys[i]] }'
    done
    printf '\n[reports]\nbilling_ini = /etc/arrowbilling/billing.ini\n'
}

# The writer of a host without systemd is a process of its own.
writer_bare() { ! host_enter master test -d /run/systemd/system; }
writer_pid() { host_enter master pgrep -o -f '^/bin/bash /usr/local/lib/lab/writer'; }
writer_start_bare() { writer_pid >/dev/null || host_enter master setsid -f /usr/local/lib/lab/writer >/dev/null 2>&1 </dev/null; }
writer_stop_bare() {
    local pid
    pid=$(writer_pid) || return 0
    host_enter master sh -c 'kill "$1" && while kill -0 "$1" 2>/dev/null; do sleep 0.1; done' - "$pid"
}

# writer_state: running, stopped or failed
writer_state() {
    if writer_bare 2>/dev/null; then
        if writer_pid >/dev/null 2>&1; then echo running; else echo stopped; fi
        return
    fi
    case $(host_enter master systemctl is-active lab-writer.service 2>/dev/null || true) in
        active | activating | reloading) echo running ;;
        failed) echo failed ;;
        *) echo stopped ;;
    esac
}

lab_writer() {
    [ $# -eq 1 ] || die_usage "usage: lab writer start|stop|status"
    need_root
    need_host master
    case $1 in
        start) if writer_bare; then writer_start_bare; else host_enter master systemctl start lab-writer.service; fi ;;
        stop) if writer_bare; then writer_stop_bare; else host_enter master systemctl stop lab-writer.service; fi ;;
        status)
            printf '%s %s\n' "$(writer_state)" "$(host_enter master sh -c 'cat /var/lib/lab/writer.acked 2>/dev/null | wc -l')"
            [ "$(writer_state)" = running ] ;;
        *) die_usage "usage: lab writer start|stop|status" ;;
    esac
}

# lab_tmpfs HOST PATH SIZE|off: a small file system, to be filled
lab_tmpfs() {
    [ $# -eq 3 ] || die_usage "usage: lab tmpfs HOST PATH SIZE|off"
    local size=$3
    need_root
    need_host "$1"
    if [ "$size" = off ]; then
        host_enter "$1" umount -- "$2"
    else
        size=$(bytes "$size")
        host_enter "$1" mkdir -p -- "$2"
        host_enter "$1" mount -t tmpfs -o "size=$size,mode=0755" lab-tmpfs "$2"
    fi
}

# lab_disk HOST PATH SIZE|off [TYPE]: a disk of its own in the host; its loop device goes when it is unmounted or the host dies
lab_disk() {
    [ $# -ge 3 ] && [ $# -le 4 ] || die_usage "usage: lab disk HOST PATH SIZE|off [ext4|xfs|btrfs]"
    local size=$3 type=${4:-ext4} file loop node
    need_root
    need_host "$1"
    if [ "$size" = off ]; then
        host_enter "$1" umount -- "$2"
        return
    fi
    size=$(bytes "$size")
    command -v "mkfs.$type" >/dev/null || die "mkfs.$type is missing: apt-get install $(package_of "mkfs.$type")"
    file=$(mktemp "$state/hosts/$1/disk.XXXXXX")
    truncate -s "$size" "$file"
    "mkfs.$type" -q "$file" || die "no $type of $3 could be made"
    loop=$(losetup --find --show "$file") || die "this machine has no free loop device"
    node=/dev/${loop##*/}
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -ec 'mkdir -p -- "$2"; mknod "$1" b "$3" "$4"; trap "rm -f \"$1\"" EXIT; mount -t "$5" -- "$1" "$2"' - \
        "$node" "$2" $((16#$(stat -c %t "$loop"))) $((16#$(stat -c %T "$loop"))) "$type" || { losetup -d "$loop"; die "not mounted"; }
    losetup -d "$loop" # in use, so: when it is no more
    rm -f "$file"
}

yes_no() { if "$@"; then echo yes; else echo no; fi; }

lab_status() {
    local json=no up=no host
    case ${1:-} in
        '') ;;
        --json) json=yes ;;
        *) die_usage "usage: lab status [--json]" ;;
    esac
    need_root
    ! lab_is_up || up=yes
    if [ "$json" = yes ]; then status_json; else status_text; fi
    [ "$up" = yes ]
}

# status_rows: HOST FLAVOUR ADDRESS UP SSH SERVER, the last three yes or no
status_rows() {
    local alive
    for host in $(host_names); do
        host_line "$host"
        alive=$(yes_no host_leader "$host" 2>/dev/null | tail -n 1)
        if [ "$alive" = yes ]; then
            echo "$host $h_flavour $h_address yes $(yes_no ssh_answers "$h_address") $(yes_no server_answers "$host")"
        else
            echo "$host $h_flavour $h_address no no no"
        fi
    done
}

status_text() {
    local name flavour address alive ssh server
    if [ "$up" = no ] && [ ! -e "$state/hosts.list" ]; then
        echo "lab $lab_name: down"
        return
    fi
    echo "lab $lab_name: $([ "$up" = yes ] && echo up || echo broken), namespace $lab_name-admin, state in $state"
    while read -r name flavour address alive ssh server; do
        printf '%-8s %-14s %-15s %-5s ssh: %-4s server: %s\n' \
            "$name" "$flavour" "$address" "$([ "$alive" = yes ] && echo up || echo down)" "$ssh" "$server"
    done < <(status_rows)
    [ "$up" = no ] || echo "writer: $(writer_state)"
}

json_bool() { if [ "$1" = yes ]; then echo true; else echo false; fi; }

# names, flavours and addresses hold nothing that JSON would have to escape; the state folder's name might
json_text() { sed 's/["\\]/\\&/g' <<<"$1"; }

status_json() {
    local name flavour address alive ssh server comma='' index
    index=$(cat "$state/index" 2>/dev/null || echo 0)
    printf '{"name":"%s","up":%s,"subnet":"198.18.%s.0/24","admin":"%s-admin","state":"%s",' \
        "$lab_name" "$(json_bool "$up")" "$index" "$lab_name" "$(json_text "$state")"
    printf '"identity":"%s","known_hosts":"%s","password_file":"%s",' \
        "$(json_text "$state/id_ed25519")" "$(json_text "$state/known_hosts")" "$(json_text "$state/password")"
    printf '"writer":"%s","hosts":[' "$([ "$up" = yes ] && writer_state || echo stopped)"
    while read -r name flavour address alive ssh server; do
        printf '%s{"name":"%s","flavour":"%s","address":"%s","up":%s,"ssh":%s,"server":%s}' "$comma" \
            "$name" "$flavour" "$address" "$(json_bool "$alive")" "$(json_bool "$ssh")" "$(json_bool "$server")"
        comma=,
    done < <(status_rows)
    printf ']}\n'
}
