# The screens, from events to dumps; see run.
check_PROGRAMS += replay
replay_SOURCES = tests/screens/replay.c tests/screens/script.c tests/screens/script.h
replay_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/ui
replay_LDADD = libui.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS)
TESTS += tests/screens/run
EXTRA_DIST += tests/screens/run tests/screens/scripts tests/screens/golden

# A try-out in a terminal with a scripted engine: make demo && ./demo SCRIPT
EXTRA_PROGRAMS += demo
demo_SOURCES = tests/screens/demo.c tests/screens/script.c tests/screens/script.h
demo_LDADD = $(replay_LDADD)

if HAVE_CMOCKA
check_PROGRAMS += test_widgets test_app test_term
TESTS += test_widgets test_app test_term
test_widgets_SOURCES = tests/screens/test_widgets.c
test_widgets_LDADD = libui.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_app_SOURCES = tests/screens/test_app.c
test_app_LDADD = libui.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS) $(CMOCKA_LIBS)
test_term_SOURCES = tests/screens/test_term.c
test_term_LDADD = $(test_app_LDADD)
endif
