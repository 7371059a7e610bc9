# shellcheck shell=bash
# Faults: what goes wrong with a pair after set-up, produced for real. A line of the table for each, and a function
# fault_NAME (dashes as underscores) SLAVE that returns when the slave's server shows it.

# NAME | where it makes sense: all, mariadb, mysql | the symptom `dualserver troubleshoot` names | what is done
faults_table() {
    cat <<'LINES'
duplicate-key       | all     | duplicate-key     | a row is put in on the slave by hand, then the master writes one with the same key
missing-row         | all     | missing-row       | a row is deleted on the slave by hand, then the master changes it
deleted-row         | all     | missing-row       | a row is deleted on the slave by hand, then the master deletes it too
missing-table       | all     | missing-table     | a table is dropped on the slave by hand, then the master writes to it
extra-column        | all     | sql-error         | a column is added on the slave by hand, then the master adds it too
sql-stopped         | all     | sql-stopped       | somebody stopped the SQL thread
sql-killed          | all     | sql-stopped       | somebody killed the SQL thread as if it were a report
io-stopped          | all     | io-stopped        | somebody stopped the IO thread
stopped             | all     | io-stopped        | somebody stopped both threads
relay-corrupt       | all     | relay-log         | bytes of a relay log that is not executed yet are overwritten
relay-lost          | all     | relay-log         | the relay logs are removed while the slave's server is down
master-stopped      | all     | master-down       | the master's server is stopped
slave-stopped       | all     | slave-down        | the slave's server is stopped
route               | all     | master-silent     | the slave's host has no way to the master's any more
host-name           | all     | wrong-address     | the slave was told a name for its master that nobody knows
port                | all     | wrong-address     | the slave was told a port on which nobody listens
bind-address        | all     | bind-address      | the master listens on its own machine only
account-gone        | all     | account-missing   | the replication account is dropped on the master
wrong-password      | all     | account-password  | the slave was told a wrong password
grant-gone          | all     | account-grant     | REPLICATION SLAVE is revoked on the master
tls-gone            | all     | tls               | the slave was told of a CA file that is not there
public-key          | mysql   | public-key        | neither TLS nor the master's public key for caching_sha2_password
server-id           | all     | same-server-id    | the slave gets the master's server id
server-uuid         | mysql   | same-server-uuid  | the slave gets the master's auto.cnf
binlog-purged       | all     | binlog-purged     | a binary log that the slave has not read is purged on the master
binlog-corrupt      | all     | binlog-corrupt    | bytes of a binary log that the slave has not read are overwritten
packet              | all     | packet            | the slave takes smaller events than the master writes
disk-full           | all     | disk-full         | the slave's data directory is on a disk that is full
skip-start          | all     | skip-start        | skip-slave-start is left in an option file, and the slave restarts
delayed             | all     | delayed           | the slave was told to stay an hour behind
filter              | all     | filter            | the slave was told to leave a table out
report              | all     | lag               | a report holds a table that a statement of the master waits for
read-only           | all     | master-read-only  | the master takes no writes
events              | all     | events            | the slave runs the master's events itself
reports-account     | all     | reports-account   | the reports' account is dropped on the slave
reports-password    | all     | reports-password  | the password in billing.ini is not that of the account
reports-grant       | all     | reports-grant     | the reports' account may read nothing
reports-host        | all     | reports-host      | billing.ini names a host that nobody knows
reports-plugin      | mariadb | reports-plugin    | the account's password is of a kind that clients of today refuse
LINES
}

# ---- how the hosts are spoken to

