# tests/bench: `make bench_ship`, then tests/bench/ship
EXTRA_PROGRAMS += bench_ship
bench_ship_SOURCES = tests/bench/bench_ship.c
bench_ship_LDADD = libship.a libhost.a libbase.a $(SSH2_LIBS) $(ARCHIVE_LIBS) $(CRYPTO_LIBS)
EXTRA_DIST += tests/bench/ship
