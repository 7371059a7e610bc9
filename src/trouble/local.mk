# trouble: what is wrong with a pair, and putting it right: symptoms, fixes, a slave or a table anew; above care
noinst_LIBRARIES += libtrouble.a
libtrouble_a_SOURCES = \
	src/trouble/failing.c \
	src/trouble/fixes.c \
	src/trouble/fixes_io.c \
	src/trouble/fixes_room.h \
	src/trouble/fixes_servers.c \
	src/trouble/fixes_sql.c \
	src/trouble/fixes_table.c \
	src/trouble/reprovision.c \
	src/trouble/reprovision_carry.c \
	src/trouble/reprovision_decide.c \
	src/trouble/reprovision_definitions.c \
	src/trouble/reprovision_reports.c \
	src/trouble/reprovision_conclude.c \
	src/trouble/reprovision_room.h \
	src/trouble/symptoms.c \
	src/trouble/symptoms_io.c \
	src/trouble/symptoms_room.h \
	src/trouble/symptoms_servers.c \
	src/trouble/symptoms_sql.c \
	src/trouble/trouble.c \
	src/trouble/trouble_failing.c \
	src/trouble/trouble_reports.c \
	src/trouble/trouble_room.h \
	src/trouble/words.c
