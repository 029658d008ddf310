#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || :
fi
# What the service found stays until the package is purged.
if [ "$1" = purge ]; then
  rm -rf /var/lib/private/sigtransit /var/lib/sigtransit /var/log/private/sigtransit /var/log/sigtransit
  rmdir /etc/sigtransit 2>/dev/null || :
fi
