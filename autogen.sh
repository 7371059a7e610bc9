#!/bin/sh
# Makes ./configure from configure.ac in a fresh checkout.
set -eu
cd "$(dirname "$0")"
for tool in autoreconf automake pkg-config; do
    command -v "$tool" >/dev/null || { echo "autogen.sh: $tool is missing (Debian: autoconf automake pkg-config)" >&2; exit 1; }
done
exec autoreconf --install --force
