# care: what is done with a pair after set-up; beside the engine, above steps
noinst_LIBRARIES += libcare.a
libcare_a_SOURCES = \
	src/care/billing_read.c \
	src/care/care.c \
	src/care/check.c \
	src/care/doubt.c \
	src/care/failing.c \
	src/care/fixes.c \
	src/care/fixes_io.c \
	src/care/fixes_room.h \
	src/care/fixes_servers.c \
	src/care/fixes_sql.c \
	src/care/fixes_table.c \
	src/care/symptoms.c \
	src/care/symptoms_io.c \
	src/care/symptoms_room.h \
	src/care/symptoms_servers.c \
	src/care/symptoms_sql.c \
	src/care/trouble.c \
	src/care/trouble_failing.c \
	src/care/trouble_reports.c \
	src/care/trouble_room.h
