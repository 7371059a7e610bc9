# mysql
noinst_LIBRARIES += libmysql.a
libmysql_a_SOURCES =
