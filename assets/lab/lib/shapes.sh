# shellcheck shell=bash
# Shapes: what a host may be like besides Debian's default, each a function shape_NAME HOST. What the program has to be told
# about it is noted with `answer` and comes out of `lab answers`.

# answer HOST KEY VALUE: an empty value takes the key away
answer() { echo "$2 = $3" >>"$state/hosts/$1/answers"; }

# server_stop HOST, server_start HOST: the database server, with its socket unit where that is active
server_stop() {
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -c 'for unit in mariadb.socket mariadb.service; do
        ! systemctl -q is-active "$unit" || { systemctl stop "$unit"; echo "$unit"; }; done' >"$state/hosts/$1/stopped" 2>/dev/null
}
server_start() {
    local units
    mapfile -t units <"$state/hosts/$1/stopped"
    host_enter "$1" systemctl start "${units[@]}"
}

# ---- how one logs in

shape_sshport() { # sshd on port 2222
    host_enter "$1" sh -c 'echo Port 2222 >/etc/ssh/sshd_config.d/port.conf; systemctl restart ssh'
    answer "$1" port 2222
}

shape_sudo() { # as a user whose sudo asks for a password, by passwords only
    host_enter "$1" rm -f /home/ops/.ssh/authorized_keys
    answer "$1" user ops
    answer "$1" identity ''
    answer "$1" ssh_password_file "$state/password"
    answer "$1" sudo yes
    answer "$1" sudo_password_file "$state/password"
}

shape_sudofree() { # as a user whose sudo asks for none
    answer "$1" user opsnp
    answer "$1" sudo yes
}

shape_agent() { # by a key that only an agent has
    answer "$1" identity ''
}

shape_local() { # the program runs on that host itself
    local key
    answer "$1" host local
    for key in user identity known_hosts; do answer "$1" "$key" ''; done
}

shape_ipv6() {
    answer "$1" host "$(net_address6 "$h_address")"
    answer "$1" address "$(net_address6 "$h_address")"
}

# The hosts know it by an address that this machine does not know, and by no other.
shape_address() {
    local host own=$h_address
    for host in $(host_names); do
        host_line "$host"
        ip -n "$lab_name-$host" address replace "${h_address/198.18./198.19.}/24" dev host0
        [ "$host" = "$1" ] || ip -n "$lab_name-$host" route replace unreachable "$own/32"
    done
    answer "$1" address "${own/198.18./198.19.}"
}

# ---- the database server

shape_nosocket() { # nobody listens for it: its own bind-address counts
    host_enter "$1" sh -c 'systemctl disable -q --now mariadb.socket; systemctl restart mariadb' 2>/dev/null
}

shape_moved() { # data directory, socket and port are not the usual ones
    server_stop "$1"
    host_enter "$1" sh -ec 'install -d -o mysql -g mysql "/srv/billing data" /srv/billing-run
        mv -T /var/lib/mysql "/srv/billing data/my sql"
        printf "[mysqld]\ndatadir = /srv/billing data/my sql\n[client-server]\nsocket = /srv/billing-run/db.sock\nport = 3307\n" \
            >/etc/mysql/mariadb.conf.d/60-moved.cnf'
    # systemd would go on listening at the old places, and hand these on
    grep -v socket "$state/hosts/$1/stopped" >"$state/hosts/$1/kept"
    mv "$state/hosts/$1/kept" "$state/hosts/$1/stopped"
    server_start "$1"
}

shape_renamed() { # its service is called billing-db
    server_stop "$1"
    host_enter "$1" sh -ec 'sed "/^Alias=/d" /lib/systemd/system/mariadb.service >/etc/systemd/system/billing-db.service
        systemctl disable -q mariadb.service mariadb.socket; systemctl mask -q mariadb.service mysql.service mysqld.service
        systemctl daemon-reload; systemctl enable -q --now billing-db.service' 2>/dev/null
    answer "$1" service billing-db
}

shape_mount() { # its data directory is a file system of its own, one that can share blocks
    server_stop "$1"
    host_enter "$1" mv -T /var/lib/mysql /var/lib/mysql.old
    lab_disk "$1" /var/lib/mysql 1G xfs
    host_enter "$1" sh -ec 'cp -a /var/lib/mysql.old/. /var/lib/mysql; chown --reference=/var/lib/mysql.old /var/lib/mysql
        chmod --reference=/var/lib/mysql.old /var/lib/mysql; rm -rf /var/lib/mysql.old'
    server_start "$1"
}

shape_rootpw() { # its root wants a password, on the socket too; the host's own root keeps it in ~/.my.cnf
    local password
    password=$(<"$state/password")
    printf "ALTER USER root@localhost IDENTIFIED BY '%s'" "$password" | host_enter "$1" mariadb
    printf '[client]\npassword = %s\n' "$password" | host_enter "$1" sh -c 'umask 077; cat >/root/.my.cnf'
    answer "$1" db_password_file "$state/password"
}

shape_tcp() { # the account for the program may come over TCP only
    printf "GRANT ALL ON *.* TO 'keeper'@'127.0.0.1' IDENTIFIED BY '%s' WITH GRANT OPTION" "$(<"$state/password")" |
        host_enter "$1" mariadb
    answer "$1" db_user keeper
    answer "$1" db_password_file "$state/password"
    answer "$1" db_port "$(host_enter "$1" mariadb -BNe 'SELECT @@port')"
}

shape_sysv() { # no systemd; the first shape of a host, for it is booted afresh
    host_enter "$1" systemctl stop mariadb.socket mariadb.service 2>/dev/null
    install -D -m 0755 "$here/host/init" "$state/hosts/$1/upper/usr/local/lib/lab/init"
    # where nothing listens at /dev/log
    printf '[mysqld]\nlog_error = /var/log/mysql/error.log\n[mysqld_safe]\nskip_syslog\n' |
        host_enter "$1" sh -c 'cat >/etc/mysql/mariadb.conf.d/60-log.cnf'
    host_again "$1" sysv
}

shape_rebooted() { # its plug was pulled, and it has booted again; what was mounted is gone
    host_kill "$1"
    host_start "$1" '' keep yes systemd
    host_wait "$1"
}

shape_names() { sed -n 's/^shape_\([a-z0-9]*\)() {.*/\1/p' "$here/lib/shapes.sh" | grep -v '^names$'; }

lab_shape() {
    local host shape
    [ $# -ge 2 ] || die_usage "usage: lab shape HOST SHAPE...; shapes: $(shape_names | tr '\n' ' ')"
    need_root
    host=$1
    shift
    for shape; do
        need_host "$host"
        [[ $shape =~ ^[a-z0-9]+$ ]] && shape_names | grep -qx "$shape" ||
            die_usage "there is no shape '$shape'; there are: $(shape_names | tr '\n' ' ')"
        "shape_$shape" "$host"
    done
}
