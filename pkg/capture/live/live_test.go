//go:build linux

package live

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

// packet is an Ethernet frame with an IPv4 packet of a protocol from 10.0.0.a to
// 10.0.0.b, and a number in its payload.
func packet(proto byte, a, b byte, n int) []byte {
	f := make([]byte, 14+20+12+4)
	copy(f, []byte{0x02, 0, 0, 0, 0, b, 0x02, 0, 0, 0, 0, a, 0x08, 0x00})
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	copy(ip[12:], []byte{10, 0, 0, a, 10, 0, 0, b})
	binary.BigEndian.PutUint16(ip[20:], 2905)
	binary.BigEndian.PutUint16(ip[22:], 2905)
	binary.BigEndian.PutUint32(ip[24:], 0x01020304)
	binary.BigEndian.PutUint32(ip[32:], uint32(n))
	return f
}

func number(f []byte) int { return int(binary.BigEndian.Uint32(f[len(f)-4:])) }

// TestFrames: what is sent comes in order, whole and soon, with the time it came, and
// is counted.
func TestFrames(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}})
	out := from(t, "lv0")
	const n = 1000
	before := time.Now()
	var octets uint64
	for i := range n {
		f := packet(132, 1, 2, i)
		octets += uint64(len(f))
		out.send(f)
	}
	for i, f := range collect(t, k.Sources()[0], n) {
		if number(f.Data) != i || !bytes.Equal(f.Data, packet(132, 1, 2, i)) {
			t.Fatalf("frame %d is % x", i, f.Data)
		}
		if f.Number != uint64(i+1) || f.LinkType != capture.LinkTypeEthernet || f.Length != len(f.Data) {
			t.Fatalf("frame %d: number %d, link type %v, length %d", i, f.Number, f.LinkType, f.Length)
		}
		came := time.Unix(0, f.Time)
		if came.Before(before) || came.After(f.at) {
			t.Fatalf("frame %d has time %v, sent after %v and read at %v", i, came, before, f.at)
		}
	}
	want := Stats{Interface: "lv0", Received: n, Frames: n, Bytes: octets}
	if got := k.Stats()[0]; got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// TestSoon: a single frame does not wait for others.
func TestSoon(t *testing.T) {
	veth(t, "lv0")
	veth(t, "lv1")
	for _, c := range []struct {
		name       string
		interfaces []string
		workers    int
	}{
		{"one interface", []string{"lv0"}, 1},
		{"two interfaces", []string{"lv0", "lv1"}, 1},
		{"two interfaces, two workers", []string{"lv0", "lv1"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := open(t, Config{Interfaces: c.interfaces, Workers: c.workers})
			out := from(t, "lv0")
			p := packet(132, 1, 2, 0)
			w := newSpread(c.workers).worker(&capture.Frame{LinkType: capture.LinkTypeEthernet, Data: p, Length: len(p)})
			for range 3 {
				sent := time.Now()
				out.send(p)
				if d := collect(t, k.Sources()[w], 1)[0].at.Sub(sent); d > 150*time.Millisecond {
					t.Errorf("a frame took %v", d)
				}
			}
		})
	}
}

// TestDrain: what was captured before the end is handed out, what comes later is not
// captured, and promiscuous mode goes with Close.
func TestDrain(t *testing.T) {
	veth(t, "lv0")
	veth(t, "lv1")
	for _, workers := range []int{1, 2} {
		k := open(t, Config{Interfaces: []string{"lv0", "lv1"}, Workers: workers, BlockTimeout: 200 * time.Millisecond})
		a, b := from(t, "lv0"), from(t, "lv1")
		const n = 1000
		for i := range n / 2 { // the last ones stand in blocks that the kernel still fills
			a.send(packet(132, byte(i), 2, 0))
			b.send(packet(132, 2, byte(i), 0))
		}
		k.Drain()
		total := make(chan int)
		for _, s := range k.Sources() {
			go func() {
				got, frames := 0, make([]capture.Frame, 64)
				for {
					m, err := s.Read(frames)
					if got += m; err != nil {
						total <- got
						return
					}
				}
			}()
		}
		begin, got := time.Now(), 0
		for range k.Sources() {
			got += <-total
		}
		if got != n || time.Since(begin) > 5*time.Second {
			t.Errorf("%d workers: %d frames in %v, want %d", workers, got, time.Since(begin), n)
		}
		a.send(packet(132, 1, 2, 0))
		if m, err := k.Sources()[0].Read(make([]capture.Frame, 1)); m != 0 || err != io.EOF {
			t.Errorf("after the end: %d frames, %v", m, err)
		}
		k.Close()
		for _, s := range k.Stats() {
			if s.Received != n/2 || s.Frames != n/2 || s.Dropped != 0 {
				t.Errorf("counted %+v", s)
			}
		}
	}
}

