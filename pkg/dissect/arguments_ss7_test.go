package dissect

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/gsmmap"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// arguments is what is compared of the argument or result of a component: what it
// names, and what is there.
type arguments struct {
	component            string // user:kind:code
	openIMSI, openMSISDN string // what the MAP-open names
	imsi, msisdn, imei   string // the first of each
	nodes                []string
	vectors              int
	roaming, forwarded   bool
	text, ussd           bool
	sgsn                 string // IP address of an SGSN or GGSN
	age                  string // of the first location that has one
	roles                []string
	unknown              []string // fields with a number that the tables below do not place
	dedup                map[string]bool
	broken               bool // tshark finds a fault in it
}

// line is the comparable form.
func (a *arguments) line() string {
	slices.Sort(a.nodes)
	return fmt.Sprintf("%s|open %s %s|imsi %s|msisdn %s|imei %s|nodes %s|vectors %d|roaming %v|forwarded %v|text %v|ussd %v|gsn %s|age %s",
		a.component, a.openIMSI, a.openMSISDN, a.imsi, a.msisdn, a.imei, strings.Join(a.nodes, ","), a.vectors, a.roaming, a.forwarded, a.text, a.ussd, a.sgsn, a.age)
}

// yield takes over from g what a does not have: in a component that tshark finds
// broken we must have read all that tshark did, and may have read more.
func (a *arguments) yield(g *arguments) {
	for _, x := range [...]struct {
		a *string
		g string
	}{{&a.imsi, g.imsi}, {&a.msisdn, g.msisdn}, {&a.imei, g.imei}, {&a.sgsn, g.sgsn}, {&a.age, g.age}} {
		if *x.a == "" {
			*x.a = x.g
		}
	}
	for _, n := range g.nodes {
		if !slices.Contains(a.nodes, n) {
			a.nodes = append(a.nodes, n)
		}
	}
	a.vectors = max(a.vectors, g.vectors)
	a.roaming, a.forwarded, a.text, a.ussd = a.roaming || g.roaming, a.forwarded || g.forwarded, a.text || g.text, a.ussd || g.ussd
}

// ours is what the dissector read of a message.
func ours(m *signaling.Message) *arguments {
	out := &arguments{component: componentText(m.Protocol, m.Component)}
	if g := m.Dialogue; g != nil {
		out.openIMSI, out.openMSISDN = g.IMSI().String(), g.MSISDN().String()
	}
	a := m.MAP
	if a == nil {
		return out
	}
	out.imsi, out.msisdn, out.imei = a.IMSI.String(), a.MSISDN.String(), a.IMEI.String()
	if code := m.Operation.Info().Code; m.Protocol == signaling.CAP && (code == 0 || code == 60) {
		out.msisdn = "" // a judgement on the numbers of both parties; tshark makes none
	}
	for _, n := range a.Nodes() {
		out.nodes = append(out.nodes, n.GT.String())
		out.roles = append(out.roles, n.Role.String()+":"+n.GT.String())
	}
	out.vectors = int(a.VectorCount)
	out.roaming, out.forwarded = a.Set&gsmmap.FieldRoamingNumber != 0, a.Set&gsmmap.FieldForwardingNumber != 0
	out.text, out.ussd = a.Set&gsmmap.FieldSMText != 0, a.Set&gsmmap.FieldUSSD != 0
	if a.GSN.IsValid() {
		out.sgsn = a.GSN.String()
	}
	if a.Set&gsmmap.FieldLocationAge != 0 {
		out.age = fmt.Sprint(a.Age)
	}
	return out
}

// argumentRecorder collects what the dissector reads, by frame.
type argumentRecorder struct {
	frame    uint64 // instead of the message's own, when not 0
	messages map[uint64][]*arguments
}

func (r *argumentRecorder) Flow(*signaling.FlowEvent)  {}
func (r *argumentRecorder) Warning(*signaling.Warning) {}
func (r *argumentRecorder) Message(m *signaling.Message) {
	if m.Protocol != signaling.MAP && m.Protocol != signaling.CAP || m.Component == nil {
		return
	}
	frame := m.Frame
	if r.frame != 0 {
		frame = r.frame
	}
	r.messages[frame] = append(r.messages[frame], ours(m))
}

// compareArguments holds our reading of each frame to tshark's. A component that
// only one side has is TestCorpus' business; here components of both are matched
// in order.
func compareArguments(t *testing.T, name string, want, got map[uint64][]*arguments, explained differences) (compared int) {
	t.Helper()
	for frame, list := range want {
		mine := slices.Clone(got[frame])
		for _, w := range list {
			i := slices.IndexFunc(mine, func(g *arguments) bool { return g.component == w.component })
			if i < 0 {
				continue
			}
			g := mine[i]
			mine = slices.Delete(mine, i, i+1)
			compared++
			var diff []string
			if len(w.unknown) > 0 {
				diff = append(diff, "numbers in fields that the test does not know: "+strings.Join(w.unknown, ", "))
			}
			if len(g.nodes) == gsmmap.MaxNodes { // more are not kept
				w.nodes = slices.DeleteFunc(w.nodes, func(n string) bool { return !slices.Contains(g.nodes, n) })
			}
			if w.broken {
				w.yield(g)
			}
			if a, b := w.line(), g.line(); a != b {
				diff = append(diff, "tshark reads\n  "+a+"\nand we\n  "+b)
			}
			for _, role := range w.roles {
				if !slices.Contains(g.roles, role) && len(g.nodes) < gsmmap.MaxNodes {
					diff = append(diff, fmt.Sprintf("tshark reads the node %s, we %v", role, g.roles))
				}
			}
			if len(diff) > 0 && !explained.use(name, frame) {
				t.Errorf("%s, frame %d: %s", name, frame, strings.Join(diff, "\n"))
			}
		}
	}
	return compared
}

