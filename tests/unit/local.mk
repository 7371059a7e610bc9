# One program per module; each links only the rooms it needs.
if HAVE_CMOCKA
check_PROGRAMS += test_model
TESTS += test_model
test_model_SOURCES = tests/unit/test_model.c
test_model_LDADD = libengine.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_manifest test_inspect test_ship
TESTS += test_manifest test_inspect test_ship
test_manifest_SOURCES = tests/unit/test_manifest.c
test_manifest_LDADD = libship.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_inspect_SOURCES = tests/unit/test_inspect.c tests/unit/tarmake.h
test_inspect_LDADD = libship.a libbase.a $(ARCHIVE_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_ship_SOURCES = tests/unit/test_ship.c
test_ship_LDADD = libship.a libhost.a libbase.a $(SSH2_LIBS) $(ARCHIVE_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_answers
TESTS += test_answers
test_answers_SOURCES = tests/unit/test_answers.c
test_answers_LDADD = libplan.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_filename
TESTS += test_filename
test_filename_SOURCES = tests/unit/test_filename.c
test_filename_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_account test_certificate test_cnf test_cnf_reader test_dialect test_mysql
TESTS += test_account test_certificate test_cnf test_cnf_reader test_dialect test_mysql
test_account_SOURCES = tests/unit/test_account.c
test_account_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_certificate_SOURCES = tests/unit/test_certificate.c
test_certificate_CPPFLAGS = $(AM_CPPFLAGS) -DUNIT_FOLDER='"$(abs_srcdir)/tests/unit"'
test_certificate_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/unit/certificates
test_cnf_SOURCES = tests/unit/test_cnf.c
test_cnf_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_cnf_reader_SOURCES = tests/unit/test_cnf_reader.c
test_cnf_reader_LDADD = libmysql.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_dialect_SOURCES = tests/unit/test_dialect.c
test_dialect_LDADD = libmysql.a $(CMOCKA_LIBS)
test_mysql_SOURCES = tests/unit/test_mysql.c
test_mysql_LDADD = libmysql.a libhost.a libbase.a $(SSH2_LIBS) $(MYSQL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_options test_headless
TESTS += test_options test_headless
test_options_SOURCES = tests/unit/test_options.c
test_options_LDADD = libfront.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
test_headless_SOURCES = tests/unit/test_headless.c
test_headless_LDADD = libfront.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_copy_way
TESTS += test_copy_way
test_copy_way_SOURCES = tests/unit/test_copy_way.c
test_copy_way_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
check_PROGRAMS += test_steps
TESTS += test_steps
test_steps_SOURCES = tests/unit/test_steps.c
test_steps_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_past
TESTS += test_past
test_past_SOURCES = tests/unit/test_past.c
test_past_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_facts test_checks
TESTS += test_facts test_checks
test_facts_SOURCES = tests/unit/test_facts.c
test_facts_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
test_checks_SOURCES = tests/unit/test_checks.c
test_checks_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_base test_secret test_quote test_local test_bridge test_service test_ssh
TESTS += test_base test_secret test_quote test_local test_bridge test_service test_ssh
test_base_SOURCES = tests/unit/test_base.c
test_base_LDADD = libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_secret_SOURCES = tests/unit/test_secret.c
test_secret_LDADD = libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_quote_SOURCES = tests/unit/test_quote.c
test_quote_LDADD = libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
host_case_sources = tests/unit/host_cases.c tests/unit/host_cases.h tests/unit/host_echo.c
test_local_SOURCES = tests/unit/test_local.c $(host_case_sources)
test_local_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_bridge_SOURCES = tests/unit/test_bridge.c tests/unit/host_cases.h tests/unit/host_echo.c
test_bridge_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_service_SOURCES = tests/unit/test_service.c
test_service_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_rogue
TESTS += test_rogue
test_rogue_SOURCES = tests/unit/test_rogue.c tests/unit/fake_server.c tests/unit/fake_server.h tests/unit/server_history.c \
	tests/unit/server_text.c tests/unit/server_text.h
test_rogue_LDADD = libmysql.a libhost.a libbase.a $(SSH2_LIBS) $(MYSQL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_gate
TESTS += test_gate
test_gate_SOURCES = tests/unit/test_gate.c
test_gate_DEPENDENCIES = $(ROOM_LIBS)
test_gate_LDFLAGS = $(WHOLE_ROOMS)
test_gate_LDADD = libbase.a $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_watchdog
TESTS += test_watchdog
test_watchdog_SOURCES = tests/unit/test_watchdog.c
test_watchdog_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_shown
TESTS += test_shown
test_shown_SOURCES = tests/unit/test_shown.c
test_shown_LDADD = libhost.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

# what servers answer about replication, version by version
check_PROGRAMS += test_status
TESTS += test_status
test_status_SOURCES = tests/unit/test_status.c tests/unit/fake_server.c tests/unit/fake_server.h \
	tests/unit/server_history.c tests/unit/server_text.c tests/unit/server_text.h
test_status_CPPFLAGS = $(AM_CPPFLAGS) -DSRC_TESTS=\"$(abs_top_srcdir)/tests\"
test_status_LDADD = libmysql.a libhost.a libbase.a $(SSH2_LIBS) $(MYSQL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

# a whole run against servers that are written down, version by version
check_PROGRAMS += test_statements
TESTS += test_statements
test_statements_SOURCES = tests/unit/test_statements.c tests/unit/fake_host.c tests/unit/fake_host.h \
	tests/unit/fake_server.c tests/unit/fake_server.h tests/unit/server_history.c tests/unit/server_text.c \
	tests/unit/server_text.h
test_statements_CPPFLAGS = $(AM_CPPFLAGS) -DSRC_TESTS=\"$(abs_top_srcdir)/tests\"
test_statements_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

test_ssh_SOURCES = tests/unit/test_ssh.c tests/unit/sshd.c tests/unit/sshd.h $(host_case_sources)
test_ssh_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/unit/servers tests/unit/status tests/unit/golden
