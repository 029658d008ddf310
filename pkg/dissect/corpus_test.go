package dissect

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/tcap"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

// corpus is a folder of real captures with the reading of tshark, kept outside
// the repository because the captures have licences of their own.
const corpus = "../../../shared/corpus"

// reading is one message as a line of text that either side writes, by frame.
type reading map[uint64]map[string]int

func (r reading) add(frame uint64, line string) {
	if r[frame] == nil {
		r[frame] = map[string]int{}
	}
	r[frame][line]++
}

// recorder writes what the dissector finds as lines.
type recorder struct {
	t    reading
	seen map[uint64]uint64 // frame -> duplicate chunks and segments dropped in it
}

func (r *recorder) Flow(*signaling.FlowEvent)    {}
func (r *recorder) Warning(w *signaling.Warning) {}
func (r *recorder) Message(m *signaling.Message) {
	if a := m.Diameter; a != nil {
		var rr []string
		for i := range min(a.NumRouteRecords, 8) {
			rr = append(rr, string(a.RouteRecords()[i]))
		}
		result := ""
		if a.ResultCode != 0 {
			result = strconv.Itoa(int(a.ResultCode))
		}
		r.t.add(m.Frame, strings.Join([]string{"diameter", strconv.Itoa(int(a.Command)), strconv.Itoa(int(a.AppID)), fmt.Sprintf("0x%02x", a.Flags),
			fmt.Sprintf("0x%08x", a.HopByHop), fmt.Sprintf("0x%08x", a.EndToEnd), string(a.OriginHost), string(a.OriginRealm),
			string(a.DestinationHost), string(a.DestinationRealm), strings.Join(rr, ","), string(a.UserName), result, string(a.SessionID)}, "|"))
		return
	}
	opc, dpc := "", ""
	if m.M3UA != nil {
		opc, dpc = strconv.Itoa(int(m.M3UA.Data.OPC)), strconv.Itoa(int(m.M3UA.Data.DPC))
	}
	kind := [...]string{"", "uni", "begin", "end", "continue", "abort"}[m.TCAP.Type]
	tid := func(t tcap.TransactionID) string {
		if t.Len == 0 {
			return ""
		}
		return fmt.Sprintf("%0*x", 2*int(t.Len), t.Value)
	}
	component := ""
	if c := m.Component; c != nil {
		user := m.Protocol.String()
		component = [...]string{"", "invoke", "returnResultLast", "returnError", "reject", "returnResultNotLast"}[c.Kind] + ":"
		if c.HasCode && !c.Global {
			component += strconv.Itoa(int(c.Code))
		}
		if user == "cap" {
			user = "camel"
		}
		component = user + ":" + component
	}
	r.t.add(m.Frame, strings.Join([]string{"ss7", opc, dpc, m.SCCP.Called.GT.String(), m.SCCP.Calling.GT.String(),
		kind, tid(m.TCAP.OTID), tid(m.TCAP.DTID), component}, "|"))
}

// tsharkReading reads an expected/*.tsv file into the same lines.
func tsharkReading(name string) (reading, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := reading{}
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<20), 1<<24)
	var head map[string]int
	for sc.Scan() {
		col := strings.Split(sc.Text(), "\t")
		if head == nil {
			head = map[string]int{}
			for i, n := range col {
				head[n] = i
			}
			continue
		}
		get := func(n string) string {
			if i, ok := head[n]; ok && i < len(col) {
				return col[i]
			}
			return ""
		}
		frame, _ := strconv.ParseUint(get("frame.number"), 10, 64)
		if get("dia_cmd") != "" {
			out.add(frame, strings.Join([]string{"diameter", get("dia_cmd"), get("dia_app"), get("dia_flags"), get("dia_hbh"), get("dia_e2e"),
				get("origin_host"), get("origin_realm"), get("dest_host"), get("dest_realm"), get("route_record"), get("user_name"), get("result_code"), get("session_id")}, "|"))
			continue
		}
		if t := get("tcap"); t != "" && !strings.HasPrefix(t, "ansi") {
			components := strings.Split(get("components"), ",")
			for _, c := range components {
				out.add(frame, strings.Join([]string{"ss7", get("opc"), get("dpc"), get("called_gt"), get("calling_gt"), t, get("otid"), get("dtid"), c}, "|"))
			}
		}
	}
	return out, sc.Err()
}

