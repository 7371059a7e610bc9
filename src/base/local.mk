# base: err, buf, secret, quoting, clock; knows nothing of replication
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/buf.c \
	src/base/clock.c \
	src/base/err.c \
	src/base/mem.c \
	src/base/quote.c \
	src/base/secret.c
