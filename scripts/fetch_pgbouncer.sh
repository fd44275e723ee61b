#!/bin/sh
# Unpack Debian's pgbouncer into the directory given, without root. Fails where there is no apt.
set -eu
into=$1
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
cd "$packages"
apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=5 download pgbouncer libc-ares2 libevent-2.1-7
mkdir -p "$into"
for package in *.deb; do
    dpkg -x "$package" "$into"
done
