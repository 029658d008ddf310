#!/usr/bin/env bash
# Installs the Debian package of dist/ on this machine, looks at what came, lets the service see the demonstration
# capture as its unit would start it, and removes it all again. Looks at the RPM packages without installing them.
# For a machine to throw away, as root: SIGTRANSIT_TEST_INSTALL=yes deploy/packaging/test.sh (CI=true will do too).
# Wants what `make packages` made, and dpkg, rpm, systemd (not running), iproute2, tcpreplay, curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $(id -u) = 0 ]] || { echo 'needs root: it installs a package'; exit 1; }
[[ ${SIGTRANSIT_TEST_INSTALL:-} = yes || ${CI:-} = true ]] ||
  { echo 'installs and purges the package on this machine; say SIGTRANSIT_TEST_INSTALL=yes if that is meant'; exit 1; }
dpkg -s sigtransit >/dev/null 2>&1 && { echo 'sigtransit is installed here already; this test would purge it'; exit 1; }
[[ -d /run/systemd/system ]] && { echo 'systemd runs here: take a container, where this test can start the service itself'; exit 1; }

fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
eventually() { # SECONDS COMMAND...
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do ((SECONDS < end)) || return 1; sleep 0.2; done
}
mode() { local got; got=$(stat -Lc '%a %U:%G' "$1") && [[ $got = "$2" ]] || fail "$1 is $got, want $2"; }

config=/etc/sigtransit/sigtransit.yaml findings=/var/lib/sigtransit/findings.jsonl pid='' links=''
work=$(mktemp -d)
finish() {
  [[ -z $pid ]] || kill "$pid" 2>/dev/null || :
  [[ -z $links ]] || ip link del mirror0 2>/dev/null || :
  dpkg -P sigtransit >/dev/null 2>&1 || :
  rm -rf "$work"
}
trap finish EXIT

arch=$(dpkg --print-architecture)
deb=$PWD/$(ls dist/sigtransit_*_"$arch".deb) # one: make packages empties dist first
[[ -f $deb ]] || fail "no single package for $arch in dist/"

# What is in the packages of each machine. The numbers are e_machine of ELF.
for a in amd64:x86_64:003e arm64:aarch64:00b7; do
  IFS=: read -r debian rpm machine <<<"$a"
  d=$(ls dist/sigtransit_*_"$debian".deb) r=$(ls dist/sigtransit-*."$rpm".rpm)
  [[ $(dpkg-deb -f "$d" Architecture) = "$debian" && $(rpm -qp --qf '%{ARCH}' "$r" 2>/dev/null) = "$rpm" ]] || fail "$d or $r is for another machine"
  dpkg-deb --fsys-tarfile "$d" | tar -xO ./usr/bin/sigtransit >"$work/program"
  [[ $(od -An -tx2 -j18 -N2 --endian=little "$work/program" | tr -d ' ') = "$machine" ]] || fail "$d holds a program for another machine"
  ! grep -qa 'ld-linux' "$work/program" || fail "the program in $d is not static"
  dpkg-deb --fsys-tarfile "$d" | tar -t | sed 's/^\.//' | grep -v '/$' | sed 's#zsh/vendor-completions#zsh/site-functions#' | sort >"$work/deb"
  rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$r" 2>/dev/null | grep -v ^d | cut -d' ' -f2 | sort >"$work/rpm"
  diff "$work/deb" "$work/rpm" || fail "$d and $r hold different files"
  for s in preinstall postinstall preuninstall postuninstall; do
    rpm -qp --scripts "$r" 2>/dev/null | grep -q "^$s scriptlet" || fail "$r has no $s"
  done
  [[ $(rpm -qp --qf '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' "$r" 2>/dev/null | grep ^$config) = "$config cn" ]] || fail "$r does not keep $config of the user's"
done
ok "packages for amd64 and arm64, Debian and RPM, hold the same $(wc -l <"$work/deb") files"

# Installed.
dpkg -i "$deb" >"$work/log" 2>&1 || { cat "$work/log"; fail 'dpkg -i'; }
grep -q "name the interface" "$work/log" || fail 'the installation does not say what is next'
IFS=: read -r _ _ _ _ _ home shell < <(getent passwd sigtransit) || fail 'no user sigtransit'
[[ $home = /var/lib/sigtransit && $shell = */nologin ]] || fail "user sigtransit has home $home and shell $shell"
mode /usr/bin/sigtransit '755 root:root'
mode /etc/sigtransit '750 root:sigtransit'
mode $config '640 root:sigtransit'
mode /var/lib/sigtransit '750 sigtransit:sigtransit'
mode /var/log/sigtransit '750 sigtransit:sigtransit'
for f in $(grep -v ^/etc/ "$work/deb" | grep -v -e ^/usr/bin -e zsh/); do mode "$f" '644 root:root'; done
[[ $(sigtransit version) = "sigtransit $(dpkg-deb -f "$deb" Version) "* ]] || fail "sigtransit version says $(sigtransit version)"
! command -v man >/dev/null || man -w sigtransit-run >/dev/null || fail 'no manual page'
bash -c 'source /usr/share/bash-completion/completions/sigtransit && complete -p sigtransit' >/dev/null || fail 'completion'
ok 'user, files, modes, version, manual, completion'