fault_client() { # HOST ARGUMENT...
    local host=$1
    shift
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$host" sh -c 'exec "$(command -v mariadb || command -v mysql)" "$@"' - "$@"
}
fault_sql() { fault_client "$1" -BN -e "$2"; }
fault_unlogged() { fault_sql "$1" "SET SESSION sql_log_bin = 0; $2"; }
fault_mariadb() { host_enter "$1" sh -c 'command -v mariadbd' >/dev/null; }
# The word that stands in CHANGE ... TO
fault_point() { # SLAVE OPTIONS: with KEY_ for MASTER_ or SOURCE_
    local change='CHANGE REPLICATION SOURCE TO' key=SOURCE
    ! fault_mariadb "$1" || { change='CHANGE MASTER TO' key=MASTER; }
    fault_sql "$1" "STOP REPLICA; $change ${2//KEY_/${key}_}; START REPLICA"
}
fault_status() { fault_client "$1" --vertical -e 'SHOW REPLICA STATUS'; }
fault_wait() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || die "the fault does not show: $*"
        sleep 0.2
    done
}
fault_shows() { # SLAVE PATTERN: in a line of the slave's status
    fault_status "$1" | grep -Eiq "$2"
}
fault_sql_stops() { fault_wait 90 fault_shows "$1" 'SQL_Running: No'; }
fault_io_stops() { fault_wait 90 fault_shows "$1" 'IO_Running: (No|Connecting)'; }
fault_io_says() { fault_wait 90 fault_shows "$1" "Last_IO_Error: .*($2)"; }
# The slave has executed all that the master wrote.
fault_level() {
    local file position word=SOURCE_POS_WAIT
    ! fault_mariadb "$1" || word=MASTER_POS_WAIT
    read -r file position _ < <(fault_sql master 'SHOW BINARY LOG STATUS' 2>/dev/null || fault_sql master 'SHOW MASTER STATUS')
    [ "$(fault_sql "$1" "SELECT $word('$file', $position, 60) >= 0")" = 1 ] || die "the slave is not level with the master"
}
fault_datadir() { fault_sql "$1" 'SELECT @@datadir'; }
fault_units() { # HOST stop|start
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -c 'verb=$1; units=
        for unit in mariadb.socket mariadb.service mysql.service; do
            [ "$(systemctl show -p LoadState --value $unit)" = loaded ] || continue
            case $unit in *.socket) systemctl -q is-enabled $unit || continue ;; esac
            case " $units" in *mariadb.service*) [ $unit = mysql.service ] && continue ;; esac
            units="$units $unit"
        done; systemctl "$verb" $units' - "$2" 2>/dev/null
}
fault_options() { # HOST: standard input becomes the option file that is read last
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -c 'for folder in /etc/mysql/mariadb.conf.d /etc/mysql/mysql.conf.d; do
        [ ! -d $folder ] || { cat >$folder/zz-lab-fault.cnf; chmod 0644 $folder/zz-lab-fault.cnf; exit; }; done'
}
fault_restart() {
    fault_units "$1" stop
    fault_units "$1" start
    fault_wait 60 server_answers "$1"
}
# fault_spoil HOST FILE: 4 KiB in its middle become zeros
fault_spoil() {
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -ec 'size=$(stat -c %s "$1")
        dd if=/dev/zero of="$1" bs=1 seek=$((size / 2)) count=$((size / 4)) conv=notrunc status=none' - "$2"
}
# Rows of which the binary log gets some hundred KiB.
fault_bulk() { # TABLE
    local n
    for n in 1 2 3 4 5 6 7 8; do
        fault_sql master "INSERT INTO $1 SELECT CONCAT('bulk $n ', a.id), REPEAT('x', 20) FROM crm.contacts a LIMIT 400"
    done
}

# ---- the SQL thread

