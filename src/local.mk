# The front end: everything of the program but main.c, so that tests can link it.
noinst_LIBRARIES += libfront.a
libfront_a_SOURCES = \
	src/headless.c \
	src/headless_ask.c \
	src/headless_care.c \
	src/headless_json.c \
	src/headless_reprovision.c \
	src/headless_reprovision.h \
	src/headless_reprovision_slaves.c \
	src/headless_room.h \
	src/headless_slaves.c \
	src/headless_slaves.h \
	src/headless_slaves_end.c \
	src/headless_text.c \
	src/headless_trouble.c \
	src/headless_upkeep.c \
	src/lab.c \
	src/options.c \
	src/outcome.c
libfront_a_CPPFLAGS = $(AM_CPPFLAGS) -DBUILD_DIR=\"$(abs_top_builddir)\" -DSRC_ASSETS=\"$(abs_top_srcdir)/assets\"

bin_PROGRAMS += dualserver
dualserver_SOURCES = src/main.c
dualserver_LDADD = libfront.a libui.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS)
