# shellcheck shell=bash
# lib.sh - what the fault tests share: the program with a fault in it, how a case ends, and what must be so then.
# Sourced by them; they set LAB_NAME first. FLAVOUR=mysql-9.7: on such servers; COPY=hot: in that way (whole, rows,
# clone: hot, where MySQL's is one). A case that fails is kept in $FAULTS_KEEP, and the next one gets a new lab.
# KINDS="kill-after fail ...": each of these for every call; else one kind a call, by turns. SKIP=I/N: only the Ith of every N.
# DONE=FILE: what stands there was run before and is not run again; what is run is added, and the count is of all that stands there, so that a
# long job can be done in parts, with further SEEDs, and by several labs beside each other.
. "$(dirname "${BASH_SOURCE[0]}")/../lab/lib.sh"
FAULTY=$(dirname "$DUALSERVER")/dualserver-faulty
: "${FAULTS_KEEP:=$(dirname "$DUALSERVER")/test-logs/$LAB_NAME-failed}"
: "${FLAVOUR:=mariadb-10.11}" "${COPY:=directory}" # the way that stops the master
BACK_WITHIN=15 # seconds: the master's mysqld, after the program's end
rc=0

# built when it is wanted; a folder with nothing but the two programs will do
if [ -e "$(dirname "$DUALSERVER")/Makefile" ]; then
    make -s -C "$(dirname "$DUALSERVER")" dualserver-faulty >"$work/made" 2>&1 || { cat "$work/made"; exit 1; }
fi