// TestCorpus holds the dissector to tshark's reading of every capture of the
// corpus, frame by frame and message by message.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of captures is not at %s: CI must have it", corpus)
		}
		t.Skipf("needs the corpus of real captures at %s, which is not part of the repository", corpus)
	}
	explained, err := readDifferences("testdata/differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	var total, agreed, retransmitted, known int
	for _, dir := range []string{corpus, corpus + "/lab"} {
		files, _ := filepath.Glob(dir + "/pcap/*")
		if len(files) == 0 {
			t.Fatalf("no captures in %s/pcap", dir)
		}
		for _, file := range files {
			base := filepath.Base(file)
			t.Run(base, func(t *testing.T) {
				want, err := tsharkReading(dir + "/expected/" + base + ".alt.tsv")
				if errors.Is(err, os.ErrNotExist) {
					want, err = tsharkReading(dir + "/expected/" + base + ".tsv")
				}
				if err != nil {
					t.Fatal(err)
				}
				got := dissectFile(t, file)
				for frame, lines := range want {
					for _, n := range lines {
						total += n
					}
					for line, n := range lines {
						have := min(n, got.t[frame][line])
						agreed += have
						if have == n {
							continue
						}
						if got.seen[frame] > 0 && got.before(frame, line) {
							retransmitted += n - have
							continue
						}
						if why := explained.find(base, frame); why != "" {
							known += n - have
							continue
						}
						t.Errorf("frame %d: tshark reads %d of\n  %s\nand we %d; of that frame we read\n  %s", frame, n, line, have, strings.Join(keys(got.t[frame]), "\n  "))
					}
				}
				for frame, lines := range got.t {
					for line, n := range lines {
						if n > want[frame][line] && explained.find(base, frame) == "" {
							t.Errorf("frame %d: we read %d of\n  %s\nand tshark %d", frame, n, line, want[frame][line])
						}
					}
				}
			})
		}
	}
	t.Logf("tshark reads %d messages: %d agree, %d are retransmissions that we deliver once, %d differ for a listed reason", total, agreed, retransmitted, known)
	if rate := float64(agreed+retransmitted) / float64(total); rate < 0.99 {
		t.Errorf("%.2f %% of the messages agree, want 99 %%", 100*rate)
	}
}

// before reports that the line was read in a frame before.
func (r *recorder) before(frame uint64, line string) bool {
	for f, lines := range r.t {
		if f < frame && lines[line] > 0 {
			return true
		}
	}
	return false
}

func keys(m map[string]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func dissectFile(t *testing.T, name string) *recorder {
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &recorder{t: reading{}, seen: map[uint64]uint64{}}
	d := New(r)
	frames := make([]capture.Frame, 64)
	for {
		n, err := f.Read(frames)
		for i := range frames[:n] {
			before := d.Counters.SCTPDuplicates + d.tcpC.Duplicates
			d.Feed(&frames[i])
			if n := d.Counters.SCTPDuplicates + d.tcpC.Duplicates - before; n > 0 {
				r.seen[frames[i].Number] = n
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	var sum uint64
	for _, n := range d.Counters.Outcomes {
		sum += n
	}
	if sum != d.Counters.Frames {
		t.Errorf("%d frames read, %d accounted for", d.Counters.Frames, sum)
	}
	if d.Counters.Outcomes[Panicked] != 0 {
		t.Errorf("%d frames met a defect", d.Counters.Outcomes[Panicked])
	}
	return r
}

// differences are the known ones: a line is "capture first-last reason".
type differences []struct {
	capture     string
	first, last uint64
	reason      string
}

func readDifferences(name string) (d differences, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			return nil, fmt.Errorf("%s:%d: want: capture frame[-frame] reason", name, i+1)
		}
		a, z, _ := strings.Cut(f[1], "-")
		first, err := strconv.ParseUint(a, 10, 64)
		last := first
		if z != "" && err == nil {
			last, err = strconv.ParseUint(z, 10, 64)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %v", name, i+1, err)
		}
		d = append(d, struct {
			capture     string
			first, last uint64
			reason      string
		}{f[0], first, last, f[2]})
	}
	return d, nil
}

func (d differences) find(capture string, frame uint64) string {
	for _, x := range d {
		if x.capture == capture && frame >= x.first && frame <= x.last {
			return x.reason
		}
	}
	return ""
}
