# care: what is done with a pair after set-up; beside the engine, above steps
noinst_LIBRARIES += libcare.a
libcare_a_SOURCES = \
	src/care/alike.c \
	src/care/alike_read.c \
	src/care/alike_room.h \
	src/care/billing.c \
	src/care/billing_ini.c \
	src/care/billing_ini_edit.c \
	src/care/billing_text.c \
	src/care/billing_try.c \
	src/care/bring_place.c \
	src/care/bring_room.h \
	src/care/bring_stage.c \
	src/care/bring_table.c \
	src/care/care.c \
	src/care/carry_out.c \
	src/care/check.c \
	src/care/compare.c \
	src/care/deep.c \
	src/care/doubt.c \
	src/care/judge.c \
	src/care/judge_pair.c \
	src/care/judge_space.c \
	src/care/maintain.c \
	src/care/maintain_logs.c \
	src/care/maintain_readers.c \
	src/care/maintain_seen.c \
	src/care/maintain_text.c \
	src/care/monitor.c \
	src/care/php_tokens.c \
	src/care/php_tokens.h \
	src/care/report_login.c \
	src/care/sight.c \
	src/care/words.c
