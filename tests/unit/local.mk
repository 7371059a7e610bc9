# One program per module; each links only the rooms it needs.
if HAVE_CMOCKA
check_PROGRAMS += test_answers
TESTS += test_answers
test_answers_SOURCES = tests/unit/test_answers.c
test_answers_LDADD = libplan.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif
