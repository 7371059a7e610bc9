# shellcheck shell=bash
# The network of a lab with index N: a bridge in the namespace NAME-admin, a namespace NAME-HOST for each host, and a cable from this
# machine's own namespace. 198.18.N.1 this machine, .2 the admin namespace, .11 and up the hosts; fd00:198:18:N:: likewise.

hosts_first=11

net_address() { echo "198.18.$1.$2"; }
# net_address6 ADDRESS: the IPv6 address of who has that one
net_address6() {
    local index=${1#198.18.}
    echo "fd00:198:18:${index%.*}::${1##*.}"
}

# net_mark: what the lab writes on its bridge, so that it is known even when its state folder is lost
net_mark() {
    ip -n "$lab_name-admin" link show dev br0 2>/dev/null | sed -n 's/^ *alias dualserver-lab //p'
}

# net_index_free N: nothing on this machine uses the subnet or the cable's name
net_index_free() {
    ! ip link show dev "dslab$1" >/dev/null 2>&1 &&
        ! cat "$labs"/*/index 2>/dev/null | grep -qx "$1" &&
        [ -z "$(ip -4 route show table all match "198.18.$1.0/24" | grep -v default)" ] &&
        [ -z "$(ip -4 route show table all root "198.18.$1.0/24")" ]
}

# net_claim: takes a free index, records it in the state folder, and builds the admin side
net_claim() {
    local n held
    lock held "$labs/.lock-index"
    for ((n = 1; n < 255; n++)); do
        net_index_free "$n" && break
    done
    [ "$n" -lt 255 ] || die "no free network is left in 198.18.0.0/16"
    echo "$n" >"$state/index"
    ip netns add "$lab_name-admin"
    ip link add "dslab$n" type veth peer name uplink netns "$lab_name-admin"
    unlock held
    ip link set "dslab$n" alias "dualserver-lab $n $state" up
    ip address add "$(net_address "$n" 1)/24" dev "dslab$n"
    ip address add "$(net_address6 "$(net_address "$n" 1)")/64" dev "dslab$n" nodad
    ip -n "$lab_name-admin" -batch - <<EOF
link set lo up
link add br0 type bridge
link set br0 alias "dualserver-lab $n $state"
address add $(net_address "$n" 2)/24 dev br0
address add $(net_address6 "$(net_address "$n" 2)")/64 dev br0 nodad
link set br0 up
link set uplink master br0 up
EOF
}

# net_add_host HOST ADDRESS
net_add_host() {
    ip netns add "$lab_name-$1"
    ip -n "$lab_name-admin" link add "v-$1" type veth peer name host0 netns "$lab_name-$1"
    ip -n "$lab_name-admin" link set "v-$1" master br0 up
    ip -n "$lab_name-$1" -batch - <<EOF
link set lo up
address add $2/24 dev host0
address add $(net_address6 "$2")/64 dev host0 nodad
link set host0 up
EOF
}

# net_remove N HOST...: whatever of it exists
net_remove() {
    local n=$1 host
    shift
    [ -z "$n" ] || ip link delete dev "dslab$n" 2>/dev/null || true
    for host in "$@"; do
        ip -n "$lab_name-admin" link delete dev "v-$host" 2>/dev/null || true
    done
    for host in "$@" admin; do
        [ ! -e "/run/netns/$lab_name-$host" ] || ip netns delete "$lab_name-$host"
    done
}

lab_net() {
    [ $# -eq 2 ] && [[ $2 == up || $2 == down ]] || die_usage "usage: lab net HOST up|down"
    need_root
    need_host "$1"
    ip -n "$lab_name-admin" link set dev "v-$1" "$2"
}
