# plan: answers, facts, changes: what is known and what will be done
noinst_LIBRARIES += libplan.a
libplan_a_SOURCES = \
	src/plan/answers.c \
	src/plan/answers_check.c \
	src/plan/answers_file.c \
	src/plan/answers_keys.c \
	src/plan/change.c \
	src/plan/change_apply.c \
	src/plan/facts.c \
	src/plan/facts_cross.c \
	src/plan/facts_gtid.c \
	src/plan/facts_machine.c \
	src/plan/facts_needs.c \
	src/plan/facts_room.h \
	src/plan/facts_server.c \
	src/plan/facts_tls.c \
	src/plan/world.c
