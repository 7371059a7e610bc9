# shellcheck shell=bash
# up and down.

default_size=64M
copy_limit=$((4 << 30)) # data directories above this are stacked, not copied, at a start

# clean_up: removes whatever there is of this lab; safe at any moment and as often as you like
clean_up() {
    local hosts=() index='' mark host
    mark=$(net_mark || true)
    if [ -n "$mark" ] && [ "${mark#* }" != "$state" ] && [ -d "${mark#* }" ]; then
        die "another lab named '$lab_name' runs from ${mark#* }; choose a name with DUALSERVER_LAB"
    fi
    [ -d "$state" ] || [ -n "$mark" ] || return 0
    index=$(cat "$state/index" 2>/dev/null || echo "${mark%% *}")
    mapfile -t hosts < <({
        host_names
        [ ! -d "$state/hosts" ] || ls "$state/hosts"
        [ -z "$index" ] || ip -n "$lab_name-admin" -o link 2>/dev/null | sed -n 's/^[0-9]*: v-\([^@:]*\).*/\1/p'
    } | sort -u)
    for host in "${hosts[@]}"; do
        host_kill "$host"
    done
    [ -z "$index" ] || net_remove "$index" "${hosts[@]}"
    remove_tree "$state"
}

lab_is_up() {
    local host
    [ -e "$state/ready" ] || return 1
    for host in $(host_names); do
        host_leader "$host" >/dev/null || return 1
    done
}

# up_arguments ARGUMENT...: fills the variables that lab_up declares
up_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
            --master | --slave | --size) [ $# -gt 1 ] || die_usage "$1 wants a value" ;;
        esac
        case $1 in
            --master) master=$2; shift ;;
            --slave) slaves+=("$2"); shift ;;
            --size) size=$(bytes "$2"); shift ;;
            --writer) writer=yes ;;
            --empty) empty=yes ;;
            --no-socket) socket=no ;;
            --tls) tls=anonymous ;;
            --tls-named) tls=named ;;
            *) die_usage "up: unknown argument '$1'" ;;
        esac
        shift
    done
    [ "$writer$empty" != yesyes ] || die_usage "up: --writer needs the billing database, which --empty leaves out"
    [ ${#slaves[@]} -gt 0 ] || slaves=("$(default_flavour)")
    local flavour
    for flavour in "$master" "${slaves[@]}"; do
        image_path "$flavour" >/dev/null
    done
}

lab_up() {
    local master size writer=no empty=no socket=yes tls=no slaves=() lab_held spec
    master=$(default_flavour) size=$(bytes "$default_size")
    up_arguments "$@"
    need_machine
    spec="$master ${slaves[*]} size=$size empty=$empty socket=$socket tls=$tls"

    (umask 077; mkdir -p "$labs")
    lock lab_held "$labs/.lock-$lab_name"
    if lab_is_up; then
        [ "$(<"$state/spec")" = "$spec" ] ||
            die "the lab '$lab_name' runs already, as: $(<"$state/spec"); end it first with: lab down"
        say "the lab '$lab_name' is up already"
    else
        clean_up
        up_caches
        trap 'say "not up: cleaning up"; trap - EXIT; clean_up' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM HUP
        up_fresh
        trap - EXIT INT TERM HUP
        say "the lab '$lab_name' is up: $(awk '{ printf "%s %s (%s)  ", $1, $3, $2 }' "$state/hosts.list")"
    fi
    unlock lab_held
    [ "$writer" = no ] || lab_writer start
}

# up_caches: what takes long, only the first time
up_caches() {
    local flavour
    for flavour in "$master" "${slaves[@]}"; do
        build_image "$flavour"
    done
    [ "$empty" = no ] || return 0
    build_data "$master" master "$size"
    for flavour in "${slaves[@]}"; do
        build_data "$flavour" slave 0
    done
}

up_fresh() {
    local host flavour address data copy job jobs=()
    up_state
    net_claim
    up_list >"$state/hosts.list"
    [ "$tls" = no ] || tls_authority

    while read -r host flavour address; do
        { host_prepare "$host" "$flavour" "$address" && net_add_host "$host" "$address"; } &
        jobs+=($!)
    done <"$state/hosts.list"
    for job in "${jobs[@]}"; do
        wait "$job" || die "a host could not be prepared"
    done
    cat "$state"/hosts/*/known_hosts >"$state/known_hosts"

    for host in $(host_names); do
        host_line "$host"
        data='' copy=yes
        if [ "$empty" = no ]; then
            data=$(if [ "$host" = master ]; then data_path "$h_flavour" master "$size"; else data_path "$h_flavour" slave 0; fi)
            [ "$host" != master ] || [ "$size" -le "$copy_limit" ] || copy=no
        fi
        host_start "$host" "$data" "$copy" "$socket" systemd
    done
    for host in $(host_names); do
        host_wait "$host"
    done
    touch "$state/ready"
}

# up_list: a line `HOST FLAVOUR ADDRESS` for each host
up_list() {
    local n index name=slave
    index=$(<"$state/index")
    echo "master $master $(net_address "$index" "$hosts_first")"
    for n in "${!slaves[@]}"; do
        [ "$n" -eq 0 ] || name=slave$((n + 1))
        echo "$name ${slaves[n]} $(net_address "$index" $((hosts_first + 1 + n)))"
    done
}

# up_state: the state folder with its secrets
up_state() {
    (
        umask 077
        mkdir -p "$state/hosts"
        ssh-keygen -q -t ed25519 -N '' -C "lab $lab_name" -f "$state/id_ed25519"
        echo "lab-$(openssl rand -hex 6)" >"$state/password"
        echo "$spec" >"$state/spec"
    )
}

lab_down() {
    local lab_held
    [ $# -eq 0 ] || die_usage "down takes no arguments"
    need_root
    mkdir -p "$labs"
    lock lab_held "$labs/.lock-$lab_name"
    clean_up
    rm -f "$labs/.lock-$lab_name"
    unlock lab_held
    say "the lab '$lab_name' is down"
}
