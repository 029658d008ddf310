#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || :
fi
# What the service found stays until the package is purged (RPM knows no purge). So
# do files of /etc/sigtransit that the package did not bring, keys among them; and the
# user, locked as ever, so that nobody gets its number with its files.
if [ "$1" = purge ]; then
  rm -rf /var/lib/sigtransit /var/log/sigtransit
  rmdir /etc/sigtransit 2>/dev/null || :
fi
