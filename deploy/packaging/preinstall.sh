#!/bin/sh
# The user must be there before files are given to its group.
set -e
if ! getent passwd sigtransit >/dev/null; then
  if command -v systemd-sysusers >/dev/null; then
    printf 'u sigtransit - "sigtransit, signaling monitor" /var/lib/sigtransit\n' | systemd-sysusers - || :
  fi
  if ! getent passwd sigtransit >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/sigtransit --no-create-home --shell /usr/sbin/nologin \
      --comment 'sigtransit, signaling monitor' sigtransit
  fi
fi
