# engine
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES =
