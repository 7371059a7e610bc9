# care: what is done with a pair after set-up; beside the engine, above steps
noinst_LIBRARIES += libcare.a
libcare_a_SOURCES = \
	src/care/care.c \
	src/care/check.c \
	src/care/compare.c \
	src/care/deep.c \
	src/care/judge.c \
	src/care/judge_pair.c \
	src/care/judge_space.c \
	src/care/monitor.c \
	src/care/sight.c
