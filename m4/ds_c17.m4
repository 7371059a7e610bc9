# DS_C17: the compiler in C17 mode with the warnings the project is clean under.
AC_DEFUN([DS_C17], [
  DS_CFLAGS="-std=gnu17 -Wall -Wextra -Wpedantic"
  AC_SUBST([DS_CFLAGS])
])