fault_duplicate_key() {
    fault_level "$1"
    local next
    next=$(fault_sql master 'SELECT COALESCE(MAX(id), 0) + 7 FROM billing.empty_one')
    fault_unlogged "$1" "INSERT INTO billing.empty_one (id, v) VALUES ($next, 'by hand')"
    fault_sql master "INSERT INTO billing.empty_one (id, v) VALUES ($next, 'by the master')"
    fault_sql_stops "$1"
}
# a row that is there, and is still there for the next fault
fault_missing_row() {
    fault_level "$1"
    fault_unlogged "$1" "DELETE FROM billing.rates_packed WHERE prefix = '+17'"
    fault_sql master "UPDATE billing.rates_packed SET rate = rate + 1, since = 2021 WHERE prefix = '+17'"
    fault_sql_stops "$1"
}
fault_deleted_row() {
    fault_level "$1"
    local prefix
    prefix=$(fault_sql master 'SELECT MAX(prefix) FROM billing.rates_packed')
    fault_unlogged "$1" "DELETE FROM billing.rates_packed WHERE prefix = '$prefix'"
    fault_sql master "DELETE FROM billing.rates_packed WHERE prefix = '$prefix'"
    fault_sql_stops "$1"
}
fault_missing_table() {
    fault_level "$1"
    fault_unlogged "$1" 'DROP TABLE billing.`call notes`'
    fault_sql master "INSERT INTO billing.\`call notes\` (\`a \"note\"\`) VALUES ('after the drop')"
    fault_sql_stops "$1"
}
fault_extra_column() { # a table that is there already would be replaced by MariaDB's slave (slave_ddl_exec_mode)
    local column=lab_$RANDOM
    fault_level "$1"
    fault_unlogged "$1" "ALTER TABLE billing.empty_one ADD COLUMN $column INT"
    fault_sql master "ALTER TABLE billing.empty_one ADD COLUMN $column INT"
    fault_sql_stops "$1"
}
fault_sql_stopped() {
    fault_sql "$1" 'STOP REPLICA SQL_THREAD'
    fault_sql_stops "$1"
}
fault_sql_killed() {
    local id
    id=$(fault_sql "$1" "SELECT id FROM information_schema.processlist WHERE user = 'system user' AND (command = 'Slave_SQL' OR state LIKE 'Replica has read all%') ORDER BY id LIMIT 1")
    fault_sql "$1" "KILL $id"
    fault_sql_stops "$1"
}
fault_io_stopped() {
    fault_sql "$1" 'STOP REPLICA IO_THREAD'
    fault_io_stops "$1"
}
fault_stopped() {
    fault_sql "$1" 'STOP REPLICA'
    fault_io_stops "$1"
}

# ---- relay logs

fault_relay_corrupt() {
    local file
    fault_level "$1"
    fault_sql "$1" 'STOP REPLICA SQL_THREAD; FLUSH RELAY LOGS'
    fault_sql master "CREATE TABLE IF NOT EXISTS billing.lab_bulk (k VARCHAR(40) NOT NULL, v VARCHAR(40) NOT NULL)"
    fault_bulk billing.lab_bulk
    fault_wait 60 fault_fetched "$1"
    file=$(fault_datadir "$1")$(host_enter "$1" tail -n 1 "$(fault_datadir "$1")mysql-relay-bin.index" | sed 's|.*/||')
    fault_spoil "$1" "$file"
    fault_sql "$1" 'START REPLICA SQL_THREAD'
    fault_sql_stops "$1"
}
# The slave's IO thread has read all that the master wrote.
fault_fetched() {
    local file position
    read -r file position _ < <(fault_sql master 'SHOW BINARY LOG STATUS' 2>/dev/null || fault_sql master 'SHOW MASTER STATUS')
    fault_shows "$1" "Read_(Master|Source)_Log_Pos: $position$"
}
fault_relay_lost() {
    local folder
    fault_sql "$1" 'STOP REPLICA SQL_THREAD; FLUSH RELAY LOGS'
    fault_sql master "INSERT INTO billing.empty_one (v) VALUES ('fetched and lost')"
    fault_wait 60 fault_fetched "$1"
    folder=$(fault_datadir "$1")
    fault_units "$1" stop
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -c 'rm -f "$1"mysql-relay-bin.[0-9]*' - "$folder"
    fault_units "$1" start
    fault_wait 60 server_answers "$1"
    fault_wait 90 fault_shows "$1" '(SQL|IO)_Running: No'
}

# ---- the servers and the way between them

