package synth_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "sigtransit/pkg/synth"
)

// One operation is one message of the bench capture, file writing included.
func BenchmarkWriteBench(b *testing.B) {
	b.ReportAllocs()
	if err := WriteBench(io.Discard, b.N, 1); err != nil {
		b.Fatal(err)
	}
}

func TestBenchIsExactAndReproducible(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 17, 100, 5000} {
		var first, second, other bytes.Buffer
		s, err := WriteBenchStats(&first, n, 1)
		must(t, err)
		if s.Messages != n || s.MAP+s.Diameter != n {
			t.Errorf("%d messages asked for, %+v", n, s)
		}
		must(t, WriteBench(&second, n, 1))
		must(t, WriteBench(&other, n, 2))
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%d messages: the same seed gives other octets", n)
		}
		if bytes.Equal(first.Bytes(), other.Bytes()) {
			t.Errorf("%d messages: another seed gives the same octets", n)
		}
	}
}

func TestBenchMix(t *testing.T) {
	s, err := WriteBenchStats(io.Discard, 100_000, 1)
	must(t, err)
	for _, c := range []struct {
		name              string
		have, least, most int
	}{
		{"MAP", s.MAP, 58_000, 62_000},
		{"over watched carriers", s.Watched, 1_600, 2_400},
		{"cut into DATA chunks", s.SCTPFragments, 600, 1_200},
		{"retransmitted", s.Retransmitted, 200, 800},
		{"overtaken", s.Reordered, 50, 400},
		{"in IP fragments", s.IPFragments, 100, 800},
		{"in XUDTs", s.XUDTSegments, 2_000, 10_000},
	} {
		if c.have < c.least || c.have > c.most {
			t.Errorf("%d messages %s, want %d to %d", c.have, c.name, c.least, c.most)
		}
	}
}

func TestBenchAgainstTshark(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.pcap")
	f, err := os.Create(file)
	must(t, err)
	s, err := WriteBenchInOrder(f, 5000, 1)
	must(t, err)
	must(t, f.Close())
	checkClean(t, file)
	countMAP, countDiameter := countMessages(t, file)
	if countMAP != s.MAP || countDiameter != s.Diameter {
		t.Errorf("tshark reads %d MAP and %d Diameter messages, want %d and %d", countMAP, countDiameter, s.MAP, s.Diameter)
	}
}

// countMessages counts MAP components with TCAP messages that have none, and
// Diameter commands. tshark leaves retransmissions out by itself.
func countMessages(t *testing.T, file string) (maps, commands int) {
	t.Helper()
	count := func(fields string) int {
		return len(strings.FieldsFunc(fields, func(r rune) bool { return r == ',' || r == ';' }))
	}
	for _, line := range tshark(t, file, "-Y", "tcap || diameter", "-T", "fields", "-E", "separator=|", "-e", "diameter.cmd.code", "-e", "tcap.components",
		"-e", "tcap.unidirectional_element", "-e", "tcap.begin_element", "-e", "tcap.continue_element", "-e", "tcap.end_element", "-e", "tcap.abort_element",
		"-e", "gsm_old.invoke_element", "-e", "gsm_old.returnResultLast_element", "-e", "gsm_old.returnResultNotLast_element", "-e", "gsm_old.returnError_element", "-e", "gsm_old.reject_element") {
		f := strings.Split(line, "|")
		commands += count(f[0])
		maps += count(strings.Join(f[2:], ",")) - count(f[1])
	}
	return maps, commands
}

// The octets of a seed do not change by accident: what is measured over a
// capture stays comparable. A change on purpose changes this sum.
func TestBenchOctets(t *testing.T) {
	h := sha256.New()
	must(t, WriteBench(h, 2000, 1))
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != "c5de98400839c3923b7c24cc6d0ade4814d3618fc06cc57f55bd3c78f6eac889" {
		t.Errorf("the bench capture has changed: %s", got)
	}
}
