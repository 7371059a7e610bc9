# care: what is done with a pair after set-up; beside the engine, above steps
noinst_LIBRARIES += libcare.a
libcare_a_SOURCES = \
	src/care/report_login.c \
	src/care/care.c \
	src/care/check.c \
	src/care/compare.c \
	src/care/deep.c \
	src/care/doubt.c \
	src/care/failing.c \
	src/care/fixes.c \
	src/care/fixes_io.c \
	src/care/fixes_room.h \
	src/care/fixes_servers.c \
	src/care/fixes_sql.c \
	src/care/fixes_table.c \
	src/care/judge.c \
	src/care/judge_pair.c \
	src/care/judge_space.c \
	src/care/monitor.c \
	src/care/sight.c \
	src/care/symptoms.c \
	src/care/symptoms_io.c \
	src/care/symptoms_room.h \
	src/care/symptoms_servers.c \
	src/care/symptoms_sql.c \
	src/care/trouble.c \
	src/care/trouble_failing.c \
	src/care/trouble_reports.c \
	src/care/trouble_room.h
libcare_a_SOURCES += src/care/billing.c src/care/billing_ini.c src/care/billing_ini_edit.c src/care/billing_text.c src/care/billing_try.c \
	src/care/carry_out.c src/care/php_tokens.c src/care/php_tokens.h
libcare_a_SOURCES += src/care/bring_place.c src/care/bring_room.h src/care/bring_stage.c src/care/bring_table.c
libcare_a_SOURCES += src/care/maintain.c src/care/maintain_logs.c src/care/maintain_readers.c src/care/maintain_seen.c src/care/maintain_text.c src/care/words.c
libcare_a_SOURCES += src/care/reprovision.c src/care/reprovision_carry.c src/care/reprovision_decide.c src/care/reprovision_reports.c src/care/reprovision_room.h
