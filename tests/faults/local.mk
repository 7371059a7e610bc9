# tests/faults: `make check-faults`; dualserver-faulty is the program with one fault in it (tests/faults/faulty.h)
EXTRA_PROGRAMS += dualserver-faulty
dualserver_faulty_SOURCES = src/main.c tests/faults/faulty.c tests/faults/faulty.h tests/faults/faulty_host.c tests/faults/faulty_sql.c
dualserver_faulty_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=host_open,--wrap=mysql_real_connect,--wrap=mysql_send_query,--wrap=mysql_close,--wrap=world_emit,--wrap=poll
dualserver_faulty_LDADD = libfront.a libui.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS)
EXTRA_DIST += tests/faults/calls tests/faults/steps tests/faults/whole tests/faults/reprovision-calls tests/faults/lib.sh