# Links of the documents, and of the alerts to their runbooks, lead to what is there.
doc=/usr/share/doc/sigtransit n=0
while IFS=: read -r from link; do
  to=${link#file://} anchor=
  [[ $to != *'#'* ]] || { anchor=${to#*'#'} to=${to%%'#'*}; }
  [[ $to = /* ]] || to=$(dirname "$from")/$to
  [[ -e $to ]] || fail "$from links to $link, which is not installed"
  [[ -z $anchor || $to != *.md ]] || sed -nE 's/^#+ //p' "$to" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9_\n-' | grep -qx -- "$anchor" || fail "$from links to $link, and $to has no such heading"
  n=$((n + 1))
done < <(find $doc -type f -name '*.md' -exec grep -oHE '\]\([^) ]+\)' {} + | sed -E 's/:\]\(/:/; s/\)$//' | grep -vE ':(https?://|mailto:|#)'
  grep -oHE 'file://[^ ]+' /usr/share/sigtransit/prometheus/sigtransit.rules.yml)
((n > 100)) || fail "only $n links were followed"
ok "$n links of documents and alerts"

unit=/usr/lib/systemd/system/sigtransit.service
out=$(systemd-analyze verify $unit 2>&1) && [[ -z $(grep -v 'failed with code' <<<"$out") ]] || { echo "$out"; fail 'systemd-analyze verify'; } # man is not everywhere
systemd-analyze security --offline=yes --threshold=20 $unit >"$work/log" || { tail -1 "$work/log"; fail 'the unit is less confined than 2.0'; }
ok "unit: $(tail -1 "$work/log" | sed 's/^[^O]*//')"

# As the unit starts it: its user, its one capability, its command lines.
confined=(setpriv --reuid sigtransit --regid sigtransit --init-groups --inh-caps +net_raw --ambient-caps +net_raw --bounding-set -all,+net_raw --no-new-privs)
line() { sed -n "s/^$1=//p" $unit; }
cd /var/lib/sigtransit # WorkingDirectory=
"${confined[@]}" $(line ExecStartPre) || fail 'sigtransit check of the configuration as installed'

ip link add mirror0 type veth peer name mirror0-sends
links=made
for i in mirror0 mirror0-sends; do sysctl -qw "net.ipv6.conf.$i.disable_ipv6=1" 2>/dev/null || :; ip link set "$i" up; done
(umask 0027 && exec "${confined[@]}" $(line ExecStart)) 2>"$work/log" & pid=$!
eventually 15 curl -sf http://127.0.0.1:9810/-/ready || { cat "$work/log"; fail 'not ready within 15 s'; }
[[ $(curl -s http://127.0.0.1:9810/-/ready) = ok ]] || fail '/-/ready does not say ok'
grep -E '^(Uid|Cap(Prm|Bnd)|NoNewPrivs):' /proc/$pid/status | tr -s '\t' ' ' | cut -d' ' -f1,2 >"$work/rights"
diff "$work/rights" - <<<"Uid: $(id -u sigtransit)
CapPrm: 0000000000002000
CapBnd: 0000000000002000
NoNewPrivs: 1" || fail 'other rights than CAP_NET_RAW as sigtransit'
tcpreplay -q -i mirror0-sends --pps=1000 /usr/share/sigtransit/demo.pcapng >/dev/null 2>&1 || fail 'tcpreplay'
want=$(sigtransit replay /usr/share/sigtransit/demo.pcapng | grep -c '"event_type":"finding"')
count() { grep -c '"event_type":"finding"' $findings; }
eventually 15 eval '[[ $(count) -ge $want ]]' || { cat "$work/log"; fail "$(count) findings of the live capture, $want of the file"; }
grep -q '"severity":"critical"' $findings && grep -q '"evidence":"adjacent"' $findings || fail 'the findings are others'
curl -s http://127.0.0.1:9810/metrics >"$work/metrics"
grep -q '^sigtransit_flagged_answers_with_secrets_total{' "$work/metrics" || fail 'the metrics do not tell of the findings'
mode $findings '640 sigtransit:sigtransit'
kill -TERM $pid
wait $pid || { cat "$work/log"; fail "ended with $?"; }
pid=
[[ -s /var/lib/sigtransit/state.json ]] || fail 'no state was written'
[[ $(grep -c . "$work/log") -gt 0 ]] && ! grep -qE 'level=(ERROR|WARN)|panic' "$work/log" || { cat "$work/log"; fail 'the log has complaints, or nothing'; }
ok "as user sigtransit with CAP_NET_RAW alone: $(count) findings of the demonstration, live as in the file"

# Upgraded: what the user changed stays. Removed: what was found stays. Purged: nothing stays but the user.
cd /
echo '# ours' >>$config
dpkg -i "$deb" >/dev/null 2>&1 || fail 'installing again'
grep -qx '# ours' $config || fail 'an upgrade overwrites the configuration'
dpkg -r sigtransit >/dev/null 2>&1 || fail 'dpkg -r'
[[ ! -e /usr/bin/sigtransit && ! -e $unit && -f $config && -f $findings ]] || fail 'removing keeps too much or too little'
dpkg -P sigtransit >"$work/log" 2>&1 || { cat "$work/log"; fail 'dpkg -P'; }
for f in $(cat "$work/deb") /etc/sigtransit /var/lib/sigtransit /var/log/sigtransit /usr/share/sigtransit /usr/share/doc/sigtransit; do
  [[ ! -e ${f/site-functions/vendor-completions} ]] || fail "$f is left"
done
ok 'upgrade, removal and purge'
