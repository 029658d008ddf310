//go:build linux

// Package livetest gives tests of live capture a network of their own: a network and
// mount namespace that nothing of the machine is seen in, pairs of virtual interfaces,
// and a sender of frames. It needs root and iproute2; where they are missing a test is
// skipped, and fails with CI=true.
package livetest

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

// inside is set in the copy of the test that has namespaces of its own.
const inside = "SIGTRANSIT_TEST_ISOLATED"

// Isolated reports whether the test runs in namespaces of its own. If not it has run
// there when Isolated returns, as a process of its own, and is judged: the caller
// returns.
func Isolated(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) == t.Name() {
		for _, scope := range []string{"all", "default"} { // no packets but ours
			if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+scope+"/disable_ipv6", []byte("1"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		IP(t, "link", "set", "lo", "up")
		return true
	}
	missing := ""
	if os.Geteuid() != 0 {
		missing = "root, for interfaces of its own"
	} else if _, err := exec.LookPath("ip"); err != nil {
		missing = "ip of iproute2"
	}
	if missing != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI lacks " + missing)
		}
		t.Skip("needs " + missing)
	}
	c := exec.Command("/proc/self/exe", append(os.Args[1:], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")...)
	c.Env = append(os.Environ(), inside+"="+t.Name())
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := c.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case testing.Verbose():
		t.Logf("\n%s", out)
	}
	return false
}

// IP runs ip(8).
func IP(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// Far is the other end of a pair.
func Far(name string) string { return name + "-far" }

// Pair makes two interfaces of which one gets what the other sends, both up.
func Pair(t testing.TB, name string) {
	t.Helper()
	IP(t, "link", "add", name, "mtu", "9000", "type", "veth", "peer", "name", Far(name), "mtu", "9000")
	IP(t, "link", "set", name, "up")
	IP(t, "link", "set", Far(name), "up")
}

// Sender puts frames on an interface.
type Sender struct {
	t    testing.TB
	fd   int
	to   unix.SockaddrLinklayer
	Sent uint64 // frames
}

// NewSender makes a sender at the far end of a pair.
func NewSender(t testing.TB, name string) *Sender {
	t.Helper()
	face, err := net.InterfaceByName(Far(name))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &Sender{t: t, fd: fd, to: unix.SockaddrLinklayer{Ifindex: face.Index, Halen: 6}}
}

// Send sends frames, those that are too long for the interface apart.
func (s *Sender) Send(frames ...[]byte) {
	for _, f := range frames {
		for {
			err := unix.Sendto(s.fd, f, 0, &s.to)
			if err == unix.ENOBUFS || err == unix.EINTR {
				time.Sleep(time.Millisecond)
				continue
			}
			if err == unix.EMSGSIZE || err == unix.EINVAL {
				break // no frame: too long, or without a header
			}
			if err != nil {
				s.t.Errorf("sending: %v", err)
				return
			}
			s.Sent++
			break
		}
	}
}

// Lost is how many frames of those sent the kernel had no room for on the way to the
// near end (netdev_max_backlog), before a capture could see them.
func Lost(t testing.TB, name string) uint64 {
	t.Helper()
	out, err := exec.Command("ip", "-j", "-s", "link", "show", Far(name)).Output()
	var links []struct {
		Stats64 struct{ Tx struct{ Dropped uint64 } }
	}
	if err == nil {
		err = json.Unmarshal(out, &links)
	}
	if err != nil || len(links) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	return links[0].Stats64.Tx.Dropped
}

// Frames reads the Ethernet frames of a capture file.
func Frames(t testing.TB, name string) (frames [][]byte) {
	t.Helper()
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	batch := make([]capture.Frame, 64)
	for {
		n, err := f.Read(batch)
		for _, x := range batch[:n] {
			if x.LinkType == capture.LinkTypeEthernet {
				frames = append(frames, append([]byte(nil), x.Data...))
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Logf("%s: %v", name, err) // damaged captures are among them
			}
			return frames
		}
	}
}
