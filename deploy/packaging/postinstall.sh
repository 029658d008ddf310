#!/bin/sh
# The service is not started at the first installation: nobody knows yet which
# interface to watch. An upgrade restarts it where it runs.
set -e
if command -v systemd-tmpfiles >/dev/null; then
  systemd-tmpfiles --create sigtransit.conf || : # folders that an older version left to systemd
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || :
  systemctl try-restart sigtransit.service || :
fi
# $1: "configure" with the old version in $2 (Debian), or the number of versions (RPM).
if [ "$1" = configure ] && [ -z "${2:-}" ] || [ "$1" = 1 ]; then
  cat <<'TEXT'
sigtransit: name the interface of your mirror port in /etc/sigtransit/sigtransit.yaml, then
  sigtransit check -c /etc/sigtransit/sigtransit.yaml
  systemctl enable --now sigtransit
TEXT
fi
