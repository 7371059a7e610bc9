# ship
noinst_LIBRARIES += libship.a
libship_a_SOURCES =
