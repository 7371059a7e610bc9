# One program per module; each links only the rooms it needs.
if HAVE_CMOCKA
check_PROGRAMS += test_model
TESTS += test_model
test_model_SOURCES = tests/unit/test_model.c
test_model_LDADD = libengine.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += test_manifest test_inspect test_ship test_leftover
TESTS += test_manifest test_inspect test_ship test_leftover
test_manifest_SOURCES = tests/unit/test_manifest.c
test_manifest_LDADD = libship.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_inspect_SOURCES = tests/unit/test_inspect.c tests/unit/hostile_tars.h tests/unit/tarmake.h
test_inspect_LDADD = libship.a libbase.a $(ARCHIVE_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_ship_SOURCES = tests/unit/test_ship.c tests/unit/hostile_tars.h tests/unit/ship_scene.c tests/unit/ship_scene.h tests/unit/tarmake.h
test_ship_LDADD = libship.a libhost.a libbase.a $(SSH2_LIBS) $(ARCHIVE_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
test_leftover_SOURCES = tests/unit/test_leftover.c tests/unit/ship_scene.c tests/unit/ship_scene.h
test_leftover_LDADD = libship.a libhost.a libbase.a $(SSH2_LIBS) $(ARCHIVE_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)

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

check_PROGRAMS += test_alike test_judge test_monitor
TESTS += test_alike test_judge test_monitor
test_alike_SOURCES = tests/unit/test_alike.c
test_alike_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
test_monitor_SOURCES = tests/unit/test_monitor.c
test_monitor_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
test_judge_SOURCES = tests/unit/test_judge.c
test_judge_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

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

check_PROGRAMS += test_reprovision
TESTS += test_reprovision
test_reprovision_SOURCES = tests/unit/test_reprovision.c
test_reprovision_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

check_PROGRAMS += test_troubleshoot
TESTS += test_troubleshoot
test_troubleshoot_SOURCES = tests/unit/test_troubleshoot.c
test_troubleshoot_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

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
rig_sources = tests/unit/rig.c tests/unit/rig.h tests/unit/fake_host.c tests/unit/fake_host.h tests/unit/fake_server.c \
	tests/unit/fake_server.h tests/unit/server_history.c tests/unit/server_text.c tests/unit/server_text.h
test_statements_SOURCES = tests/unit/test_statements.c $(rig_sources)
test_statements_CPPFLAGS = $(AM_CPPFLAGS) -DSRC_TESTS=\"$(abs_top_srcdir)/tests\"
test_statements_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

# what servers and hosts say, spoilt one word at a time, on every way out
check_PROGRAMS += test_hostile
TESTS += test_hostile
test_hostile_SOURCES = tests/unit/test_hostile.c $(rig_sources)
test_hostile_CPPFLAGS = $(AM_CPPFLAGS) -DSRC_TESTS=\"$(abs_top_srcdir)/tests\"
test_hostile_LDADD = libui.a libfront.a $(ROOM_LIBS) $(ROOM_LIBADD) $(CURSES_LIBS) $(CMOCKA_LIBS)

# every remote call of a run fails once, or the program dies there; then resume and undo
check_PROGRAMS += test_every_call
TESTS += test_every_call
test_every_call_SOURCES = tests/unit/test_every_call.c tests/unit/call_bench.c tests/unit/call_bench.h \
	tests/unit/fake_host.c tests/unit/fake_host.h tests/unit/fake_judge.c \
	tests/unit/fake_follow.c tests/unit/fake_objects.c tests/unit/fake_server.c tests/unit/fake_server.h tests/unit/fake_tables.c \
	tests/unit/fake_words.c tests/unit/fake_words.h tests/unit/fake_world.c tests/unit/fake_world.h \
	tests/unit/server_history.c tests/unit/server_text.c tests/unit/server_text.h
test_every_call_CPPFLAGS = $(AM_CPPFLAGS) -DSRC_TESTS=\"$(abs_top_srcdir)/tests\"
test_every_call_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=poll,--wrap=clock_ms,--wrap=mysql_send_query,--wrap=host_open,--wrap=ship_run
test_every_call_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)

test_ssh_SOURCES = tests/unit/test_ssh.c tests/unit/sshd.c tests/unit/sshd.h $(host_case_sources)
test_ssh_LDADD = libhost.a libbase.a $(SSH2_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/unit/servers tests/unit/status tests/unit/golden
if HAVE_CMOCKA
check_PROGRAMS += test_billing_ini test_maintain
TESTS += test_billing_ini test_maintain
test_maintain_SOURCES = tests/unit/test_maintain.c
test_maintain_LDADD = $(ROOM_LIBS) $(ROOM_LIBADD) $(CMOCKA_LIBS)
test_billing_ini_SOURCES = tests/unit/test_billing_ini.c
test_billing_ini_LDADD = libcare.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif
