/* status.h - is the slave running? SHOW SLAVE STATUS by name, in any dialect, and in the how-to's form. */
#ifndef DUALSERVER_MYSQL_STATUS_H
#define DUALSERVER_MYSQL_STATUS_H

#include "mysql/db.h"

struct slave_status {
    bool configured;        /* there is a row, or more */
    char *master_host, *master_user, *io_state, *sql_state;
    unsigned master_port;
    char *io_running;       /* "Yes", "No", "Connecting" */
    char *sql_running;      /* "Yes", "No" */
    long long seconds_behind; /* -1: NULL, or the IO thread does not run */
    char *master_log_file;  /* the IO thread reads here */
    uint64_t read_master_log_pos;
    char *relay_master_log_file; /* the SQL thread has executed up to here */
    uint64_t exec_master_log_pos;
    unsigned last_io_errno, last_sql_errno;
    char *last_io_error, *last_sql_error;
    char *gtid_io_pos;      /* MariaDB's Gtid_IO_Pos or MySQL's Executed_Gtid_Set; "" */
    struct rows rows;       /* the whole answer */
};

int slave_status_read(struct db *db, struct slave_status *status, struct err *err);
void slave_status_from_rows(struct slave_status *status, struct rows *rows); /* takes the rows over; pure */
void slave_status_free(struct slave_status *status);
bool slave_status_running(const struct slave_status *status); /* Yes, Yes, and not NULL behind */

/* Asked again and again while something is waited for that has to come from the master: is there use in waiting? */
struct slave_link {
    uint64_t lost_ms; /* since when the IO thread seeks its master; 0: it has it */
};
#define SLAVE_SEEKS_MS 30000u /* three tries of a slave that this program has set up (CONNECT_RETRY) */
/* 0: yes; -1, ERR_WORLD: the IO thread stands still, or has sought its master for SLAVE_SEEKS_MS. Begin with { 0 }. Pure. */
int slave_link_judge(struct slave_link *link, const struct slave_status *status, uint64_t now_ms, struct err *err);
/* Starts its threads where one stands still without an error: what stopped them was broken off. */
int slave_let_run(struct db *slave, struct err *err);
/* The how-to's `\G` form; the three lines that matter begin with "-> " and end with a word on each. */
void slave_status_render(const struct slave_status *status, struct buf *to);

struct binlog_position {
    char file[256];
    uint64_t position;
};
/* The master's current coordinates; file "" when binary logging is off. */
int binlog_position_read(struct db *db, struct binlog_position *position, struct err *err);
/* Has its SQL thread executed up to there? Pure. */
bool slave_status_reached(const struct slave_status *status, const struct binlog_position *position);
/* Waits on the slave until its SQL thread has executed up to there. 0 reached; -1 with ERR_TIMEOUT or ERR_WORLD. */
int binlog_position_wait(struct db *slave, const struct binlog_position *position, unsigned seconds, struct err *err);

#endif
