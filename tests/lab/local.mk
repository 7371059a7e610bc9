# The lab tests are scripts run by hand or by `quickstart test`; mysql_room is the helper of one of them.
EXTRA_PROGRAMS += mysql_room
mysql_room_SOURCES = tests/lab/mysql_room.c
mysql_room_LDADD = libmysql.a libhost.a libbase.a $(SSH2_LIBS) $(MYSQL_LIBS) $(CRYPTO_LIBS)
EXTRA_PROGRAMS += quote_room
quote_room_SOURCES = tests/lab/quote_room.c
quote_room_LDADD = libmysql.a libhost.a libbase.a $(SSH2_LIBS) $(MYSQL_LIBS) $(CRYPTO_LIBS)
EXTRA_PROGRAMS += script_room
script_room_SOURCES = tests/lab/script_room.c
script_room_DEPENDENCIES = $(ROOM_LIBS)
script_room_LDFLAGS = $(WHOLE_ROOMS)
script_room_LDADD = libbase.a $(ROOM_LIBADD)