fault_master_stopped() {
    fault_units master stop
    fault_io_says "$1" 'error (connecting|reconnecting)'
}
fault_slave_stopped() { fault_units "$1" stop; }
fault_route() { # `lab net master` would take the way from here too
    host_line master
    ip -n "$lab_name-$1" route add blackhole "$h_address/32"
    fault_sql "$1" 'STOP REPLICA IO_THREAD; START REPLICA IO_THREAD'
    fault_io_says "$1" 'error (connecting|reconnecting)'
}
fault_host_name() {
    fault_moved "$1" "KEY_HOST = 'db1.invalid'"
    fault_io_says "$1" 'error (connecting|reconnecting)'
}
fault_port() {
    fault_moved "$1" 'KEY_PORT = 3399'
    fault_io_says "$1" 'error (connecting|reconnecting)'
}
# fault_moved SLAVE OPTION: as somebody does who knows that a new host or port alone loses the position
fault_moved() {
    local file position where=''
    fault_level "$1"
    if fault_shows "$1" '(Using_Gtid: No|Auto_Position: 0)'; then
        read -r file position < <(fault_status "$1" | awk '/ Relay_(Master|Source)_Log_File:/ { file = $2 } /Exec_(Master|Source)_Log_Pos:/ { print file, $2 }')
        where=", KEY_LOG_FILE = '$file', KEY_LOG_POS = $position"
    fi
    fault_point "$1" "$2$where"
}
fault_bind_address() {
    printf '[mysqld]\nbind-address = 127.0.0.1\n' | fault_options master
    fault_units master stop
    host_enter master sh -c 'systemctl disable -q --now mariadb.socket' 2>/dev/null || true
    fault_units master start
    fault_io_says "$1" 'error (connecting|reconnecting)'
}

# ---- the replication account

fault_account() { fault_sql master "SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User = '$(fault_status "$1" | sed -n 's/^ *\(Master\|Source\)_User: //p')'"; }
fault_reconnect() { fault_sql "$1" 'STOP REPLICA IO_THREAD; START REPLICA IO_THREAD'; }
fault_account_gone() {
    local account
    account=$(fault_account "$1")
    fault_unlogged master "DROP USER $account"
    fault_reconnect "$1"
    fault_io_says "$1" 'Access denied|error (connecting|reconnecting)'
}
fault_wrong_password() {
    fault_point "$1" "KEY_PASSWORD = 'of another server'"
    fault_io_says "$1" 'Access denied|error (connecting|reconnecting)'
}
fault_grant_gone() {
    local account
    account=$(fault_account "$1")
    fault_unlogged master "REVOKE REPLICATION SLAVE ON *.* FROM $account; FLUSH PRIVILEGES"
    fault_reconnect "$1"
    fault_wait 90 fault_shows "$1" 'Last_IO_Errno: [1-9]'
}
fault_tls_gone() {
    fault_point "$1" "KEY_SSL = 1, KEY_SSL_CA = '/etc/mysql/no-such-ca.pem', KEY_SSL_VERIFY_SERVER_CERT = 1"
    fault_io_says "$1" 'SSL|TLS'
}
fault_public_key() {
    fault_point "$1" 'KEY_SSL = 0, GET_SOURCE_PUBLIC_KEY = 0'
    fault_sql master 'FLUSH PRIVILEGES' # the cache of passwords that have been seen
    fault_reconnect "$1"
    fault_io_says "$1" 'caching_sha2_password|secure connection'
}

# ---- identities

fault_server_id() {
    fault_sql "$1" "SET GLOBAL server_id = $(fault_sql master 'SELECT @@server_id')"
    fault_reconnect "$1"
    fault_io_says "$1" 'server ids|server id'
}
fault_server_uuid() {
    local uuid
    uuid=$(fault_sql master 'SELECT @@server_uuid')
    printf '[auto]\nserver-uuid=%s\n' "$uuid" | host_enter "$1" sh -c 'cat >"$1/auto.cnf"' - "$(fault_datadir "$1")"
    fault_restart "$1"
    fault_io_says "$1" UUID
}

# ---- the master's binary log

