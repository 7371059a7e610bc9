# steps: one file for each of the fourteen, and what several of them share
noinst_LIBRARIES += libsteps.a
libsteps_a_SOURCES = \
	src/steps/01_master_config.c \
	src/steps/02_master_stop.c \
	src/steps/03_copy.c \
	src/steps/04_master_start.c \
	src/steps/05_grant_replication.c \
	src/steps/06_ship.c \
	src/steps/07_slave_stop.c \
	src/steps/08_unpack.c \
	src/steps/09_ownership.c \
	src/steps/10_slave_config.c \
	src/steps/11_slave_start.c \
	src/steps/12_change_master.c \
	src/steps/13_running.c \
	src/steps/14_grant_reports.c \
	src/steps/adopt.c \
	src/steps/aside.c \
	src/steps/config.c \
	src/steps/copy.c \
	src/steps/copy_way.c \
	src/steps/gtid.c \
	src/steps/import.c \
	src/steps/import.h \
	src/steps/import_exchange.c \
	src/steps/import_sdi.c \
	src/steps/import_tablespace.c \
	src/steps/kept_definitions.c \
	src/steps/login.c \
	src/steps/prove.c \
	src/steps/settings.c \
	src/steps/shared_copy.c \
	src/steps/table.c \
	src/steps/take_back_account.c \
	src/steps/take_back_database.c \
	src/steps/take_back_replication.c \
	src/steps/tls.c \
	src/steps/warm.c \
	src/steps/watch.c \
	src/steps/upgrade.c \
	src/steps/ways/backup.c \
	src/steps/ways/clone.c \
	src/steps/ways/cost.c \
	src/steps/ways/directory.c \
	src/steps/ways/rows.c \
	src/steps/ways/snapshot.c \
	src/steps/ways/whole.c
