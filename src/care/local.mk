# care: what is done with a pair after set-up; beside the engine, above steps
noinst_LIBRARIES += libcare.a
libcare_a_SOURCES = \
	src/care/care.c \
	src/care/check.c
