# lib.sh - what the lab tests share: TAP output, a lab of one's own, comparison of two servers with their own SQL.
# Sourced by the tests; they set LAB_NAME first. Nothing here goes through the program under test.

set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${DUALSERVER:=$here/build/dualserver}" "${LAB:=$here/assets/lab/lab}"
export DUALSERVER_LAB=$LAB_NAME
work=$(mktemp -d) number=0 failures=0

lab() { bash "$LAB" "$@"; }
on() { local host=$1; shift; lab shell "$host" "$@"; }
# The server's own tools on a host, whoever made them.
client() { local host=$1; shift; on "$host" sh -c 'exec "$(command -v mariadb || command -v mysql)" "$@"' - "$@"; }
checker() { local host=$1; shift; on "$host" sh -c 'exec "$(command -v mariadb-check || command -v mysqlcheck)" "$@"' - "$@"; }
dumper() {
    local host=$1; shift
    on "$host" sh -c 'if tool=$(command -v mariadb-dump); then exec "$tool" "$@"; fi; exec mysqldump --set-gtid-purged=OFF "$@"' - "$@"
}
sql() { local host=$1; shift; client "$host" --batch --skip-column-names --default-character-set=utf8mb4 -e "$*"; }

finish() {
    trap '' INT TERM HUP # what must be removed is removed, however impatient somebody is
    lab down >/dev/null 2>&1
    rm -rf "$work"
    echo "1..$number"
    [ "$failures" = 0 ]
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# check TEXT COMMAND...: one TAP line; what a failed command printed follows as comments.
check() {
    local text=$1; shift
    number=$((number + 1))
    if "$@" >"$work/said" 2>&1; then
        echo "ok $number - $text"
    else
        failures=$((failures + 1))
        echo "not ok $number - $text"
        cut -c1-240 "$work/said" | sed 's/^/# /' | tail -n 40
        return 1
    fi
}

# wait_until SECONDS COMMAND...: tries until it succeeds.
wait_until() {
    local end=$((SECONDS + $1)); shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        read -rt 0.2 <> <(:) || :
    done
}

# run_program EXPECTED_EXIT ARGS...: output in $work/out and $work/err. It stays in this process group: who ends the test ends it.
run_program() {
    local expected=$1 rc=0; shift
    timeout --foreground "${LIMIT_S:-600}" "$DUALSERVER" --state-dir "$work/state" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
    [ "$rc" = "$expected" ] && return 0
    echo "exit $rc, expected $expected: dualserver $*"
    tail -n 30 "$work/out"; cat "$work/err"
    return 1
}

master_runs() { [ "$(sql master 'SELECT 1')" = 1 ]; }

tables() { sql "$1" "SELECT table_name FROM information_schema.tables WHERE table_schema='billing' AND table_type='BASE TABLE' ORDER BY 1"; }

# Every row of every table of billing, ordered and hashed by the host, without what dump tools of different series write around it; a name's letters that --batch escapes are put back.
row_sums() {
    on "$1" bash -c '
        set -o pipefail
        if dump=$(command -v mariadb-dump); then client=mariadb; else client=mysql dump="mysqldump --set-gtid-purged=OFF"; fi
        $client -BN -e "SELECT table_name FROM information_schema.tables WHERE table_schema=\"billing\" AND table_type=\"BASE TABLE\" AND engine NOT IN (\"MEMORY\", \"BLACKHOLE\") ORDER BY 1" |
        while IFS= read -r escaped; do
            table=$(printf "%b" "$escaped")
            sum=$($dump --skip-comments --no-create-info --skip-triggers --hex-blob --skip-extended-insert --compact billing "$table" | sed -n "/^INSERT/p" | LC_ALL=C sort | sha256sum) || exit 1
            printf "rows %s %s\n" "$sum" "$escaped"
        done'
}

# Every definition, as the server tells it: two servers of one version tell the same.
definitions() {
    client "$1" -BN -e "
        SELECT 'database', default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name='billing';
        SELECT 'view', table_name, view_definition, definer FROM information_schema.views WHERE table_schema='billing' ORDER BY 2;
        SELECT 'trigger', trigger_name, action_statement, definer, sql_mode FROM information_schema.triggers WHERE trigger_schema='billing' ORDER BY 2;
        SELECT 'routine', routine_name, routine_type, routine_definition, definer, sql_mode FROM information_schema.routines WHERE routine_schema='billing' ORDER BY 2, 3;
        SELECT 'event', event_name, event_definition, interval_value, interval_field, definer FROM information_schema.events WHERE event_schema='billing' ORDER BY 2;
        SELECT 'column', table_name, ordinal_position, column_name, column_type, is_nullable, column_default, extra, generation_expression, collation_name FROM information_schema.columns WHERE table_schema='billing' ORDER BY 2, 3;
        SELECT 'index', table_name, index_name, seq_in_index, column_name, index_type, non_unique FROM information_schema.statistics WHERE table_schema='billing' ORDER BY 2, 3, 4;
        SELECT 'check', constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema='billing' ORDER BY 2, 3;
        SELECT 'key', constraint_name, table_name, referenced_table_name, update_rule, delete_rule FROM information_schema.referential_constraints WHERE constraint_schema='billing' ORDER BY 2, 3;
        SELECT 'partition', table_name, partition_name, subpartition_name, partition_description FROM information_schema.partitions WHERE table_schema='billing' AND partition_name IS NOT NULL ORDER BY 2, 3, 4;
        SELECT 'table', table_name, engine, row_format, table_collation, TRIM(REPLACE(create_options, 'page_checksum=1', '')) FROM information_schema.tables WHERE table_schema='billing' AND table_type='BASE TABLE' ORDER BY 2"
}

# Sorted here: names that the server's collation takes for equal come in any order. Where a table's file lies is its server's affair.
fingerprint() { { row_sums "$1" && definitions "$1"; } >"$work/fingerprint.$1" && sed "s/DATA DIRECTORY='[^']*'//" "$work/fingerprint.$1" | LC_ALL=C sort; }

# What one word of SQL is to either vendor.
binlog_status() { sql "$1" 'SHOW BINARY LOG STATUS' 2>/dev/null || sql "$1" 'SHOW MASTER STATUS'; }
wait_position() { sql "$1" "SELECT SOURCE_POS_WAIT('$2', $3, 60) >= 0" 2>/dev/null || sql "$1" "SELECT MASTER_POS_WAIT('$2', $3, 60) >= 0"; }
replicates() { [ "$(client slave --vertical -e 'SHOW REPLICA STATUS' | grep -c '_Running: Yes')" = 2 ]; }

# The slave's server is killed and starts again: what it had taken over must be what it recovers.
crash_slave() {
    on slave sh -c 'pkill -KILL -x "mariadbd|mysqld"; for unit in mariadb mysql; do systemctl -q cat $unit 2>/dev/null >&2 && { systemctl start $unit; break; }; done'
    wait_until 60 replicates
}

# The slave has executed all that the master wrote.
caught_up() {
    local file position
    read -r file position _ < <(binlog_status master)
    [ "$(wait_position slave "$file" "$position")" = 1 ]
}

# Every row that the writer's server acknowledged is there. $work/acked: what the writer noted.
acked_on() {
    local host=$1 table key missing=0
    for table in $(cut -d' ' -f1 "$work/acked" | sort -u); do
        key=$(sql "$host" "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema='billing' AND table_name='$table' AND constraint_name='PRIMARY' ORDER BY ordinal_position LIMIT 1")
        sql "$host" "SELECT $key FROM billing.$table" | sort -u >"$work/have"
        awk -v t="$table" '$1 == t { print $2 }' "$work/acked" | sort -u | comm -23 - "$work/have" >"$work/missing"
        missing=$((missing + $(wc -l <"$work/missing")))
        sed "s/^/$table: not there: /" "$work/missing" | head -n 3
    done
    [ "$missing" = 0 ] || { echo "$missing acknowledged rows are missing on the $host"; return 1; }
}

views_readable() {
    local view count=0
    while IFS= read -r view; do
        sql slave "SELECT COUNT(*) FROM billing.\`$view\`" || return 1
        count=$((count + 1))
    done < <(sql slave "SELECT table_name FROM information_schema.views WHERE table_schema='billing'")
    [ "$count" -ge 2 ]
}

same_servers() {
    caught_up || { echo "the slave does not catch up"; client slave --vertical -e 'SHOW REPLICA STATUS'; return 1; }
    fingerprint master >"$work/master.print" && fingerprint slave >"$work/slave.print" || return 1
    [ "$(grep -c ^rows "$work/master.print")" -ge 5 ] || { echo "too few tables were compared"; return 1; }
    diff "$work/master.print" "$work/slave.print"
}

# An account `deploy` with the lab's key, whom sudo allows everything until the gate is there; on the slave it asks for a password.
make_deploy() {
    local ask=NOPASSWD:
    [ "$1" != slave ] || ask=
    # shellcheck disable=SC2016 # for the shell inside
    on "$1" sh -c 'set -eu; useradd -m -s /bin/bash deploy; install -d -m 700 -o deploy /home/deploy/.ssh
        install -m 600 -o deploy /root/.ssh/authorized_keys /home/deploy/.ssh/authorized_keys
        echo deploy:open-sesame | chpasswd
        echo "deploy ALL=(ALL:ALL) $1 ALL" >/etc/sudoers.d/first; chmod 0440 /etc/sudoers.d/first' - "$ask"
}

# print_rules SIDE: what the plan in $work/plan says for root's shell there
print_rules() {
    awk -v side="on the $1," 'on && /^$/ && !text { text = 1; next } text; /Least privilege/ { on = index($0, side) > 0; text = 0 }
        /mv -f .*sudoers.d\/dualserver$/ { on = text = 0 }' "$work/plan"
}

# least_privilege: makes $work/answers those of deploy, whose sudo allows the gate of the plan and nothing else
least_privilege() {
    local side
    printf 'open-sesame\n' >"$work/sudo_password" && chmod 600 "$work/sudo_password" || return 1
    sed -i 's/^user = root$/user = deploy\nsudo = yes/' "$work/answers" && make_deploy master && make_deploy slave || return 1
    sed -i "/^\[slave\]/a sudo_password_file = $work/sudo_password" "$work/answers"
    run_program 3 setup --answers "$work/answers" --plan || return 1
    mv "$work/out" "$work/plan"
    for side in master slave; do
        print_rules "$side" >"$work/rules.$side"
        on "$side" sh -eu <"$work/rules.$side" && on "$side" rm -f /etc/sudoers.d/first || return 1
    done
}

# on_terminal EXPECTED_EXIT TYPED ARGS...: the program in a terminal of its own, where the lines TYPED are answers to its questions.
on_terminal() {
    local expected=$1 typed=$2 rc=0; shift 2
    timeout --foreground 600 script -qec "$(printf '%q ' "$DUALSERVER" --state-dir "$work/state" "$@")" /dev/null \
        < <(printf '%b' "$typed") >"$work/out" 2>"$work/err" || rc=$?
    [ "$rc" = "$expected" ] && return 0
    echo "exit $rc, expected $expected: dualserver $*"
    tail -n 30 "$work/out"; cat "$work/err"
    return 1
}
# A run that ends proven and keeps what undo needs: asked at its end, a person says no.
setup_keeping() { on_terminal 0 'no\n' setup --plain "$@" && grep -q 'Let go of what run' "$work/out"; }

# The next copy in the stop runs a command first: then the master's mysqld is down, and step 3 is under way. $2: a tool that it uses.
in_the_stop() {
    local tool=${2:-sort}
    on master rm -f /run/in-the-stop
    on master bash -c "cat >/usr/local/bin/$tool; chmod 755 /usr/local/bin/$tool" <<HOOK
#!/bin/sh
if ! pidof mariadbd >/dev/null; then rm -f /usr/local/bin/$tool; : >/run/in-the-stop; $1; fi
exec /usr/bin/$tool "\$@"
HOOK
}
reaches_the_stop() { wait_until 60 lab shell master test -e /run/in-the-stop; }
stopped() { ! on master pidof mariadbd >/dev/null; }

# ---- a run that is broken off: what was before, and what must be so afterwards

# host_of SIDE: its address in the answers
host_of() { sed -n "/^\[$1\]/,/^\[/s/^host *= *//p" "$work/answers" | head -n 1; }

# The slave gets a billing of its own, with a view, a trigger and an event, and an account of the reports' name; $1: the master's address.
own_billing() {
    sql slave "CREATE DATABASE billing CHARACTER SET latin1; CREATE TABLE billing.own (id INT PRIMARY KEY, word VARCHAR(20)) ENGINE=InnoDB;
        INSERT INTO billing.own VALUES (1, 'mine'), (2, 'ours'); CREATE TABLE billing.old_calls (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO billing.old_calls VALUES (7);
        CREATE VIEW billing.own_view AS SELECT word FROM billing.own; CREATE TRIGGER billing.own_trigger BEFORE INSERT ON billing.own FOR EACH ROW SET NEW.word = UPPER(NEW.word);
        CREATE EVENT billing.own_event ON SCHEDULE EVERY 1 DAY DO DELETE FROM billing.own WHERE id = 99;
        CREATE USER reportreader@'$1' IDENTIFIED BY 'was here before'; GRANT SELECT ON intranet.* TO reportreader@'$1'"
}
options() { on "$1" bash -c 'find /etc/mysql -type f -exec sha256sum {} + | sort'; }
left_behind() { on "$1" find /var/lib -maxdepth 2 -name '.dualserver-*'; }
# What the run may change of a server, billing's rows aside.
state() {
    options "$1"
    sql "$1" "SELECT host, user, JSON_REMOVE(priv, '$.password_last_changed') FROM mysql.global_priv ORDER BY 1, 2" 2>/dev/null ||
        sql "$1" "SELECT host, user, plugin, authentication_string, account_locked, ssl_type, Repl_slave_priv, Super_priv FROM mysql.user ORDER BY 1, 2"
    sql "$1" "SELECT @@log_bin, @@server_id, @@bind_address; SELECT * FROM mysql.db ORDER BY 1, 2, 3; SHOW DATABASES;
        SELECT table_schema, table_name, engine, table_type FROM information_schema.tables WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1, 2;
        SELECT * FROM information_schema.schemata WHERE schema_name = 'billing'; SHOW REPLICA STATUS"
    left_behind "$1"
    on "$1" bash -c 'ls /var/lib/mysql | grep "^mysql-bin" || :'
}
old_data() {
    sql slave "SELECT * FROM billing.own ORDER BY 1; SELECT * FROM billing.old_calls; SELECT * FROM billing.own_view ORDER BY 1;
        SELECT trigger_name, action_statement, definer FROM information_schema.triggers WHERE trigger_schema='billing';
        SELECT event_name, status, event_definition FROM information_schema.events WHERE event_schema='billing'"
}
remember() { state master >"$work/m0" && state slave >"$work/s0" && old_data >"$work/old0"; }
as_before() { state master | diff "$work/m0" - && state slave | diff "$work/s0" - && old_data | diff "$work/old0" -; }
nothing_left() {
    local host
    for host in master slave; do
        [ -z "$(left_behind "$host")" ] || { left_behind "$host"; return 1; }
    done
    [ -z "$(sql slave "SHOW DATABASES LIKE 'dualserver%'")" ]
}

# What the writer's server has acknowledged so far, for acked_on; $1: at least so many rows.
acked() { on master cat /var/lib/lab/writer.acked >"$work/acked" && [ "$(wc -l <"$work/acked")" -gt "${1:-20}" ]; }

# The way to the slave, so that a moment in the middle of sending can be met; $1: how wide it is, for little data.
slow() { ip netns exec "$LAB_NAME-admin" tc qdisc replace dev v-slave root tbf rate "${1:-60mbit}" burst 32kb latency 400ms; }
fast() { ip netns exec "$LAB_NAME-admin" tc qdisc del dev v-slave root 2>/dev/null; }
answers_again() { [ "$(sql "$1" 'SELECT 1')" = 1 ]; }
# As if its plug was pulled: nothing is stopped first.
reboot() {
    lab shape "$1" rebooted >/dev/null 2>&1 && wait_until 60 answers_again "$1"
}
