# lab, help texts, man page, completion, example answers
dist_man_MANS += assets/dualserver.1
dist_doc_DATA = assets/answers.example
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	assets/examples/dualserver-check.service \
	assets/examples/dualserver-check.timer \
	assets/examples/icinga2.conf \
	assets/examples/nagios.cfg \
	assets/examples/dualserver-maintain.service \
	assets/examples/dualserver-maintain.timer
bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = assets/completion/dualserver
EXTRA_DIST += assets/lab

# The lab is a tree: each file keeps its place in it, scripts stay executable.
install-data-local:
	cd $(top_srcdir)/assets && find lab -type d | while read -r folder; do \
		$(MKDIR_P) "$(DESTDIR)$(pkgdatadir)/$$folder" || exit 1; done
	cd $(top_srcdir)/assets && find lab -type f | while read -r file; do \
		if test -x "$$file"; then mode=755; else mode=644; fi; \
		$(INSTALL) -m $$mode "$$file" "$(DESTDIR)$(pkgdatadir)/$$file" || exit 1; done

uninstall-local:
	rm -rf "$(DESTDIR)$(pkgdatadir)/lab"