# ---- the lab
new_lab() {
    lab down >/dev/null 2>&1
    lab up --size 1M --master "$FLAVOUR" --slave "$FLAVOUR" || return 1
    lab answers | sed "s/^\[run\]/&\nverify = quick\ncopy = ${COPY/clone/hot}/" >"$work/answers"
    slave=$(host_of slave) master=$(host_of master)
    own_billing "$master"
    # tables that are odd by their names only have tests of their own: a case is done in half the time without them
    sql master 'USE billing; SET foreign_key_checks = 0; DROP TABLE IF EXISTS `order`, `in/out.50%`, `$HOME; true`, `-rf`, `back``tick`, `call notes`, `rate "peak"`, empty_one, tickets, rates_packed, articles, calls_2026_05, calls_2026_06, recordings, `тарифы`' || return 1
    # what replaces all that the slave holds wants it to hold nothing else
    case $COPY in
        whole | clone)
            sql slave "DROP DATABASE intranet; DROP USER 'intranet_app'@'localhost'; DROP EVENT billing.own_event; SET GLOBAL event_scheduler = OFF" || return 1
            sql slave 'SET PERSIST event_scheduler = OFF' 2>/dev/null ;; # on in MySQL at each start
    esac
    [ "$COPY" != clone ] || for_clone || return 1
    # a writer of a few rounds a second will do: what it writes is compared after each case
    on master bash -c 'mkdir -p /etc/systemd/system/lab-writer.service.d; printf "[Service]\nEnvironment=WRITER_PAUSE=0.1\n" >/etc/systemd/system/lab-writer.service.d/pause.conf; systemctl daemon-reload' || return 1
    "${after_up:-:}" || return 1
    tidy && remember && others >"$work/others0" && base_rows >"$work/base0"
}
# A clone wants InnoDB only, and a master that listens.
for_clone() {
    sql master "SELECT CONCAT('ALTER TABLE \`', table_schema, '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\` ENGINE=InnoDB;') FROM information_schema.tables WHERE table_schema IN ('billing', 'crm') AND engine <> 'InnoDB'" >"$work/innodb"
    client master --default-character-set=utf8mb4 <"$work/innodb" &&
        on master sh -c 'sed -i "s/^bind-address.*/bind-address = 0.0.0.0/" /etc/mysql/mysql.conf.d/*.cnf && systemctl restart mysql'
}
# Databases that no run has anything to do with.
others() {
    local host tables
    for host in master slave; do
        tables=$(sql $host "SET SESSION group_concat_max_len = 1000000; SELECT GROUP_CONCAT(CONCAT('\`', table_schema, '\`.\`', table_name, '\`') ORDER BY 1) FROM information_schema.tables
            WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema', 'billing') AND table_schema NOT LIKE 'dualserver%' AND table_type = 'BASE TABLE'")
        [ "$tables" = NULL ] || sql $host "CHECKSUM TABLE $tables"
    done
}
# The master's rows that no writer touches.
base_rows() {
    local tables
    tables=$(sql master "SET SESSION group_concat_max_len = 1000000; SELECT GROUP_CONCAT(CONCAT('billing.\`', REPLACE(table_name, '\`', '\`\`'), '\`') ORDER BY 1) FROM information_schema.tables
        WHERE table_schema = 'billing' AND table_type = 'BASE TABLE' AND engine <> 'MEMORY' AND table_name NOT IN ('customers', 'invoices', 'invoice_lines', 'traffic', 'calls_2026_08', 'switch_log')")
    sql master "CHECKSUM TABLE $tables; SELECT COUNT(*) FROM billing.customers; SELECT COUNT(*) FROM billing.traffic WHERE trunk <> 'writer'; SELECT COUNT(*) FROM billing.calls_2026_08 WHERE trunk <> 'writer'"
}
# Between two cases, with the writer stopped: what it has written goes, so that a case does not wait for those before it.
tidy() {
    sql master "USE billing; SET foreign_key_checks = 0; CREATE TEMPORARY TABLE written AS SELECT DISTINCT invoice_id FROM invoice_lines WHERE text = 'written by the lab';
        DELETE FROM calls_2026_08 WHERE trunk = 'writer'; DELETE FROM traffic WHERE trunk = 'writer';
        DELETE FROM invoices WHERE id IN (SELECT invoice_id FROM written); DELETE FROM invoice_lines WHERE invoice_id IN (SELECT invoice_id FROM written)" || return 1
    on master bash -c 'mkdir -p /var/lib/lab; : >/var/lib/lab/writer.acked' && rm -rf "$work/state"
}

# ---- the program
# faulty SPEC COMMAND...: its output in out, its calls in calls, its end in rc. It has a terminal of its own, on which it is told to go on, but
# not to let go of the slave's old data.
faulty() {
    local spec=$1 typed='y\nn\nn\n'; shift
    [ "$1" != setup ] || typed='n\nn\n'
    : >"$work/calls"; rc=0
    # shellcheck disable=SC2059 # its newlines
    printf "$typed" | DUALSERVER_FAULT="$spec log=$work/calls" timeout --foreground 240 \
        script -qec "exec $(printf '%q ' "$FAULTY" --state-dir "$work/state" --plain --color never "$@")" /dev/null >"$work/out" 2>&1 || rc=$?
}
setup_with() { faulty "$1" setup --answers "$work/answers" --confirm "$slave"; }
resume_keeping() { faulty "${1:-kind=count}" resume; }
undo_with() { faulty "${1:-kind=count}" undo; }
hit() { grep -q '^hit' "$work/calls"; }
where_hit() { sed -n 's/^hit //p' "$work/calls" | cut -f 2-5 | tr '\t' ' ' | cut -c1-100; }
# The state of the last run: none, unfinished, proven, undoing, ...
run_state() {
    local word
    word=$("$DUALSERVER" --state-dir "$work/state" status --json 2>/dev/null | sed -n 's/.*"state":"\([a-z ]*\)".*/\1/p')
    echo "${word:-none}"
}
expect() { # EXIT WHAT
    [ "$rc" = "$1" ] && return 0
    echo "$2: exit $rc, expected $1"
    tail -n 25 "$work/out"
    return 1
}

# ---- what must be so
back_in_time() {
    local since=$SECONDS
    wait_until $((BACK_WITHIN + 20)) master_runs || { echo "the master does not come back"; return 1; }
    [ $((SECONDS - since)) -le $((BACK_WITHIN + 1)) ] || { echo "the master was back after $((SECONDS - since)) s only"; return 1; }
}
# A program that ended by itself has said what happened and how it goes on.
has_said() {
    [ "$rc" != 0 ] && [ "$rc" -lt 128 ] || return 0
    grep -q 'dualserver: ' "$work/out" && grep -qE 'dualserver (resume|undo|setup|accept)|nothing was (touched|changed|done)|as (they were )?before|hint: |was not changed|--answers' "$work/out" && return 0
    echo "exit $rc, and it does not say what happened and how it goes on:"; tail -n 12 "$work/out"; return 1
}
all_acked() {
    acked 0 || { echo "the writer's notes cannot be read"; return 1; }
    acked_on master
}
complete_new() {
    lab writer stop >/dev/null 2>&1
    same_servers && all_acked && acked_on slave
}
complete_old() {
    local side
    lab writer stop >/dev/null 2>&1
    # a killed program's lock is no hindrance, but lies there until the next one comes
    [ "$(run_state)" != none ] || for side in master slave; do on $side rm -rf /var/lib/dualserver/.dualserver-lock; done
    as_before && all_acked && base_rows | diff "$work/base0" - && others | diff "$work/others0" - && nothing_left
}

# settle THEN: by one command or two to the end of the run; where it can go on, as THEN says.
settle() {
    local state
    back_in_time || return 1
    state=$(run_state)
    if [ "$state" = unfinished ] && [ "$1" = resume ]; then
        resume_keeping
        expect 0 resume && back_in_time || return 1
        state=$(run_state)
    fi
    if [ "$state" = proven ]; then
        complete_new || return 1
    fi
    case $state in
        unfinished | undoing | proven)
            undo_with
            expect 0 undo && back_in_time || return 1 ;;
        none) ;;
        *) echo "the run is $state"; return 1 ;;
    esac
    complete_old
}

