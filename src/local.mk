# The front end: everything of the program but main.c, so that tests can link it.
noinst_LIBRARIES += libfront.a
libfront_a_SOURCES = \
	src/headless/ask.c \
	src/headless/care.c \
	src/headless/headless.c \
	src/headless/headless_room.h \
	src/headless/json.c \
	src/headless/outcome.c \
	src/headless/reprovision.c \
	src/headless/reprovision_room.h \
	src/headless/reprovision_slaves.c \
	src/headless/slaves.c \
	src/headless/slaves_end.c \
	src/headless/slaves_room.h \
	src/headless/text.c \
	src/headless/trouble.c \
	src/headless/upkeep.c \
	src/lab.c \
	src/options.c
libfront_a_CPPFLAGS = $(AM_CPPFLAGS) -DBUILD_DIR=\"$(abs_top_builddir)\" -DSRC_ASSETS=\"$(abs_top_srcdir)/assets\"

bin_PROGRAMS += dualserver
dualserver_SOURCES = src/main.c
dualserver_LDADD = libfront.a libui.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS)