# What is lost is of no database that is replicated.
fault_binlog_purged() {
    fault_level "$1"
    fault_sql "$1" 'STOP REPLICA'
    fault_sql master "INSERT INTO crm.contacts (name) VALUES ('nobody saw this'); FLUSH BINARY LOGS; INSERT INTO crm.contacts (name) VALUES ('nor this'); FLUSH BINARY LOGS"
    fault_sql master "PURGE BINARY LOGS TO '$(fault_sql master 'SHOW BINARY LOGS' | tail -n 1 | cut -f 1)'"
    fault_sql "$1" 'START REPLICA'
    fault_wait 90 fault_shows "$1" 'Last_IO_Errno: [1-9]'
}
fault_binlog_corrupt() {
    local file
    fault_level "$1"
    fault_sql "$1" 'STOP REPLICA'
    fault_sql master 'FLUSH BINARY LOGS; CREATE TABLE IF NOT EXISTS crm.lab_bulk (k VARCHAR(40) NOT NULL, v VARCHAR(40) NOT NULL)'
    fault_bulk crm.lab_bulk
    file=$(fault_sql master 'SHOW BINARY LOGS' | tail -n 1 | cut -f 1)
    fault_sql master 'FLUSH BINARY LOGS'
    fault_spoil master "$(fault_sql master 'SELECT @@log_bin_basename' | sed 's|/[^/]*$||')/$file"
    fault_sql "$1" 'START REPLICA'
    fault_wait 90 fault_shows "$1" 'Last_IO_Errno: [1-9]'
}
fault_packet() {
    local name=replica_max_allowed_packet
    ! fault_mariadb "$1" || name=slave_max_allowed_packet
    fault_level "$1"
    fault_sql "$1" "STOP REPLICA; SET GLOBAL $name = 4096; START REPLICA"
    fault_sql master "INSERT INTO billing.recordings (call_id, audio) VALUES (1, REPEAT('large', 400000))"
    fault_wait 90 fault_shows "$1" 'Last_IO_Errno: [1-9]'
}

# ---- the slave

