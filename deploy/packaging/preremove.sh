#!/bin/sh
# Not on upgrades: "upgrade" (Debian), 1 (RPM).
set -e
case "$1" in
  remove | 0)
    if [ -d /run/systemd/system ]; then
      systemctl disable --now sigtransit.service || :
    fi
    ;;
esac
