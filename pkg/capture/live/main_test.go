//go:build linux

package live

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

// inside is set in the copy of the test that has a network namespace of its own.
const inside = "SIGTRANSIT_TEST_NETNS"

// TestMain runs the tests in a network namespace of their own where it may: nothing
// of this machine is touched, and all is gone with the process.
func TestMain(m *testing.M) {
	if os.Geteuid() != 0 || os.Getenv(inside) != "" {
		os.Exit(m.Run())
	}
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Env = append(os.Environ(), inside+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if err := c.Run(); err != nil {
		if _, ran := err.(*exec.ExitError); ran {
			os.Exit(c.ProcessState.ExitCode())
		}
		fmt.Fprintf(os.Stderr, "no network namespace, tests of live capture are skipped: %v\n", err)
		os.Exit(m.Run())
	}
}

// ip runs ip(8).
func ip(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v: %s", args, err, out)
	}
}

// veth makes a pair of interfaces, called name and name-far, both up.
func veth(t testing.TB, name string) {
	t.Helper()
	if os.Getenv(inside) == "" {
		if os.Geteuid() == 0 && os.Getenv("CI") == "true" {
			t.Fatal("no network namespace in CI")
		}
		t.Skip("live capture needs root, and a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ip (iproute2) is missing")
		}
		t.Skip("ip (iproute2) is missing")
	}
	for _, scope := range []string{"all", "default"} { // no packets but ours
		if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+scope+"/disable_ipv6", []byte("1"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ip(t, "link", "add", name, "type", "veth", "peer", "name", name+"-far")
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", name).Run() })
	ip(t, "link", "set", name, "up")
	ip(t, "link", "set", name+"-far", "up")
}

// sender puts frames on an interface.
type sender struct {
	t  testing.TB
	fd int
	to unix.SockaddrLinklayer
}

// from makes a sender at the far end of a pair.
func from(t testing.TB, name string) *sender {
	t.Helper()
	face, err := net.InterfaceByName(name + "-far")
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &sender{t: t, fd: fd, to: unix.SockaddrLinklayer{Ifindex: face.Index, Halen: 6}}
}

func (s *sender) send(frames ...[]byte) {
	s.t.Helper()
	for _, f := range frames {
		for {
			err := unix.Sendto(s.fd, f, 0, &s.to)
			if err == unix.ENOBUFS {
				time.Sleep(time.Millisecond)
				continue
			}
			if err != nil {
				s.t.Fatalf("sending: %v", err)
			}
			break
		}
	}
}

// open opens a capture and closes it at the end of the test.
func open(t testing.TB, c Config) *Capture {
	t.Helper()
	k, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		k.Close()
		for _, s := range k.Sources() { // gives the memory back
			for {
				if _, err := s.Read(make([]capture.Frame, 1024)); err != nil {
					break
				}
			}
		}
	})
	return k
}

// taken is a frame that was kept.
type taken struct {
	capture.Frame
	at time.Time // when Read gave it
}

// collect reads until n frames are there, or nothing has come for five seconds.
func collect(t testing.TB, s capture.Source, n int) []taken {
	t.Helper()
	var all []taken
	frames := make([]capture.Frame, 64)
	last := time.Now()
	for len(all) < n && time.Since(last) < 5*time.Second {
		got, err := s.Read(frames)
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		for _, f := range frames[:got] {
			last = time.Now()
			f.Data = append([]byte(nil), f.Data...)
			all = append(all, taken{f, last})
		}
	}
	if len(all) < n {
		t.Fatalf("%d frames came, want %d", len(all), n)
	}
	return all
}

// promiscuity says if an interface is in promiscuous mode, however it got there.
func promiscuity(t testing.TB, name string) bool {
	t.Helper()
	out, err := exec.Command("ip", "-d", "link", "show", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return !bytes.Contains(out, []byte("promiscuity 0"))
}
