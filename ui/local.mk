# the screens
noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/app.c \
	ui/app_care.c \
	ui/app_room.h \
	ui/ask.c \
	ui/bridge.c \
	ui/canvas.c \
	ui/care.c \
	ui/care_check.c \
	ui/care_reprovision.c \
	ui/care_trouble.c \
	ui/care_upkeep.c \
	ui/dialog.c \
	ui/field.c \
	ui/form.c \
	ui/help.c \
	ui/loop.c \
	ui/monitor.c \
	ui/screen.c \
	ui/screen_care.c \
	ui/screen_checks.c \
	ui/screen_hosts.c \
	ui/screen_monitor.c \
	ui/screen_plan.c \
	ui/screen_result.c \
	ui/screen_run.c \
	ui/screen_start.c \
	ui/term.c \
	ui/term_lost.c \
	ui/theme.c \
	ui/views.c \
	ui/waits.c \
	ui/widgets.c \
	ui/wizard.c
nodist_libui_a_SOURCES = ui/help_texts.c
CLEANFILES += ui/help_texts.c
EXTRA_DIST += assets/help/help.txt assets/help/embed.awk

ui/help_texts.c: $(top_srcdir)/assets/help/help.txt $(top_srcdir)/assets/help/embed.awk
	$(AM_V_GEN)$(MKDIR_P) ui && LC_ALL=C $(AWK) -f $(top_srcdir)/assets/help/embed.awk \
		$(top_srcdir)/assets/help/help.txt >$@.new && mv $@.new $@
