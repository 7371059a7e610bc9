# tests; each folder lists its own
include tests/unit/local.mk
include tests/screens/local.mk
include tests/fuzz/local.mk
include tests/lab/local.mk
include tests/faults/local.mk
EXTRA_DIST += tests/run tests/rooms tests/lint tests/cppcheck.suppressions tests/lab
include tests/bench/local.mk
