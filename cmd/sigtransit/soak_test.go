//go:build linux

package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

var soak = flag.Duration("soak", 4*time.Second, "how long TestCaptureSoak lasts: make soak SOAK=30m")

// everything is a daemon that lets all frames pass, so that what is sent is what it
// has to account for.
var everything = strings.Replace(basis, "[mirror0]", "[mirror0], filter: {all: true}", 1)

// benchFrames are frames of ordinary traffic.
func benchFrames(t *testing.T, messages int) [][]byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bench.pcap")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := synth.WriteBench(f, messages, 1); err != nil {
		t.Fatal(err)
	}
	return livetest.Frames(t, name)
}

// TestCaptureReloadUnderLoad: a watchlist of 10,000 identifiers is taken over within a
// second under way, and no frame is lost by it.
func TestCaptureReloadUnderLoad(t *testing.T) {
	if !isolated(t) {
		return
	}
	frames := benchFrames(t, 50_000)
	var list strings.Builder
	list.WriteString("carriers:\n")
	for c := range 100 {
		fmt.Fprintf(&list, "  - id: c%d\n    name: Carrier %d\n    identifiers:\n", c, c)
		for i := range 100 {
			fmt.Fprintf(&list, "      - {type: gt_prefix, value: \"9997%02d%02d\"}\n", c, i)
		}
	}
	dir := folder(t)
	put(t, dir, "list.yaml", list.String())
	p := start(t, dir, everything+fileSink)
	begun := identifiers(p)
	out := livetest.NewSender(t, "mirror0")
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for begin := time.Now(); !stop.Load(); {
			for i := 0; i+50 <= len(frames) && !stop.Load(); i += 50 {
				out.Send(frames[i : i+50]...)
				// 20,000 a second, twice the busy hour of a large operator.
				time.Sleep(time.Until(begin.Add(time.Duration(out.Sent) * 50 * time.Microsecond)))
			}
		}
	}()
	best := time.Hour
	for i := range 6 {
		conf := everything + fileSink
		if i%2 == 0 {
			conf += "watchlists: [list.yaml]\n"
		}
		put(t, dir, "sigtransit.yaml", conf)
		begin := time.Now()
		if code, body := p.try("POST", "/-/reload"); code != http.StatusOK {
			t.Fatal(body)
		}
		d := time.Since(begin)
		t.Logf("reload %d took %v", i, d)
		if more := identifiers(p) - begun; more != float64(10_000*((i+1)%2)) {
			t.Errorf("%v identifiers more", more)
		}
		if i%2 == 0 {
			best = min(best, d)
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop.Store(true)
	<-ended
	m := p.settled(out.Sent - livetest.Lost(t, "mirror0"))
	need(t, m, `capture_drops_total{reason="ring_full"}`, 0)
	need(t, m, `config_reloads_total{result="ok"}`, 7)
	bound := time.Second
	if raceDetector { // it makes the loading five times slower
		bound = 10 * time.Second
	}
	if best > bound {
		t.Errorf("the best of three reloads took %v, want at most %v", best, bound)
	}
	t.Logf("%d frames sent, all accounted for", out.Sent)
	p.stop()
}

// identifiers are those of the watchlist in force.
func identifiers(p *process) (n float64) {
	_, body := p.try("GET", "/api/v1/status")
	_, rest, _ := strings.Cut(body, `"identifiers": `)
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// begins makes TCAP begins that nobody ever answers, each with an id of its own, from
// one of the demonstration.
type begins struct {
	frame    []byte
	sctp, id int // offsets
	n        uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func newBegins(t *testing.T, frames [][]byte) *begins {
	t.Helper()
	for _, f := range frames {
		const sctp = 14 + 4 + 20 // behind a VLAN tag and IPv4
		id := strings.Index(string(f), "\x48\x04")
		if len(f) > sctp+28 && f[12] == 0x81 && f[16] == 0x08 && f[18] == 0x45 && f[27] == 132 && f[sctp+12] == 0 && strings.Contains(string(f), "\x62") && id > sctp+28 {
			b := &begins{frame: append([]byte(nil), f...), sctp: sctp, id: id + 2}
			binary.BigEndian.PutUint32(b.frame[sctp+4:], 0x5EED5EED) // an association of its own
			return b
		}
	}
	t.Fatal("no begin in the demonstration")
	return nil
}

// next is the next begin, valid until the one behind it.
func (b *begins) next() []byte {
	b.n++
	binary.BigEndian.PutUint32(b.frame[b.id:], b.n)
	binary.BigEndian.PutUint32(b.frame[b.sctp+16:], b.n) // TSN
	end := b.sctp - 20 + int(binary.BigEndian.Uint16(b.frame[b.sctp-18:]))
	p := b.frame[b.sctp:end]
	copy(p[8:12], "\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(p[8:], crc32.Checksum(p, castagnoli))
	return b.frame
}

// TestSoakHalfOpen: a million dialogues that nobody answers, within a minute of capture
// time, are bounded by count, and each of them is a message.
func TestSoakHalfOpen(t *testing.T) {
	const n = 1_000_000
	b := newBegins(t, livetest.Frames(t, demo))
	var tally counting
	d := dissect.New(&tally, dissect.Options{})
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak, begin := m.HeapInuse, uint64(0), time.Now()
	for i := range n {
		x := b.next()
		d.Feed(&capture.Frame{Time: 1_795_000_000e9 + int64(i)*60_000, Number: uint64(i + 1), LinkType: capture.LinkTypeEthernet, Data: x, Length: len(x)})
		if i%(n/20) == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse-min(before, m.HeapInuse))
		}
	}
	t.Logf("%d begins in %v, at most %d MiB of heap", n, time.Since(begin), peak>>20)
	if tally < n || peak > 256<<20 {
		t.Errorf("%d messages, %d MiB of heap", tally, peak>>20)
	}
	open := 0
	d.State(func(table string, k int) {
		if table == "tcap_transactions" {
			open = k
		}
	})
	if open != dialogue.MaxTransactions {
		t.Errorf("%d transactions are open, want the bound of %d", open, dialogue.MaxTransactions)
	}
}

// counting counts messages.
type counting int

func (c *counting) Message(*signaling.Message) { *c++ }
func (*counting) Flow(*signaling.FlowEvent)    {}
func (*counting) Warning(*signaling.Warning)   {}

// fragment is the first fragment of an IPv4 packet whose rest never comes.
func fragment(n uint32, f []byte) []byte {
	f = append(f[:0], 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 20+64, byte(n>>8), byte(n), 0x20, 0, 64, 132, 0, 0, 192, 0, byte(n>>16), 1, 198, 51, 100, byte(n>>24))
	return append(f, make([]byte, 64)...)
}

// TestCaptureSoak: hostile traffic at full rate. Every frame is accounted for, nothing
// stalls, and memory, descriptors and goroutines do not grow.
func TestCaptureSoak(t *testing.T) {
	if !isolated(t) {
		return
	}
	var all [][]byte
	inputs, err := filepath.Glob("../../testdata/*/input.*")
	if err != nil || len(inputs) < 10 {
		t.Fatalf("%d cases, %v", len(inputs), err)
	}
	for _, name := range inputs {
		all = append(all, livetest.Frames(t, name)...)
	}
	good := passing(t, livetest.Frames(t, demo))
	dir := folder(t)
	p := start(t, dir, strings.Replace(everything, "filter:", "workers: 2, filter:", 1)+`sinks:
  - {type: file, path: findings.jsonl, rotate: {size: 16MiB, files: 3}, events: [finding, warning, flow, stats]}
  - {name: dead, type: webhook, url: "http://127.0.0.1:1/", spill: {directory: spill, size: 16MiB}}
`)
	out := livetest.NewSender(t, "mirror0")
	var stop atomic.Bool
	ended := make(chan struct{})
	defer func() { stop.Store(true); <-ended }()
	go func() {
		defer close(ended)
		r := rand.New(rand.NewPCG(1, 2))
		open, n, buf, frag := newBegins(t, good), uint32(0), []byte(nil), []byte(nil)
		for !stop.Load() {
			for range 200 {
				out.Send(open.next())
				n++
				frag = fragment(n, frag)
				out.Send(frag)
				x := all[r.IntN(len(all))]
				buf = append(buf[:0], x...)
				for range 1 + r.IntN(4) {
					if len(buf) > 14 {
						buf[14+r.IntN(len(buf)-14)] = byte(r.Uint32())
					}
				}
				const shortest = 20 // the kernel drops shorter ones with a VLAN tag unseen
				if r.IntN(8) == 0 && len(buf) > shortest {
					buf = buf[:shortest+r.IntN(len(buf)-shortest)]
				}
				out.Send(buf)
			}
			out.Send(good[r.IntN(len(good))])
		}
	}()
	interesting := []string{"process_resident_memory_bytes", "go_memstats_heap_inuse_bytes", "process_open_fds", "go_goroutines"}
	// The middle and the last third: tables are full by then, in a soak of minutes. What
	// the collector has not taken yet goes up and down, so medians are compared.
	var thirds [3][]map[string]float64
	begin, told := time.Now(), time.Now()
	for round := 1; time.Since(begin) < *soak; round++ {
		time.Sleep(min(*soak/20, 5*time.Second))
		m := p.metrics()
		if code, body := p.try("GET", "/-/healthy"); code != http.StatusOK {
			p.signal(syscall.SIGQUIT) // the log tells where it stands
			time.Sleep(time.Second)
			t.Fatalf("not healthy: %s", body)
		}
		third := min(int(3*time.Since(begin) / *soak), 2)
		thirds[third] = append(thirds[third], m)
		if time.Since(told) > time.Minute {
			told = time.Now()
			t.Logf("%v: %.0f frames, %.0f MiB, %.0f descriptors, %.0f goroutines", time.Since(begin).Round(time.Second), sum(m, "capture_frames_total"),
				m[interesting[0]]/(1<<20), m[interesting[2]], m[interesting[3]])
		}
		switch round % 4 {
		case 1:
			if code, body := p.try("POST", "/-/reload"); code != http.StatusOK {
				t.Fatal(body)
			}
		case 3:
			p.signal(syscall.SIGUSR1)
		}
	}
	stop.Store(true)
	<-ended
	m := p.settled(out.Sent - livetest.Lost(t, "mirror0"))
	if n := m[`sigtransit_frames_total{outcome="internal_error"}`] + m[`sigtransit_capture_warnings_total{type="internal-error"}`]; n != 0 {
		t.Errorf("%v defects met", n)
	}
	t.Logf("%d frames sent in %v, %.0f of %.0f lost in the ring", out.Sent, *soak, sum(m, "capture_interface_drops_total"), sum(m, "capture_interface_frames_total"))
	median := func(third int, name string) float64 {
		var v []float64
		for _, m := range thirds[third] {
			v = append(v, m[name])
		}
		if len(v) == 0 {
			t.Fatalf("no metrics in third %d", third)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	for i, x := range interesting {
		middle, last := median(1, x), median(2, x)
		t.Logf("%s: median %.0f in the second third, %.0f in the last", x, middle, last)
		switch {
		case i > 1 && last > middle+8:
			t.Errorf("%s grew", x)
		case i < 2 && *soak >= time.Minute && last > middle*1.15+32<<20:
			t.Errorf("%s grew", x)
		}
	}
	if rss := median(2, interesting[0]); rss > 1<<30 {
		t.Errorf("%.0f MiB resident", rss/(1<<20))
	}
	if d := p.stop(); d > 15*time.Second {
		t.Errorf("it took %v to end", d)
	}
}
