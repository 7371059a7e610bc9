# host: commands, files and services of a machine, this one or one over SSH
noinst_LIBRARIES += libhost.a
libhost_a_SOURCES = \
	src/host/bridge.c \
	src/host/driver.c \
	src/host/driver.h \
	src/host/file.c \
	src/host/gate.c \
	src/host/host.c \
	src/host/local.c \
	src/host/local.h \
	src/host/local_relay.c \
	src/host/local_spawn.c \
	src/host/local_stream.c \
	src/host/lock.c \
	src/host/net.c \
	src/host/net.h \
	src/host/service.c \
	src/host/shown.c \
	src/host/ssh.c \
	src/host/ssh.h \
	src/host/ssh_auth.c \
	src/host/ssh_auth_key.c \
	src/host/ssh_channel.c \
	src/host/ssh_forward.c \
	src/host/ssh_hostkey.c \
	src/host/ssh_keyfile.c \
	src/host/ssh_known.c \
	src/host/ssh_login.c \
	src/host/ssh_login.h \
	src/host/ssh_proxy.c \
	src/host/ssh_session.c \
	src/host/ssh_stream.c \
	src/host/sudo.c \
	src/host/tunnel.c \
	src/host/watchdog.c
