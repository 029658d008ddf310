package pipeline_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/synth"
	"sigtransit/rules"
)

// mixed is a capture of MAP and Diameter as pkg/synth makes it for benchmarks,
// and what it says is in it.
func mixed(t testing.TB, messages int) ([]byte, synth.BenchStats) {
	t.Helper()
	var b bytes.Buffer
	s, err := synth.WriteBenchStats(&b, messages, 1)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), s
}

func reader(t testing.TB, pcap []byte) *capture.File {
	t.Helper()
	f, err := capture.NewReader(bytes.NewReader(pcap), "test.pcap", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func builtin(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// unmatched is a watchlist with identifiers of all kinds, none of which is in a
// capture of pkg/synth: unlike an empty list it makes look-ups look.
func unmatched(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load(rules.Options{NoBuiltin: true, WatchlistFiles: []string{watchlist(t)}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// watchlist is the file of unmatched.
func watchlist(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "list.yaml")
	err := os.WriteFile(name, []byte(`carriers:
  - id: elsewhere
    name: Elsewhere
    identifiers:
      - {type: point_code, value: 7-255-7}
      - {type: ip_prefix, value: 203.0.113.0/24}
      - {type: gt_prefix, values: ["99988", "990"]}
      - {type: host, value: dra1.elsewhere.example.net}
      - {type: host_suffix, value: hub.example.net}
      - {type: realm, value: elsewhere.example.net}
      - {type: realm_suffix, value: elsewhere.example.org}
      - {type: plmn, value: 999-01}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// crowd is the home of captures of pkg/synth and 1,000 partners with 20 ranges each.
func crowd(t testing.TB) *roaming.Table {
	t.Helper()
	home := roaming.Home{PLMNs: []telecom.PLMN{{MCC: 1, MNC: 1, Digits: 2}}, GTs: []string{"99901"}}
	var list []*partners.Partner
	for i := range 1000 {
		p := &partners.Partner{ID: fmt.Sprintf("X%04d", i), Name: fmt.Sprint("Partner ", i), Realms: []string{fmt.Sprintf("p%d.example.net", i)}}
		for j := range 20 {
			s := fmt.Sprintf("9969%06d", 20*i+j)
			p.GTs = append(p.GTs, partners.Range{First: s, Last: s})
		}
		if i < 8 { // those that speak in these captures
			p.PLMNs = []telecom.PLMN{{MCC: 999, MNC: uint16(70 + i), Digits: 2}}
			p.GTs = append(p.GTs, partners.Range{First: fmt.Sprint(99970 + i), Last: fmt.Sprint(99970 + i)})
		}
		list = append(list, p)
	}
	table, warnings := roaming.Compile(home, list, roaming.Transit{})
	if len(warnings) > 0 {
		t.Fatal(warnings)
	}
	return table
}

func encoder() output.Renderer { return output.NewEncoder(output.Options{}) }

// lines is a sink that counts events by type. After failAfter batches it fails;
// below 0 it never does.
type lines struct {
	failAfter int
	writes    int
	types     map[string]int
	last      string
}

var errSink = errors.New("no space left")

func (l *lines) Write(b []byte) error {
	if l.failAfter >= 0 && l.writes >= l.failAfter {
		l.writes++
		return errSink
	}
	l.writes++
	if l.types == nil {
		l.types = make(map[string]int)
	}
	for line := range bytes.Lines(b) {
		var e struct {
			Type string `json:"event_type"`
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%w: %s", err, line)
		}
		l.types[e.Type]++
		l.last = e.Type
	}
	return nil
}

func (l *lines) Close() error { return nil }

// run replays captures one after the other.
func run(t testing.TB, set *rules.Set, o pipeline.Options, pcaps ...[]byte) *output.Stats {
	t.Helper()
	w := pipeline.New(set, o)
	for _, p := range pcaps {
		if err := w.Run(context.Background(), "test.pcap", reader(t, p), nil); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.Finish(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// split cuts a capture in two behind a frame.
func split(t testing.TB, pcap []byte, behind int) (first, second []byte) {
	t.Helper()
	const fileHeader, recordHeader = 24, 16
	at := fileHeader
	for range behind {
		// Captured octets, little-endian as pkg/synth writes.
		at += recordHeader + int(binary.LittleEndian.Uint32(pcap[at+8:]))
	}
	return pcap[:at], append(append([]byte(nil), pcap[:fileHeader]...), pcap[at:]...)
}

// opening is a capture with the first packet of an association of its own.
func opening(t testing.TB, number byte, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	c, err := synth.NewPcap(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	near, far := netip.AddrFrom4([4]byte{192, 0, 2, number}), netip.AddrFrom4([4]byte{198, 51, 100, number})
	a := synth.NewAssociation(synth.SCTPEnd{Addrs: []netip.Addr{near}, Port: 2905}, synth.SCTPEnd{Addrs: []netip.Addr{far}, Port: 2905}, synth.NewRand(int64(number)))
	w := synth.Wire{Capture: c}
	if err := w.Packet(at, near, far, 132, a.Init(nil, 0)); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func entries(s *output.Stats, table string) uint64 {
	for _, c := range s.StateEntries {
		if c.Name == table {
			return c.N
		}
	}
	return 0
}
