# One program per module; each links only the rooms it needs.
if HAVE_CMOCKA
check_PROGRAMS += test_answers
TESTS += test_answers
test_answers_SOURCES = tests/unit/test_answers.c
test_answers_LDADD = libplan.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_cnf test_cnf_reader test_dialect
TESTS += test_cnf test_cnf_reader test_dialect
test_cnf_SOURCES = tests/unit/test_cnf.c
test_cnf_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_cnf_reader_SOURCES = tests/unit/test_cnf_reader.c
test_cnf_reader_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_dialect_SOURCES = tests/unit/test_dialect.c
test_dialect_LDADD = libmysql.a $(CMOCKA_LIBS)
endif