// TestArguments holds what MAP and CAP name to the tshark that is installed, over
// the captures and vectors of the corpus and all cases of the repository.
// Differences stand in testdata/argument-differences.txt with their reasons; one
// that is not there fails, and so does one that is gone.
func TestArguments(t *testing.T) {
	needCorpus(t)
	bin := needTshark(t)
	explained, err := readDifferences("testdata/argument-differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	cases, _ := filepath.Glob("../../testdata/*/input.*")
	for _, file := range append(capturesWithComponents(t), cases...) {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "input.") {
			name = filepath.Base(filepath.Dir(file))
		}
		want, err := tsharkArguments(bin, file, preferences[name]...)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) > 0 {
			compared += compareArguments(t, name, want, fileArguments(t, file), explained)
		}
	}
	files, _ := filepath.Glob(corpus + "/vectors/*.jsonl")
	for _, file := range files {
		name := filepath.Base(file)
		packed, got := vectorArguments(t, file)
		if packed == "" {
			continue
		}
		want, err := tsharkArguments(bin, packed)
		if err != nil {
			t.Fatal(err)
		}
		compared += compareArguments(t, name, want, got, explained)
	}
	for _, d := range explained {
		if !d.used {
			t.Errorf("testdata/argument-differences.txt: nothing differs in %s, frames %d to %d (any more)", d.capture, d.first, d.last)
		}
	}
	t.Logf("%d components of MAP and CAP compared", compared)
	if compared < 1000 {
		t.Errorf("%d components compared, want at least 1000", compared)
	}
}

// preferences are those with which tshark reads a capture that its defaults do not.
var preferences = map[string][]string{
	"realjimmy__sample-captures__camel.pcap": {"-o", "tcap.ssn:152,200", "-o", "camel.tcap.ssn:152,200"},
}

// capturesWithComponents are the captures of the corpus in which tshark's recorded
// reading has a component of MAP or CAP: the others need not be read again.
func capturesWithComponents(t *testing.T) (out []string) {
	t.Helper()
	for _, dir := range []string{corpus, corpus + "/lab"} {
		files, _ := filepath.Glob(dir + "/pcap/*")
		for _, file := range files {
			for _, ext := range []string{".tsv", ".alt.tsv"} {
				b, err := os.ReadFile(dir + "/expected/" + filepath.Base(file) + ext)
				if err == nil && (strings.Contains(string(b), "map:") || strings.Contains(string(b), "camel:")) {
					out = append(out, file)
					break
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no capture of %s has a component of MAP", corpus)
	}
	return out
}

func fileArguments(t *testing.T, file string) map[uint64][]*arguments {
	t.Helper()
	f, err := capture.Open(file, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &argumentRecorder{messages: map[uint64][]*arguments{}}
	d := New(r, Options{})
	frames := make([]capture.Frame, 64)
	for {
		n, err := f.Read(frames)
		for i := range frames[:n] {
			d.Feed(&frames[i])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	return r.messages
}

// vectorArguments puts the vectors of a file that have TCAP into a capture, a frame
// for each line of the file, and reads each by itself.
func vectorArguments(t *testing.T, file string) (packed string, got map[uint64][]*arguments) {
	t.Helper()
	r := &argumentRecorder{messages: map[uint64][]*arguments{}}
	packed = filepath.Join(t.TempDir(), "vectors.pcap")
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := synth.NewPcap(f, false)
	if err != nil {
		t.Fatal(err)
	}
	any := false
	for i, v := range readVectors(t, file) {
		frame := synth.AppendEthernet(nil, synth.MAC{}, synth.MAC{}, 0, synth.EtherIPv4)
		if b, ok := stacked(t, &v); ok {
			any = true
			l := newLink(portM3UA)
			frame = ipFrame(addrA, addrB, synth.ProtoSCTP, l.data(0, synth.PPIDM3UA, b))
			r.frame = uint64(i + 1)
			d := New(r, Options{})
			d.Feed(&capture.Frame{Number: 1, Length: len(frame), LinkType: capture.LinkTypeEthernet, Data: frame})
			d.Close()
		}
		if err := out.WriteFrame(time.Unix(int64(i), 0), frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if !any {
		return "", nil
	}
	return packed, r.messages
}
