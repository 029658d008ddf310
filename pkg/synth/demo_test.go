package synth_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	. "sigtransit/pkg/synth"
)

var update = flag.Bool("update", false, "rewrite the captures under testdata that this package makes")

// demoSeed is the seed of the capture in testdata.
const demoSeed = 1

var demoFile = filepath.Join("..", "..", "testdata", "interconnect-demo", "input.pcapng")

func TestDemoCapture(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteDemo(&b, demoSeed))
	if *update {
		must(t, os.WriteFile(demoFile, b.Bytes(), 0o644))
	}
	have, err := os.ReadFile(demoFile)
	must(t, err)
	if !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is not what WriteDemo makes; run this test with -update", demoFile)
	}
	if b.Len() > 200_000 {
		t.Errorf("the capture has %d octets: too many for a repository", b.Len())
	}
}

func TestDemoSeeds(t *testing.T) {
	var a, b, c bytes.Buffer
	must(t, WriteDemo(&a, 5))
	must(t, WriteDemo(&b, 5))
	must(t, WriteDemo(&c, 6))
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same seed gives other octets")
	}
	if bytes.Equal(a.Bytes(), c.Bytes()) || a.Len() != c.Len() {
		t.Error("another seed must change octets and nothing else")
	}
}

func TestDemoAgainstTshark(t *testing.T) {
	for _, seed := range []int64{demoSeed, 99} {
		file := filepath.Join(t.TempDir(), "demo.pcapng")
		f, err := os.Create(file)
		must(t, err)
		must(t, WriteDemo(f, seed))
		must(t, f.Close())
		checkClean(t, file)
		last := 0.0
		times := tshark(t, file, "-T", "fields", "-e", "frame.time_relative")
		for n, line := range times {
			at, err := strconv.ParseFloat(line, 64)
			must(t, err)
			if at < last {
				t.Errorf("frame %d is older than the one before", n+1)
			}
			last = at
		}
		if len(times) < 250 || len(times) > 400 || last < 120 || last > 600 {
			t.Errorf("%d frames in %.0f s", len(times), last)
		}
		maps, commands := countMessages(t, file)
		if maps != 93 || commands != 86 {
			t.Errorf("tshark reads %d MAP and %d Diameter messages, want 93 and 86", maps, commands)
		}
	}
}