// TestVLAN: the kernel takes the outer tag of a frame away; it is there again, with
// its type and priority.
func TestVLAN(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}})
	plain := packet(132, 1, 2, 7)
	tag := func(f []byte, octets ...byte) []byte {
		return append(append(append([]byte{}, f[:12]...), octets...), f[12:]...)
	}
	frames := [][]byte{
		tag(plain, 0x81, 0x00, 0xE0, 0x64),                         // 802.1Q, priority 7, VLAN 100
		tag(plain, 0x88, 0xA8, 0x00, 0x05),                         // 802.1ad
		tag(plain, 0x88, 0xA8, 0x20, 0x05, 0x81, 0x00, 0x00, 0x64), // both
		tag(plain, 0x81, 0x00, 0x00, 0x00),                         // priority tag, VLAN 0
		plain,
	}
	from(t, "lv0").send(frames...)
	for i, f := range collect(t, k.Sources()[0], len(frames)) {
		if !bytes.Equal(f.Data, frames[i]) || f.Length != len(frames[i]) {
			t.Errorf("frame %d: length %d\n% x, want\n% x", i, f.Length, f.Data, frames[i])
		}
	}
}

// TestFilter: the kernel keeps away what the filter does not want.
func TestFilter(t *testing.T) {
	veth(t, "lv0")
	only, err := ParseProgram("4\n48 0 0 23\n21 0 1 47\n6 0 0 262144\n6 0 0 0\n") // ip proto 47
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		filter Filter
		want   []int
	}{
		{"default", Filter{}, []int{0, 2}},
		{"all", Filter{All: true}, []int{0, 1, 2}},
		{"program", Filter{Program: only}, []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := open(t, Config{Interfaces: []string{"lv0"}, Filter: c.filter})
			from(t, "lv0").send(packet(132, 1, 2, 0), packet(1, 1, 2, 1), packet(47, 1, 2, 2))
			for i, f := range collect(t, k.Sources()[0], len(c.want)) {
				if number(f.Data) != c.want[i] {
					t.Errorf("frame %d came, want %v", number(f.Data), c.want)
				}
			}
			if got := k.Stats()[0]; got.Received != uint64(len(c.want)) {
				t.Errorf("the kernel counts %d", got.Received)
			}
		})
	}
}

// TestOverload: what does not fit into the ring is counted, each frame once.
func TestOverload(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}, Ring: 2 * minBlock, Block: minBlock})
	const n = 5000
	out := from(t, "lv0")
	for i := range n {
		out.send(packet(132, 1, 2, i))
	}
	if s := k.Stats()[0]; s.Dropped == 0 || s.Freezes == 0 {
		t.Fatalf("nothing was lost: %+v", s)
	}
	frames := make([]capture.Frame, 100)
	got := uint64(0)
	for {
		m, err := k.Sources()[0].Read(frames)
		if err != nil {
			t.Fatal(err)
		}
		if m == 0 {
			break
		}
		got += uint64(m)
	}
	s := k.Stats()[0]
	if s.Received != n || s.Frames != got || s.Frames+s.Dropped != s.Received {
		t.Errorf("sent %d, read %d, counted %+v", n, got, s)
	}
	// The ring is free again.
	out.send(packet(132, 1, 2, 42))
	if f := collect(t, k.Sources()[0], 1); number(f[0].Data) != 42 {
		t.Errorf("after it frame %d came", number(f[0].Data))
	}
}

