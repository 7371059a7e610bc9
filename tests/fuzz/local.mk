# tests/fuzz
EXTRA_DIST += tests/fuzz/corpus/cnf/plain tests/fuzz/corpus/cnf/crlf tests/fuzz/corpus/cnf/quotes \
	tests/fuzz/corpus/cnf/odd-bytes tests/fuzz/corpus/cnf/long-line
if FUZZING
EXTRA_PROGRAMS += fuzz_cnf
fuzz_cnf_SOURCES = tests/fuzz/fuzz_cnf.c
fuzz_cnf_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS)
fuzz_cnf_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
EXTRA_DIST += tests/fuzz/corpus/answers/example tests/fuzz/corpus/answers/more tests/fuzz/corpus/answers/odd \
	tests/fuzz/corpus/answers/twice tests/fuzz/fuzz_answers.c tests/fuzz/fuzz_cnf.c
if FUZZING
EXTRA_PROGRAMS += fuzz_answers
fuzz_answers_SOURCES = tests/fuzz/fuzz_answers.c
fuzz_answers_LDADD = libplan.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS)
fuzz_answers_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

EXTRA_DIST += tests/fuzz/fuzz_ship.c tests/fuzz/corpus/ship/cut tests/fuzz/corpus/ship/manifest tests/fuzz/corpus/ship/pax \
	tests/fuzz/corpus/ship/plain tests/fuzz/corpus/ship/symlink tests/fuzz/corpus/ship/zstd
if FUZZING
EXTRA_PROGRAMS += fuzz_ship
fuzz_ship_SOURCES = tests/fuzz/fuzz_ship.c
fuzz_ship_LDADD = libship.a libhost.a libbase.a $(SSH2_LIBS) $(ARCHIVE_LIBS) $(CRYPTO_LIBS)
fuzz_ship_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

EXTRA_DIST += tests/fuzz/fuzz_billing_ini.c tests/fuzz/corpus/billing_ini/crlf tests/fuzz/corpus/billing_ini/example \
	tests/fuzz/corpus/billing_ini/nested tests/fuzz/corpus/billing_ini/odd
if FUZZING
EXTRA_PROGRAMS += fuzz_billing_ini
fuzz_billing_ini_SOURCES = tests/fuzz/fuzz_billing_ini.c
fuzz_billing_ini_LDADD = libcare.a libbase.a $(CRYPTO_LIBS)
fuzz_billing_ini_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
