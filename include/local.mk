# headers, for make dist
EXTRA_DIST += include/base include/care include/engine include/headless.h include/host include/lab.h include/mysql include/options.h \
	include/plan include/ship include/steps include/trouble include/ui
