/* symptoms_room.h - how each symptom is recognised. All pure: what is seen is in the look; evidence is appended. */
#ifndef DUALSERVER_TROUBLE_SYMPTOMS_ROOM_H
#define DUALSERVER_TROUBLE_SYMPTOMS_ROOM_H

#include "trouble/troubleshoot.h"

typedef bool symptom_fn(const struct trouble *trouble, struct buf *evidence);

/* the servers and their hosts */
symptom_fn sees_slave_unreachable, sees_slave_down, sees_slave_closed, sees_master_unreachable, sees_master_down, sees_master_closed,
    sees_no_slave, sees_disk_full, sees_skip_start, sees_delayed, sees_filter, sees_lag, sees_master_read_only, sees_events, sees_doubtful;
/* the IO thread */
symptom_fn sees_wrong_address, sees_bind_address, sees_silent, sees_blocked, sees_account_missing, sees_account_password,
    sees_account_grant, sees_tls, sees_public_key, sees_same_id, sees_same_uuid, sees_packet, sees_binlog_off, sees_purged, sees_beyond,
    sees_binlog_corrupt, sees_io_stopped, sees_io_error;
/* the SQL thread */
symptom_fn sees_sql_stopped, sees_duplicate, sees_missing_row, sees_missing_table, sees_relay_log, sees_sql_error;
/* the reports */
symptom_fn sees_reports_host, sees_reports_port, sees_reports_account, sees_reports_password, sees_reports_plugin, sees_reports_grant,
    sees_reports_other;

/* Does any of the words, parted by '|', stand in the text? Without case. */
bool symptom_says(const char *text, const char *words);
/* Seen, whatever shows it. */
bool symptom_seen(symptom_fn *seen, const struct trouble *trouble);
bool symptom_io_bad(const struct trouble *trouble);  /* configured, and the IO thread does not run */
bool symptom_sql_bad(const struct trouble *trouble); /* configured, and the SQL thread does not run */
/* "Relay log write failure: could not queue event from master": what came from there is damaged, or the disk is full. */
bool symptom_io_queue(const struct trouble *trouble);
/* The IO thread's own words, printable. Appends. */
void symptom_io_words(const struct trouble *trouble, struct buf *evidence);
/* A filter that leaves something of the database out, as it stands in the status; NULL: none. Borrowed. */
const char *symptom_filter(const struct trouble *trouble, const char **value);

#endif
