/* sql_text.h - finding one's way in statements that a server has written. */
#ifndef DUALSERVER_MYSQL_SQL_TEXT_H
#define DUALSERVER_MYSQL_SQL_TEXT_H

/* Behind the quoted text that begins at `at`; a doubled quote goes on, and so does a backslash but in backticks. */
const char *sql_behind_quotes(const char *at);

#endif
