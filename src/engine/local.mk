# engine: connect, check, plan, run, journal, recover; the model that screens show
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/engine/accept.c \
	src/engine/checks.c \
	src/engine/checks.h \
	src/engine/checks_data.c \
	src/engine/checks_disk.c \
	src/engine/checks_gtid.c \
	src/engine/checks_machine.c \
	src/engine/checks_needs.c \
	src/engine/checks_replication.c \
	src/engine/checks_server.c \
	src/engine/checks_tls.c \
	src/engine/connect.c \
	src/engine/ending.c \
	src/engine/engine.c \
	src/engine/engine_room.h \
	src/engine/further.c \
	src/engine/further_apart.c \
	src/engine/guard.c \
	src/engine/journal.c \
	src/engine/journal_facts.c \
	src/engine/journal_read.c \
	src/engine/least.c \
	src/engine/look.c \
	src/engine/model.c \
	src/engine/recover.c \
	src/engine/report.c \
	src/engine/resume.c \
	src/engine/resume_from.h \
	src/engine/resume_from.c \
	src/engine/runs.c \
	src/engine/undo.c \
	src/engine/undo_files.c \
	src/engine/undo_others.c
