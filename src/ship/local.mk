# ship
noinst_LIBRARIES += libship.a
libship_a_SOURCES = \
	src/ship/inspect.c \
	src/ship/leftover.c \
	src/ship/line.c \
	src/ship/manifest.c \
	src/ship/pump.c \
	src/ship/ring.c \
	src/ship/ship.c \
	src/ship/tarwalk.c \
	src/ship/verify.c \
	src/ship/xbstream.c
