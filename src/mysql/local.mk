# mysql: the servers: connections, dialects, option files, what a database holds, status, comparison, accounts
noinst_LIBRARIES += libmysql.a
libmysql_a_SOURCES = \
	src/mysql/cnf_scan.h \
	src/mysql/account.c \
	src/mysql/certificate.c \
	src/mysql/carry.c \
	src/mysql/checksum.c \
	src/mysql/clone.c \
	src/mysql/cnf.c \
	src/mysql/cnf_edit.c \
	src/mysql/cnf_set.c \
	src/mysql/db.c \
	src/mysql/definitions.c \
	src/mysql/dialect.c \
	src/mysql/dialect_words.c \
	src/mysql/dialect_words.h \
	src/mysql/diff.c \
	src/mysql/event_text.c \
	src/mysql/filename.c \
	src/mysql/gtid.c \
	src/mysql/inventory.c \
	src/mysql/inventory_innodb.c \
	src/mysql/inventory_objects.c \
	src/mysql/inventory_room.h \
	src/mysql/inventory_show.c \
	src/mysql/optionfiles.c \
	src/mysql/row_copy.c \
	src/mysql/rows.c \
	src/mysql/session.c \
	src/mysql/sha2crypt.c \
	src/mysql/sql_text.h \
	src/mysql/series.c \
	src/mysql/status.c \
	src/mysql/table_sum.c \
	src/mysql/table_text.c
