package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sigtransit/rules"
)

// The program starts copies of itself; in a test it is the test that is copied.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" || os.Getenv(netnsVariable) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{nil, spread{}},
		{[]float64{7}, spread{7, 7, 7, 1}},
		{[]float64{9, 1, 4}, spread{1, 4, 9, 3}},
		{[]float64{9, 1, 4, 5}, spread{1, 4.5, 9, 4}},
	} {
		before := slices.Clone(c.values)
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("spreadOf(%v) = %v, want %v", c.values, got, c.want)
		}
		if !slices.Equal(before, c.values) {
			t.Errorf("spreadOf has changed %v to %v", before, c.values)
		}
	}
}

func TestRounds(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"ratio of each round", pairwise([]float64{6, 20}, []float64{2, 5}), []float64{3, 4}},
		{"a divisor of zero", pairwise([]float64{6, 20}, []float64{0, 5}), []float64{4}},
		{"lost in the noise", pairwise([]float64{0, 20}, []float64{2, 5}), []float64{4}},
		{"a round of one side", pairwise([]float64{6, 20}, []float64{2}), []float64{3}},
		{"nothing measured", pairwise(nil, []float64{2}), nil},
		{"without start-up", less([]float64{6, 3}, []float64{2, 2.5}), []float64{4, 0.5}},
		{"less than its noise", less([]float64{1}, []float64{2}), []float64{0}},
		{"nanoseconds", scale([]float64{0.5, 2}, 1e9), []float64{5e8, 2e9}},
		{"a second", inverse([]float64{400, 0, 500}, 1e9), []float64{2.5e6, 2e6}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.00001: "<0.0001", 0.0003: "0.0003", 0.5: "0.50", 2.345: "2.35", 9.996: "10.0", 31.02: "31.0",
		99.96: "100", 412.4: "412", 1234: "1,234", 999999.6: "1,000,000", -1234567: "-1,234,567", -999: "-999",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{atLeast([]float64{70, 75, 90}, 75), "at least 75.0: met"},
		{atLeast([]float64{70, 74.9, 90}, 75), "at least 75.0: not met"},
		{atMost([]float64{1, 3, 9}, 3), "at most 3.00: met"},
		{atMost([]float64{3.01}, 3), "at most 3.00: not met"},
		{atMost(nil, 3), "at most 3.00: not measured"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	r := report{title: "replay of 10 messages", lines: []string{"a machine"}}
	r.add("replay, ns", []float64{400, 500, 390}, "")
	r.add("a | b", []float64{80}, atLeast([]float64{80}, 75))
	r.add("too short", nil, atLeast(nil, 75))
	r.note("%s is missing", "tcpdump")
	var text, markdown bytes.Buffer
	r.text(&text)
	r.markdown(&markdown)
	wantText := `replay of 10 messages
a machine

            median  min  max  target
replay, ns     400  390  500
a | b         80.0            at least 75.0: met
too short        -            at least 75.0: not measured

note: tcpdump is missing
`
	wantMarkdown := `replay of 10 messages  
a machine

|  | median | min | max | target |
|---|--:|--:|--:|---|
| replay, ns | 400 | 390 | 500 |  |
| a \| b | 80.0 |  |  | at least 75.0: met |
| too short | - |  |  | at least 75.0: not measured |

- tcpdump is missing
`
	if text.String() != wantText {
		t.Errorf("text:\n%s\nwant:\n%s", &text, wantText)
	}
	if markdown.String() != wantMarkdown {
		t.Errorf("markdown:\n%s\nwant:\n%s", &markdown, wantMarkdown)
	}
}

func TestParse(t *testing.T) {
	o, err := parse(nil, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	want := options{messages: 1_000_000, tsharkMessages: 100_000, runs: 5, cpu: 1, dir: "bench", bin: "bin/sigtransit", lists: []int{30, 10_000, 100_000}}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("defaults: %+v, want %+v", o, want)
	}
	if o, err = parse([]string{"-messages", "100000", "-lists", ""}, new(bytes.Buffer)); err != nil || o.tsharkMessages != 20_000 || o.lists != nil {
		t.Errorf("a short capture: %+v, %v", o, err)
	}
	if o, err = parse([]string{"-messages", "3000"}, new(bytes.Buffer)); err != nil || o.tsharkMessages != 3000 {
		t.Errorf("a very short capture: %+v, %v", o, err)
	}
	for _, bad := range [][]string{{"-messages", "0"}, {"-messages", "x"}, {"-runs", "0"}, {"-lists", "0"}, {"-lists", "30,100001"}, {"-lists", "a"}, {"-unknown"}, {"a.pcap"}} {
		if _, err := parse(bad, new(bytes.Buffer)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
		if code := run(context.Background(), bad, new(bytes.Buffer), new(bytes.Buffer)); code != 2 {
			t.Errorf("%q: exit code %d, want 2", bad, code)
		}
	}
}

func TestTotals(t *testing.T) {
	got, err := totalsOf([]byte("cut off}\n" +
		`{"timestamp":"2026-11-22T10:00:00Z","event_type":"stats","stats":{"frames":12,"messages":9,"findings":[{"rule":"a","count":2},{"rule":"b","count":3}]}}` + "\n"))
	if err != nil || got.Frames != 12 || got.Messages != 9 || got.findings() != 5 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "\n", "{", `{"event_type":"finding"}`} {
		if _, err := totalsOf([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestMachine(t *testing.T) {
	cpuinfo := "processor\t: 0\nvendor_id\t: Example\nmodel name\t: Example   Core  7\n\nprocessor\t: 1\nmodel name\t: Other\n"
	if got := processor(cpuinfo); got != "Example Core 7" {
		t.Errorf("processor: %q", got)
	}
	if got := processor("processor\t: 0\nmodel name\t: unknown\n"); got != runtime.GOARCH {
		t.Errorf("processor without a name: %q", got)
	}
	for _, c := range []struct{ out, tool, want string }{
		{"Running as user \"root\" and group \"root\". This could be dangerous.\nTShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0).\n\nCopyright\n", "tshark", "TShark (Wireshark) 4.0.17"},
		{"TShark (Wireshark) 4.4.1.\n", "tshark", "TShark (Wireshark) 4.4.1"},
		{"tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)\n", "tcpdump", "tcpdump version 4.99.3"},
		{"", "tcpdump", "tcpdump"},
	} {
		if got := versionLine(c.out, c.tool); got != c.want {
			t.Errorf("versionLine(%q) = %q, want %q", c.out, got, c.want)
		}
	}
	if got := ownPeak("Name:\tbench\nVmPeak:\t  999 kB\nVmHWM:\t    2048 kB\n"); got != 2<<20 {
		t.Errorf("ownPeak = %d", got)
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"PATH=/bin", "GOGC=off", "GOMAXPROCS=8", "GOMEMLIMIT=1GiB", "GODEBUG=x=1", "GOPATH=/go"})
	if want := []string{"PATH=/bin", "GOPATH=/go", "GOMAXPROCS=1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTail(t *testing.T) {
	w := tail{keep: 5}
	for _, s := range []string{"ab", "cdef", "", "g", "hijklmnop", "q"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q) = %d, %v", s, n, err)
		}
	}
	if string(w.kept) != "mnopq" {
		t.Errorf("kept %q", w.kept)
	}
}

// A list has as many identifiers as was asked for, and the program takes it.
func TestWatchlist(t *testing.T) {
	for _, n := range []int{1, 2, 30, 1000, 10_000} {
		name := filepath.Join(t.TempDir(), "list.yaml")
		if err := writeWatchlistFile(name, n); err != nil {
			t.Fatal(err)
		}
		set, err := rules.Load(rules.Options{NoBuiltin: true, WatchlistFiles: []string{name}})
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		if len(set.Identifiers) != n {
			t.Errorf("%d identifiers, want %d", len(set.Identifiers), n)
		}
	}
	total := 0
	kinds := map[string]int{}
	for _, p := range watchlist(100_000) {
		kinds[p.kind] = len(p.values)
		total += len(p.values)
	}
	if total != 100_000 || len(kinds) != 8 || kinds["gt_prefix"] < 50_000 {
		t.Errorf("100000 identifiers by type: %v", kinds)
	}
}

func TestCaptures(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	c, err := newCaptures(ctx, filepath.Join(dir, "bench"))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	name, err := c.get(ctx, 1500, &log)
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), name) {
		t.Errorf("nothing was said of %s: %q", name, &log)
	}
	// The second run finds it, and does not take it away.
	again, err := newCaptures(ctx, c.dir)
	if err != nil {
		t.Fatal(err)
	}
	log.Reset()
	if _, err := again.get(ctx, 1500, &log); err != nil || log.Len() > 0 {
		t.Errorf("a capture that is there: %v, %q", err, &log)
	}
	again.remove()
	if second, err := os.ReadFile(name); err != nil || !bytes.Equal(first, second) {
		t.Errorf("a capture that was there has changed: %v", err)
	}
	c.remove()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := again.get(ctx, 1500, &log); err == nil {
		t.Error("an interrupted generator gives a capture")
	}
}

func TestMeasure(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	s, err := pinning(nil).measure(context.Background(), "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo out")
	if err != nil || s.cpu <= 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if runtime.GOOS == "linux" && (s.peak < 1<<18 || s.peak > 1<<32) {
		t.Errorf("peak of %d octets", s.peak)
	}
	if _, err = pinning(nil).measure(context.Background(), "sh", "-c", "echo the reason >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("a command that fails: %v", err)
	}
}

// need looks for a tool of the comparison. Where all is checked it has to be there.
func need(t *testing.T, tool string) bool {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return true
	}
	if os.Getenv("CI") == "true" {
		t.Errorf("%s is not installed", tool)
	}
	t.Logf("%s is not installed: the comparison with it is not looked at", tool)
	return false
}

