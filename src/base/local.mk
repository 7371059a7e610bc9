# base: err, buf, secret, quoting, clock; knows nothing of replication
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/err.c