// TestFilling: a reader sleeps for several blocks while traffic fills them, where the ring
// has room for that, and waits for each frame again when it does not.
func TestFilling(t *testing.T) {
	veth(t, "lv0")
	for _, blocks := range []int{manyBlocks / 2, manyBlocks} {
		k := open(t, Config{Interfaces: []string{"lv0"}, Ring: blocks * minBlock, Block: minBlock, BlockTimeout: 200 * time.Millisecond})
		const n = 5000
		out := from(t, "lv0")
		for i := range n {
			out.send(packet(132, 1, 2, i))
		}
		frames := make([]capture.Frame, 100)
		got, filling, end := 0, false, time.Now().Add(10*time.Second)
		for got < n {
			m, err := k.Sources()[0].Read(frames)
			if err != nil || time.Now().After(end) {
				t.Fatalf("%d frames of %d came, then %v", got, n, err)
			}
			got += m
			filling = filling || k.reader.filling()
		}
		if want := blocks >= manyBlocks; filling != want {
			t.Errorf("a ring of %d blocks: filling %v, want %v", blocks, filling, want)
		}
		if k.reader.filling() {
			t.Errorf("a ring of %d blocks: it is filling after the last frame", blocks)
		}
		k.Close()
	}
}

// TestClose: a Read that waits ends at once, and for good.
func TestClose(t *testing.T) {
	veth(t, "lv0")
	for _, workers := range []int{1, 2} {
		k, err := Open(Config{Interfaces: []string{"lv0"}, Workers: workers, Idle: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		for _, s := range k.Sources() {
			go func() {
				_, err := s.Read(make([]capture.Frame, 10))
				ended <- err
			}()
		}
		time.Sleep(50 * time.Millisecond)
		start := time.Now() // of a minute that a reader waits
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		for range workers {
			if err := <-ended; !errors.Is(err, io.EOF) {
				t.Errorf("Read ended with %v", err)
			}
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("it took %v", d)
		}
		if n, err := k.Sources()[0].Read(make([]capture.Frame, 10)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("after Close, Read gives %d, %v", n, err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestCloseKeepsFrames: frames handed out stay readable until the next Read.
func TestCloseKeepsFrames(t *testing.T) {
	veth(t, "lv0")
	for _, workers := range []int{1, 2} {
		k := open(t, Config{Interfaces: []string{"lv0"}, Workers: workers})
		p := packet(132, 1, 2, 5)
		from(t, "lv0").send(p)
		w := newSpread(workers).worker(&capture.Frame{LinkType: capture.LinkTypeEthernet, Data: p, Length: len(p)})
		frames := make([]capture.Frame, 4)
		n := 0
		for n == 0 {
			n, _ = k.Sources()[w].Read(frames)
		}
		k.Close()
		if !bytes.Equal(frames[0].Data, p) {
			t.Errorf("% x", frames[0].Data)
		}
	}
}

// TestErrors: an error says in one line what is wrong and what would be right.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		conf Config
		err  error
		text []string
	}{
		{"no such interface", Config{Interfaces: []string{"nope0"}}, ErrNoInterface, []string{`"nope0"`, "want one of: ", "lo"}},
		{"a name too long", Config{Interfaces: []string{strings.Repeat("x", 300)}}, ErrNoInterface, []string{"one of"}},
		{"none", Config{}, ErrConfig, []string{"no interface named", "lo"}},
		{"twice", Config{Interfaces: []string{"lo", "lo"}}, ErrConfig, []string{`"lo" is named twice`}},
		{"workers", Config{Interfaces: []string{"lo"}, Workers: 65}, ErrConfig, []string{"65 workers: want 1 to 64"}},
		{"ring", Config{Interfaces: []string{"lo"}, Ring: 1000}, ErrConfig, []string{"a ring of 1000 octets"}},
		{"block", Config{Interfaces: []string{"lo"}, Block: 150_000}, ErrConfig, []string{"a multiple of"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, err := Open(c.conf)
			if err == nil {
				k.Close()
				t.Fatal("no error")
			}
			if !errors.Is(err, c.err) {
				t.Errorf("%v is not %v", err, c.err)
			}
			for _, want := range c.text {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
				t.Errorf("%q is not one line", err)
			}
		})
	}
}

// TestStates: an interface may go down and up, and away and come back.
func TestStates(t *testing.T) {
	veth(t, "lv0")
	events := make(chan Event, 100)
	k := open(t, Config{Interfaces: []string{"lv0"}, Notify: func(e Event) { events <- e }})
	s := k.Sources()[0]
	wait := func(want State) {
		t.Helper()
		frames := make([]capture.Frame, 10)
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
			if n, err := s.Read(frames); n != 0 || err != nil {
				t.Fatalf("Read gives %d, %v", n, err)
			}
			select {
			case e := <-events:
				if e.Interface != "lv0" || e.Text == "" {
					t.Errorf("event %+v", e)
				}
				if e.State != want {
					t.Fatalf("state %v (%s), want %v", e.State, e.Text, want)
				}
				return
			default:
			}
		}
		t.Fatalf("no event: want %v", want)
	}
	passes := func(n int) {
		t.Helper()
		from(t, "lv0").send(packet(132, 1, 2, n))
		if f := collect(t, s, 1); number(f[0].Data) != n {
			t.Errorf("frame %d came, want %d", number(f[0].Data), n)
		}
	}
	wait(StateUp)
	passes(1)
	ip(t, "link", "set", "lv0", "down")
	wait(StateDown)
	ip(t, "link", "set", "lv0", "up")
	wait(StateUp)
	passes(2)
	from(t, "lv0").send(packet(132, 1, 2, 3)) // is in the ring when it goes
	ip(t, "link", "del", "lv0")
	if f := collect(t, s, 1); number(f[0].Data) != 3 {
		t.Errorf("frame %d came, want 3", number(f[0].Data))
	}
	wait(StateDown)
	wait(StateGone)
	veth(t, "lv0")
	for {
		e := Event{State: StateNotice}
		_, _ = s.Read(make([]capture.Frame, 1))
		select {
		case e = <-events:
		default:
		}
		if e.State == StateUp {
			break
		}
	}
	passes(4)
	if got := k.Stats()[0]; got.Received != 4 || got.Frames != 4 || got.Dropped != 0 || got.Reopened != 1 || got.State != StateUp {
		t.Errorf("counted %+v", got)
	}
}

// TestPromiscuous: on while the capture is open, and not longer.
func TestPromiscuous(t *testing.T) {
	veth(t, "lv0")
	is := func() bool {
		face, err := net.InterfaceByName("lv0")
		if err != nil {
			t.Fatal(err)
		}
		return promiscuity(t, face.Name)
	}
	k := open(t, Config{Interfaces: []string{"lv0"}, Promiscuous: true})
	if !is() {
		t.Error("it is not promiscuous")
	}
	from(t, "lv0").send(packet(132, 1, 2, 1))
	frames := make([]capture.Frame, 1)
	for n := 0; n == 0; {
		n, _ = k.Sources()[0].Read(frames)
	}
	k.Close() // with a frame in use
	if is() {
		t.Error("it stays promiscuous")
	}
	open(t, Config{Interfaces: []string{"lv0"}})
	if is() {
		t.Error("it is promiscuous without being asked")
	}
}

// TestHardwareTime: a card without a clock gives a notice, and times of the kernel.
func TestHardwareTime(t *testing.T) {
	veth(t, "lv0")
	var notices []Event
	k := open(t, Config{Interfaces: []string{"lv0"}, Timestamps: TimeHardware, Notify: func(e Event) {
		if e.State == StateNotice {
			notices = append(notices, e)
		}
	}})
	if len(notices) != 1 || !strings.Contains(notices[0].Text, "times are those of the kernel") {
		t.Errorf("notices: %+v", notices)
	}
	if got := k.Stats()[0].Timestamps; got != TimeKernel {
		t.Errorf("times are those of %v", got)
	}
}

// TestLoopback: each frame on it once.
func TestLoopback(t *testing.T) {
	veth(t, "lv0")
	ip(t, "link", "set", "lo", "up")
	k := open(t, Config{Interfaces: []string{"lo"}, Filter: Filter{All: true}})
	c, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	collect(t, k.Sources()[0], 1)
	frames := make([]capture.Frame, 10)
	for range 2 {
		n, _ := k.Sources()[0].Read(frames)
		for _, f := range frames[:n] {
			if f.Data[23] == 17 {
				t.Error("the datagram came twice")
			}
		}
	}
}

// TestMerge: frames of two interfaces come in the order of their times.
func TestMerge(t *testing.T) {
	veth(t, "lv0")
	veth(t, "lv1")
	for _, workers := range []int{1, 2} {
		k := open(t, Config{Interfaces: []string{"lv0", "lv1"}, Workers: workers})
		outs := []*sender{from(t, "lv0"), from(t, "lv1")}
		const n = 400
		for i := range n {
			outs[i%3%2].send(packet(132, 1, 2, i))
			if i%50 == 0 {
				time.Sleep(20 * time.Millisecond)
			}
		}
		p := packet(132, 1, 2, 0)
		w := newSpread(workers).worker(&capture.Frame{LinkType: capture.LinkTypeEthernet, Data: p, Length: len(p)})
		for i, f := range collect(t, k.Sources()[w], n) {
			if number(f.Data) != i {
				t.Fatalf("workers %d: frame %d came, want %d", workers, number(f.Data), i)
			}
		}
	}
}

// TestMergeIdle: an interface without traffic delays that of another, and does not
// slow it down.
func TestMergeIdle(t *testing.T) {
	veth(t, "lv0")
	veth(t, "lv1")
	k := open(t, Config{Interfaces: []string{"lv0", "lv1"}, Block: minBlock, BlockTimeout: time.Second / 2})
	out := from(t, "lv0")
	const n = 50_000 // some 60 blocks, which would take half a minute one by one
	for i := range n {
		out.send(packet(132, 1, 2, i))
	}
	start := time.Now()
	collect(t, k.Sources()[0], n)
	if d := time.Since(start); d > 15*time.Second {
		t.Errorf("%d frames took %v to come", n, d)
	}
}

// TestReadAllocates: nothing, with traffic and without.
func TestReadAllocates(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}, Idle: time.Millisecond})
	frames := make([]capture.Frame, 16)
	out := from(t, "lv0")
	for i := range 1000 {
		out.send(packet(132, 1, 2, i))
	}
	got := 0
	if n := testing.AllocsPerRun(100, func() {
		n, _ := k.Sources()[0].Read(frames)
		got += n
	}); n != 0 {
		t.Errorf("Read allocates %v times", n)
	}
	if got == 0 {
		t.Error("no frame was read")
	}
}

// TestPermission: without CAP_NET_RAW the error names it, and how to give it.
func TestPermission(t *testing.T) {
	err := socketError("eth1", unix.EPERM)
	for _, want := range []string{"live capture on eth1: no permission", "CAP_NET_RAW", "`setcap cap_net_raw+ep /", "AmbientCapabilities=CAP_NET_RAW"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if !errors.Is(err, ErrPermission) {
		t.Errorf("%v", err)
	}
	if err := socketError("eth1", unix.EAFNOSUPPORT); !errors.Is(err, ErrKernel) || !strings.Contains(err.Error(), "CONFIG_PACKET") {
		t.Errorf("a kernel without AF_PACKET: %v", err)
	}
	if os.Geteuid() != 0 || os.Getenv(inside) == "" {
		t.Skip("only root can give the capability up")
	}
	// Capabilities are a thread's; this one ends with the goroutine.
	ended := make(chan error)
	go func() {
		runtime.LockOSThread()
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			ended <- err
			return
		}
		_, err := Open(Config{Interfaces: []string{"lo"}})
		ended <- err
	}()
	if err := <-ended; !errors.Is(err, ErrPermission) {
		t.Errorf("without capabilities: %v", err)
	}
}