# The writer goes on while the case lasts. one_case SPEC THEN [SPEC2]: a fault in the set-up, and one in what comes then.
one_case() {
    lab writer start >/dev/null 2>&1
    setup_with "$1"
    if ! hit; then # a run that waits less has fewer calls
        expect 0 "the fault did not come to pass: setup" && settle undo
        return
    fi
    fault_was=$(where_hit)
    [ "$rc" != 124 ] || { echo "it hangs"; return 1; }
    has_said || return 1
    if [ -n "${3:-}" ]; then
        back_in_time || return 1
        case $(run_state)/$2 in
            unfinished/resume) resume_keeping "$3" ;;
            unfinished/undo | undoing/* | proven/*) undo_with "$3" ;;
        esac
        [ "$rc" != 124 ] || { echo "it hangs"; return 1; }
        has_said || return 1
        second_was=$(where_hit)
    fi
    settle "$2"
}

keep() { # NAME
    local place
    place=$FAULTS_KEEP/$(tr -c 'a-zA-Z0-9=.\n' '-' <<<"$1" | cut -c1-90)
    mkdir -p "$place"
    cp -r "$work/out" "$work/calls" "$work/said" "$work/state" "$place" 2>/dev/null
    local host
    for host in master slave; do on $host journalctl --no-pager -n 60 -o cat >"$place/journal.$host" 2>&1; done
}

tidy_by=tidy lab_by=new_lab # how the next case finds it
# report NAME COMMAND...: one line of TAP for the case, and its outcome; after a failure the lab is made anew.
report() {
    local name=$1 before=$failures; shift
    fault_was='' second_was='' outcome=passed lost=0
    check "$name" "$@"
    echo "#   at $fault_was${second_was:+, then $second_was}"
    if [ "$failures" = "$before" ]; then
        "$tidy_by" || "$lab_by" >"$work/lab" 2>&1
        return
    fi
    outcome=failed
    lost=$(sed -n 's/^\([0-9]*\) acknowledged rows are missing.*/\1/p' "$work/said" | head -n 1)
    keep "$name"
    "$lab_by" >"$work/lab" 2>&1 || { cat "$work/lab"; exit 1; }
}

# What was run: a line a case in the tally, which is $DONE where that is set: outcome, kind, rows lost, name.
tally=${DONE:-$work/tally}
is_new() { ! cut -f 4 "$tally" 2>/dev/null | grep -qxF -e "$1"; }
note_case() { printf '%s\t%s\t%d\t%s\n' "$outcome" "$1" "${lost:-0}" "$2" >>"$tally"; } # KIND NAME
tell_count() {
    awk -F '\t' '$1 == "missed" { missed++; next } { cases++; of[$2]++; lost += $3; lost_of[$2] += $3 } $1 == "passed" { passed++; good[$2]++ }
        END { for (kind in of) printf "# %s: cases %d, passed %d, rows lost %d\n", kind, of[kind], good[kind], lost_of[kind] | "sort"
            close("sort"); if (missed) printf "# not counted, because the fault was not reached: %d\n", missed
            printf "# cases %d, passed %d, rows lost %d\n", cases, passed, lost }' "$tally"
}

# ---- every call: $work/clean holds those of a clean run; changing and share, of the test, pick from it; a case ends with one of thens, by turns
thens=(undo resume)
kinds=(kill-after fail lost kill-before remote-killed stall io-error remote-killed-after drop full denied kill-mid fail-after)
cases=0 turn=0 missed=0
read -r part parts <<<"$(tr / ' ' <<<"${SKIP:-0/1}")"
mine() { turn=$((turn + 1)); [ $((turn % parts)) = "$part" ]; }
picked() { # the numbers of the calls that are meant
    case ${1:-share} in
        all) cut -f 1 "$work/clean" ;;
        changing) changing ;;
        step) shift; awk -F '\t' -v want=" $* " '{ split($2, a, "."); if (index(want, " " a[1] " ")) print $1 }' "$work/clean" ;;
        at) shift; printf '%s\n' "$@" ;;
        *..*) seq "${1%..*}" "${1#*..}" ;;
        share) share ;;
        *) echo "Bail out! what is '$1'? all, changing, N..M, step N..., at STEP.CALL..."; exit 2 ;;
    esac
}
judge() { # KIND NAME FAULT: where the fault was not reached, because all was over before, it was no case
    if [ "$outcome" = passed ] && [ -z "$3" ]; then
        cases=$((cases - 1)) missed=$((missed + 1)) outcome=missed
    fi
    note_case "$1" "$2"
}
one_call() { # N KIND
    local then=${thens[$((turn % ${#thens[@]}))]}
    is_new "call $1 $2, then $then" || return 0
    cases=$((cases + 1))
    report "call $1 $2, then $then" one_case "at=$1 kind=$2" "$then"
    judge "$2" "call $1 $2, then $then" "$fault_was"
}
each_call() {
    local n kind
    while read -r n; do
        mine || continue
        # shellcheck disable=SC2086 # words
        for kind in ${KINDS:-${kinds[$(((turn + ${OFFSET:-0}) % ${#kinds[@]}))]}}; do one_call "$n" "$kind" </dev/null; done
    done < <(picked "$@")
}
