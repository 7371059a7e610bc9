# engine: connect, check, plan, run, journal, recover; the model that screens show
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/engine/connect.c \
	src/engine/engine.c \
	src/engine/journal.c \
	src/engine/recover.c