// program builds the program into an empty folder.
func program(t *testing.T) (dir, bin string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	dir = t.TempDir()
	bin = filepath.Join(dir, "sigtransit")
	if out, err := exec.Command("go", "build", "-o", bin, "sigtransit/cmd/sigtransit").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return dir, bin
}

// The whole measurement, over a capture too short for its figures to say anything.
func TestSmoke(t *testing.T) {
	dir, bin := program(t)
	var stdout, stderr bytes.Buffer
	args := []string{"-messages", "3000", "-runs", "1", "-dir", filepath.Join(dir, "bench"), "-bin", bin, "-lists", "30,1000"}
	if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	out := stdout.String()
	want := []string{"replay of 3,000 MAP and Diameter messages", "ns of CPU a message", "messages a second", "allocations a message, nothing matches",
		"watchlist of 30,", "watchlist of 1,000,", "1,000 / 30", "peak memory over 750 messages", "peak memory over 12,000 messages", "12,000 / 750", "load average", "the targets are for"}
	for tool, line := range map[string]string{"tshark": "tshark / replay", "tcpdump": "replay / tcpdump"} {
		if need(t, tool) {
			want = append(want, line)
		} else {
			want = append(want, tool+" is not installed")
		}
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("the report lacks %q", w)
		}
	}
	if t.Failed() {
		t.Logf("report:\n%s\nprogress:\n%s", out, &stderr)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "bench")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	// What is left out takes no time and stands in no line.
	stdout.Reset()
	args = []string{"-messages", "1000", "-runs", "1", "-dir", filepath.Join(dir, "bench"), "-bin", bin, "-lists", "", "-no-memory", "-markdown", "-keep"}
	if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	out = stdout.String()
	if !strings.Contains(out, "|---|--:|") || strings.Contains(out, "watchlist of") || strings.Contains(out, "peak memory over") {
		t.Errorf("report:\n%s", out)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "bench", "1000-*.pcap"))
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}

	// Against another build nothing else is measured.
	stdout.Reset()
	args = []string{"-messages", "1000", "-runs", "1", "-dir", filepath.Join(dir, "bench"), "-bin", bin, "-against", bin, "-keep"}
	if code := run(context.Background(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	out = stdout.String()
	if !strings.Contains(out, "without start-up") || !strings.Contains(out, "the other build: sigtransit") || strings.Contains(out, "tshark") || strings.Contains(out, "watchlist of") {
		t.Errorf("report:\n%s", out)
	}
	if code := run(context.Background(), append(args, "-against", filepath.Join(dir, "none")), &stdout, &stderr); code != 1 {
		t.Errorf("against no program: exit code %d", code)
	}

	// A list of the bench matches nothing of a bench capture.
	list := filepath.Join(dir, "list.yaml")
	if err := writeWatchlistFile(list, 10_000); err != nil {
		t.Fatal(err)
	}
	replay, err := exec.Command(bin, "replay", "--no-builtin-carriers", "--watchlist", list, kept[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	if s, err := totalsOf(replay); err != nil || s.Messages != 1000 || s.findings() != 0 {
		t.Errorf("replay with a list that matches nothing: %+v, %v", s, err)
	}
	if bytes.Count(replay, []byte("\n")) != 1 {
		t.Errorf("the replay says more than its totals:\n%s", replay)
	}

	// A program that does not read all messages is not measured.
	stderr.Reset()
	short := filepath.Join(dir, "bench", filepath.Base(strings.Replace(kept[0], "1000-", "1001-", 1)))
	if err := os.Rename(kept[0], short); err != nil {
		t.Fatal(err)
	}
	if code := run(context.Background(), []string{"-messages", "1001", "-dir", filepath.Join(dir, "bench"), "-bin", bin}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "1000 of the 1001 messages") {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
	if code := run(context.Background(), []string{"-bin", filepath.Join(dir, "none"), "-dir", dir}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "make build") {
		t.Errorf("without the program: exit code %d\n%s", code, &stderr)
	}
}

// The child's answer is what the parent reads.
func TestAllocations(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.pcap")
	if err := generate(file, 4000); err != nil {
		t.Fatal(err)
	}
	a, err := countAllocations(context.Background(), file, 4000, "")
	if err != nil || a.Messages != 3000 {
		t.Fatalf("%+v, %v", a, err)
	}
	if objects, octets := a.perMessage(); math.IsNaN(objects) || objects > 10 || octets > 10_000 {
		t.Errorf("%v objects, %v octets a message", objects, octets)
	}
	if _, err := countAllocations(context.Background(), file, 400_000, ""); err == nil {
		t.Error("a capture that ends while it is warm gives a figure")
	}
	if objects, octets := (allocations{}).perMessage(); objects != 0 || octets != 0 {
		t.Error("nothing replayed, but something allocated")
	}
	b, _ := json.Marshal(allocations{1, 2, 3})
	if string(b) != `{"messages":1,"objects":2,"octets":3}` {
		t.Errorf("%s", b)
	}
}