fault_own_disk() { # SLAVE FOLDER: the data directory moves onto a disk of its own
    fault_units "$1" stop
    host_enter "$1" mv -T "$2" "$2.old"
    lab_disk "$1" "$2" 700M xfs
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -ec 'cp -a "$1.old/." "$1"; chown --reference="$1.old" "$1"; chmod --reference="$1.old" "$1"; rm -rf "$1.old"' - "$2"
    fault_units "$1" start
    fault_wait 60 server_answers "$1"
}
fault_disk_full() {
    local folder
    fault_level "$1"
    folder=$(fault_datadir "$1")
    folder=${folder%/}
    host_enter "$1" mountpoint -q "$folder" || fault_own_disk "$1" "$folder"
    fault_wait 60 fault_shows "$1" 'IO_Running: Yes'
    # shellcheck disable=SC2016 # for the shell inside
    host_enter "$1" sh -c 'dd if=/dev/zero of="$1/lab-filler" bs=1M status=none; dd if=/dev/zero of="$1/lab-filler-2" bs=4k status=none; true' - "$folder" 2>/dev/null
    fault_sql master "INSERT INTO billing.recordings (call_id, audio) VALUES (1, REPEAT('fills the disk ', 600000))"
    fault_wait 90 fault_full "$1" "$folder"
}
fault_full() { [ "$(host_enter "$1" df --output=avail -k "$2" | tail -n 1)" -lt 4096 ]; }
fault_skip_start() {
    printf '[mysqld]\nskip-slave-start\n' | fault_options "$1"
    fault_mariadb "$1" || printf '[mysqld]\nskip-replica-start\n' | fault_options "$1"
    fault_restart "$1"
    fault_io_stops "$1"
}
fault_delayed() {
    fault_point "$1" 'KEY_DELAY = 3600'
    fault_wait 60 fault_shows "$1" 'SQL_Delay: 3600'
}
fault_filter() {
    if fault_mariadb "$1"; then
        fault_sql "$1" "STOP REPLICA; SET GLOBAL replicate_ignore_table = 'billing.invoices'; START REPLICA"
    else
        fault_sql "$1" 'STOP REPLICA; CHANGE REPLICATION FILTER REPLICATE_IGNORE_TABLE = (billing.invoices); START REPLICA'
    fi
}
fault_report() {
    fault_level "$1"
    host_enter "$1" sh -c 'exec setsid "$(command -v mariadb || command -v mysql)" -e "SELECT COUNT(*), SLEEP(3000) FROM billing.invoices" >/dev/null 2>&1 </dev/null &'
    fault_wait 30 fault_reports "$1"
    fault_sql master "ALTER TABLE billing.invoices COMMENT = 'changed $RANDOM'"
    fault_wait 60 fault_waits "$1"
}
fault_reports() { [ "$(fault_sql "$1" "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(3000)%' AND info NOT LIKE '%processlist%'")" -gt 0 ]; }
fault_waits() { [ "$(fault_sql "$1" "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'")" -gt 0 ]; }
fault_read_only() { fault_sql master 'SET GLOBAL read_only = 1'; }
fault_events() {
    local definer
    definer=$(fault_sql "$1" "SELECT CONCAT(QUOTE(SUBSTRING_INDEX(definer, '@', 1)), '@', QUOTE(SUBSTRING_INDEX(definer, '@', -1))) FROM information_schema.events WHERE event_schema = 'billing' AND event_name = 'nightly_mark'")
    fault_unlogged "$1" "ALTER DEFINER = $definer EVENT billing.nightly_mark ENABLE; SET GLOBAL event_scheduler = 1"
}

# ---- the reports: as after set-up with a password in billing.ini

fault_reports_account_name() { fault_sql "$1" "SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User = 'reportreader' LIMIT 1"; }
fault_reports_on() { # SLAVE HOST PASSWORD: what billing.ini says; the account gets it
    local account password
    password=$(<"$state/password")
    account=$(fault_reports_account_name "$1")
    if fault_mariadb "$1"; then
        printf "SET SESSION sql_log_bin = 0; SET PASSWORD FOR %s = PASSWORD('%s')" "$account" "$password" | fault_client "$1"
    else
        printf "SET SESSION sql_log_bin = 0; ALTER USER %s IDENTIFIED BY '%s'" "$account" "$password" | fault_client "$1"
    fi
    printf '%s\n%s\n' "$2" "$3" | host_enter master sh -ec 'read -r host; read -r password
        sed -i "s|^\(.use_slave_db\) = .*|\1 = 1;|; s|^\(.slavedbhost\) = .*|\1 = \"$host\";|; s|^\(.slavedbuser\) = .*|\1 = \"reportreader\";|
            s|^\(.slavedbpass\) = .*|\1 = \"$password\";|; s|^\(.slavedbname\) = .*|\1 = \"billing\";|" /etc/arrowbilling/billing.ini'
}
fault_reports_begin() {
    host_line "$1"
    fault_reports_on "$1" "$h_address" "$(<"$state/password")"
}
fault_reports_account() {
    fault_reports_begin "$1"
    fault_unlogged "$1" "DROP USER $(fault_reports_account_name "$1")"
}
fault_reports_password() {
    host_line "$1"
    fault_reports_on "$1" "$h_address" 'of another account'
}
fault_reports_grant() {
    fault_reports_begin "$1"
    fault_unlogged "$1" "REVOKE ALL PRIVILEGES, GRANT OPTION FROM $(fault_reports_account_name "$1")"
}
fault_reports_host() { fault_reports_on "$1" db2.invalid "$(<"$state/password")"; }
fault_reports_plugin() {
    fault_reports_begin "$1"
    fault_unlogged "$1" "SET SESSION old_passwords = 1; ALTER USER $(fault_reports_account_name "$1") IDENTIFIED VIA mysql_old_password USING '0123456789abcdef'"
}

# ---- the command

fault_names() { faults_table | sed 's/ *|.*//'; }

lab_faults() {
    [ $# -eq 0 ] || die_usage "faults takes no arguments"
    faults_table | awk -F ' *[|] *' '{ printf "%-18s %-8s %-18s %s\n", $1, $2, $3, $4 }'
}

# lab_break FAULT [--host SLAVE]
lab_break() {
    local name=${1:-} host=slave flavours
    case $#,${2:-} in
        1,) ;;
        3,--host) host=$3 ;;
        *) die_usage "usage: lab break FAULT [--host SLAVE]; 'lab faults' lists them" ;;
    esac
    [ "$host" != master ] || die_usage "--host names a slave: a fault of the master shows there"
    need_root
    need_host master
    need_host "$host"
    flavours=$(faults_table | awk -F ' *[|] *' -v name="$name" '$1 == name { print $2 }')
    case $flavours in
        '') die_usage "there is no fault '$name'; 'lab faults' lists them" ;;
        mariadb) fault_mariadb "$host" || die_usage "'$name' is a fault of MariaDB only" ;;
        mysql) ! fault_mariadb "$host" || die_usage "'$name' is a fault of MySQL only" ;;
    esac
    if server_answers "$host" && [ -z "$(fault_status "$host")" ]; then
        die "$host is no slave yet: dualserver setup makes it one"
    fi
    "fault_${name//-/_}" "$host"
}
