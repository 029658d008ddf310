package dissect

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sctp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

// corpus is a folder of real captures with the reading of tshark, kept outside
// the repository because the captures have licences of their own.
const corpus = "../../../shared/corpus"

// needCorpus skips a test where there is no corpus; continuous integration must
// have it.
func needCorpus(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus of captures is not at %s: CI must have it", corpus)
		}
		t.Skipf("needs the corpus of real captures at %s, which is not part of the repository", corpus)
	}
}

// reading is what one side reads in a capture: messages as lines of text, by
// frame, and how many of what lies below messages each frame has.
type reading struct {
	lines  map[uint64]map[string]int
	counts map[uint64]frameCounts
}

// frameCounts is what is compared of a frame besides its messages.
type frameCounts struct {
	data       int // DATA and I-DATA chunks
	management int // messages of an adaptation layer that carry no MTP3 user
	otherUsers int // MTP3 users other than SCCP
	// connections are connection-oriented messages by type, of SCCP and of SUA.
	connections    [sccp.IT + 1]int
	suaConnections [12]int
	scmg           int // SCCP management messages
}

func newReading() reading {
	return reading{lines: map[uint64]map[string]int{}, counts: map[uint64]frameCounts{}}
}

func (r reading) add(frame uint64, column ...string) {
	if r.lines[frame] == nil {
		r.lines[frame] = map[string]int{}
	}
	r.lines[frame][strings.Join(column, "|")]++
}

// recorder writes what the dissector finds as lines.
type recorder struct {
	reading
	repeats repeats
	tcp     map[uint64]bool // frames whose messages came by TCP
	// detail: ids and components of ANSI TCAP too, which the recorded readings lack.
	detail bool
}

func (r *recorder) Flow(*signaling.FlowEvent)    {}
func (r *recorder) Warning(w *signaling.Warning) {}
func (r *recorder) Message(m *signaling.Message) {
	if m.Link.Transport == signaling.TCP {
		r.tcp[m.Frame] = true
	}
	if a := m.Diameter; a != nil {
		r.add(m.Frame, diameterColumns(m)...)
		return
	}
	opc, dpc := "", ""
	if m.M3UA != nil {
		opc, dpc = strconv.Itoa(int(m.M3UA.Data.OPC)), strconv.Itoa(int(m.M3UA.Data.DPC))
	}
	ssn := func(has bool, n uint8) string {
		if !has {
			return ""
		}
		return strconv.Itoa(int(n))
	}
	if m.SUA != nil && r.detail {
		r.suaEnd(m, "source", &m.SUA.Calling)
		r.suaEnd(m, "destination", &m.SUA.Called)
	}
	if m.TCAP == nil { // a component that was captured alone; the columns are of messages
		return
	}
	sc, kind := m.SCCP, ""
	if sc == nil {
		sc = &sccp.Message{} // captured alone
	} else {
		kind = fmt.Sprintf("0x%02x", uint8(sc.Type))
	}
	called, calling := &sc.Called, &sc.Calling
	if m.TCAP.ANSI {
		r.ansi(m, opc, dpc, kind, ssn(called.HasSSN, uint8(called.SSN)), called.GT.String(), ssn(calling.HasSSN, uint8(calling.SSN)), calling.GT.String())
		return
	}
	r.add(m.Frame, "ss7", opc, dpc, kind,
		ssn(called.HasSSN, uint8(called.SSN)), called.GT.String(), ssn(calling.HasSSN, uint8(calling.SSN)), calling.GT.String(),
		tcapKind(m.TCAP.Type), tid(m.TCAP.OTID), tid(m.TCAP.DTID), m.TCAP.ACN.String(), componentText(m.Protocol, m.Component))
}

func diameterColumns(m *signaling.Message) []string {
	a := m.Diameter
	var rr []string
	for i := range min(a.NumRouteRecords, 8) {
		rr = append(rr, string(a.RouteRecords()[i]))
	}
	result := ""
	if a.ResultCode != 0 {
		result = strconv.Itoa(int(a.ResultCode))
	}
	return []string{"diameter", strconv.Itoa(int(a.Command)), strconv.Itoa(int(a.AppID)), fmt.Sprintf("0x%02x", a.Flags),
		fmt.Sprintf("0x%08x", a.HopByHop), fmt.Sprintf("0x%08x", a.EndToEnd), string(a.OriginHost), string(a.OriginRealm),
		string(a.DestinationHost), string(a.DestinationRealm), strings.Join(rr, ","), string(a.UserName), result, string(a.SessionID)}
}

func tcapKind(t tcap.MessageType) string {
	return [...]string{"", "uni", "begin", "end", "continue", "abort"}[t]
}

func tid(t tcap.TransactionID) string {
	if t.Len == 0 {
		return ""
	}
	return fmt.Sprintf("%0*x", 2*int(t.Len), t.Value)
}

// componentText writes a component in the form of the corpus: user:kind:code.
func componentText(p signaling.Protocol, c *tcap.Component) string {
	if c == nil {
		return ""
	}
	user := p.String()
	if p == signaling.CAP {
		user = "camel"
	}
	code := ""
	if c.HasCode && !c.Global {
		code = strconv.Itoa(int(c.Code))
	}
	kind := [...]string{"", "invoke", "returnResultLast", "returnError", "reject", "returnResultNotLast"}[c.Kind]
	return user + ":" + kind + ":" + code
}

// tsharkComponents brings tshark's components into one form. Its CAP and INAP
// dissectors call a returnResultLast returnResult.
func tsharkComponents(s string) []string {
	list := strings.Split(s, ",")
	for i, c := range list {
		list[i] = strings.Replace(c, ":returnResult:", ":returnResultLast:", 1)
	}
	return list
}

// tsharkReading reads an expected/*.tsv file into the same lines.
func tsharkReading(name string) (reading, error) {
	out := newReading()
	f, err := os.Open(name)
	if err != nil {
		return out, err
	}
	defer f.Close()
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
		frame, err := strconv.ParseUint(get("frame.number"), 10, 64)
		if err != nil {
			return out, fmt.Errorf("%s: %v", name, err)
		}
		c := out.counts[frame]
		if m := get("msg"); m == "0" || m == "1" {
			for _, t := range strings.Split(get("sctp.chunk_types"), ",") {
				if t == "0" || t == "64" {
					c.data++
				}
			}
		}
		mt, _ := strconv.ParseUint(get("sccp_mt"), 0, 8)
		switch layer := get("layer"); {
		case layer == "sua":
			switch class, typ, _ := strings.Cut(get("class_type"), "/"); class {
			case "7": // connectionless
			case "8":
				n, _ := strconv.Atoi(typ)
				c.suaConnections[n]++
			default:
				c.management++
			}
		case layer != "m3ua" && layer != "m2ua" && layer != "m2pa" && layer != "mtp2" && layer != "mtp3":
		case get("opc") == "":
			c.management++
		case get("si") != "3":
			c.otherUsers++
		case mt > 0 && mt < 0x11 && mt != 0x09 && mt != 0x0a:
			c.connections[mt]++
		case strings.Contains(get("user"), "sccpmg"):
			c.scmg++
		}
		out.counts[frame] = c
		if get("dia_cmd") != "" {
			out.add(frame, "diameter", get("dia_cmd"), get("dia_app"), get("dia_flags"), get("dia_hbh"), get("dia_e2e"),
				get("origin_host"), get("origin_realm"), get("dest_host"), get("dest_realm"), get("route_record"), get("user_name"), get("result_code"), get("session_id"))
			continue
		}
		if t, ansi := strings.CutPrefix(get("tcap"), "ansi:"); ansi {
			out.add(frame, "ansi", get("opc"), get("dpc"), get("sccp_mt"), get("called_ssn"), get("called_gt"), get("calling_ssn"), get("calling_gt"), t)
		} else if t != "" {
			for _, c := range tsharkComponents(get("components")) {
				out.add(frame, "ss7", get("opc"), get("dpc"), get("sccp_mt"), get("called_ssn"), get("called_gt"), get("calling_ssn"), get("calling_gt"),
					t, get("otid"), get("dtid"), get("acn"), c)
			}
		}
	}
	return out, sc.Err()
}

// TestCorpus holds the dissector to tshark's reading of every capture of the
// corpus, frame by frame and message by message. What differs must stand in
// testdata/differences.txt with the reason; what stands there must differ. A chunk
// that was sent again is read once by both sides.
func TestCorpus(t *testing.T) {
	needCorpus(t)
	explained, err := readDifferences("testdata/differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	type sums struct{ total, agreed, known int }
	var all, mapOnly, diameterOnly sums
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
				for frame, lines := range want.lines {
					for line, n := range lines {
						groups := []*sums{&all}
						if strings.HasPrefix(line, "diameter|") {
							groups = append(groups, &diameterOnly)
						} else if strings.Contains(line, "|map:") {
							groups = append(groups, &mapOnly)
						}
						have := min(n, got.lines[frame][line])
						missing := n - have
						var account func(s *sums)
						switch {
						case missing == 0:
							account = func(s *sums) { s.total += n; s.agreed += n }
						case explained.use(base, frame):
							account = func(s *sums) { s.total += n; s.agreed += have; s.known += missing }
						default:
							account = func(s *sums) { s.total += n; s.agreed += have }
							t.Errorf("frame %d: tshark reads %d of\n  %s\nand we %d; of that frame we read\n  %s", frame, n, line, have, strings.Join(keys(got.lines[frame]), "\n  "))
						}
						for _, g := range groups {
							account(g)
						}
					}
				}
				for frame, lines := range got.lines {
					for line, n := range lines {
						if n > want.lines[frame][line] && !explained.use(base, frame) {
							t.Errorf("frame %d: we read %d of\n  %s\nand tshark %d", frame, n, line, want.lines[frame][line])
						}
					}
				}
				for frame, w := range want.counts {
					g := got.counts[frame]
					if g != w && !explained.use(base, frame) {
						t.Errorf("frame %d: tshark counts %+v and we %+v", frame, w, g)
					}
				}
			})
		}
	}
	for _, d := range explained {
		if !d.used {
			t.Errorf("testdata/differences.txt: nothing differs in %s, frames %d to %d (any more)", d.capture, d.first, d.last)
		}
	}
	for _, g := range []struct {
		name string
		*sums
	}{{"messages", &all}, {"MAP components", &mapOnly}, {"Diameter messages", &diameterOnly}} {
		rate := 100 * float64(g.agreed) / float64(g.total)
		t.Logf("%s: tshark reads %d: %d agree, %d differ for a listed reason: %.2f %%", g.name, g.total, g.agreed, g.known, rate)
		if rate < 99 {
			t.Errorf("%.2f %% of the %s agree, want 99 %%", rate, g.name)
		}
	}
}

func keys(m map[string]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// dissectFile feeds a capture to a dissector and checks what must hold of any.
func dissectFile(t *testing.T, name string) *recorder { return dissectDetail(t, name, false) }

func dissectDetail(t *testing.T, name string, detail bool) *recorder {
	t.Helper()
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &recorder{reading: newReading(), detail: detail, tcp: map[uint64]bool{}}
	d := New(r, Options{})
	frames := make([]capture.Frame, 64)
	for {
		n, err := f.Read(frames)
		for i := range frames[:n] {
			fr := &frames[i]
			c, tcp := d.Counters, d.tcpC.Duplicates
			d.Feed(fr)
			r.counts[fr.Number] = frameCounts{
				data:       int(d.Counters.SCTPChunks + d.Counters.SCTPDuplicates - c.SCTPChunks - c.SCTPDuplicates),
				management: int(d.Counters.Management - c.Management),
				otherUsers: int(d.Counters.OtherUsers - c.OtherUsers),
			}
			beside := r.counts[fr.Number]
			now, was := &d.Counters.Kinds, &c.Kinds
			for i := range beside.connections {
				beside.connections[i] = int(now.Connection[i] - was.Connection[i])
			}
			for i := range beside.suaConnections {
				k := int(sua.ClassCO)*typesPerClass + i
				beside.suaConnections[i] = int(now.SUA[k] - was.SUA[k])
			}
			for i := range now.Management {
				beside.scmg += int(now.Management[i] - was.Management[i])
			}
			r.counts[fr.Number] = beside
			if detail {
				r.beside(fr.Number, beside, now, was)
			}
			dropped := d.Counters.SCTPDuplicates - c.SCTPDuplicates + d.tcpC.Duplicates - tcp
			repeated := r.repeats.count(fr)
			if dropped > repeated {
				t.Errorf("frame %d: %d chunks or segments dropped as duplicates, but only %d were there before", fr.Number, dropped, repeated)
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
	checkAccounts(t, d)
	return r
}

// checkAccounts holds that every frame has one outcome and none met a defect.
func checkAccounts(t *testing.T, d *Dissector) {
	t.Helper()
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
}

// repeats tells, without any of the state of the dissector, how much of a frame
// stood in one before: DATA chunks by tag, TSN and content, TCP segments by their
// octets. It is what a dropped duplicate is held to.
type repeats struct {
	peeler capture.Peeler
	seed   maphash.Seed
	chunks map[chunkKey]bool
	octets map[octetKey]byte
}

type chunkKey struct {
	ports, vtag, tsn uint32
	content          uint64
}

type octetKey struct {
	path pathKey
	seq  uint32
}

func (r *repeats) count(f *capture.Frame) (n uint64) {
	if r.chunks == nil {
		r.seed, r.chunks, r.octets = maphash.MakeSeed(), map[chunkKey]bool{}, map[octetKey]byte{}
	}
	var p capture.Packet
	if r.peeler.Peel(f, &p) != capture.ReasonNone || p.Content != capture.ContentIP {
		return 0
	}
	if p.Fragment {
		return 1 << 20 // the datagram may hold anything
	}
	switch p.Protocol {
	case 132:
		var pk sctp.Packet
		if pk.Decode(p.Payload) != nil {
			return 0
		}
		var c sctp.Chunk
		var d sctp.Data
		for it := pk.Chunks(); it.Next(&c); {
			if d.Decode(&c) != nil {
				continue
			}
			k := chunkKey{uint32(pk.SrcPort)<<16 | uint32(pk.DstPort), pk.VTag, d.TSN, maphash.Bytes(r.seed, d.Payload)}
			if r.chunks[k] {
				n++
			}
			r.chunks[k] = true
		}
	case 6:
		if len(p.Payload) < 20 || int(p.Payload[12]>>4)*4 > len(p.Payload) {
			return 0
		}
		b := p.Payload[int(p.Payload[12]>>4)*4:]
		k := octetKey{pathKey{src: p.Src, dst: p.Dst, ports: binary.BigEndian.Uint32(p.Payload)}, binary.BigEndian.Uint32(p.Payload[4:])}
		old := len(b) > 0
		for _, x := range b {
			if y, ok := r.octets[k]; !ok || x != y {
				old = false
			}
			r.octets[k] = x
			k.seq++
		}
		if old {
			n = 1
		}
	}
	return n
}

// differences are the known ones: a line is "capture frames reason", frames being
// numbers and ranges with commas between.
type differences []*difference

type difference struct {
	capture     string
	first, last uint64
	reason      string
	used        bool
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
		bad := fmt.Errorf("%s:%d: want: capture frame[-frame][,frame...] reason", name, i+1)
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			return nil, bad
		}
		for _, span := range strings.Split(f[1], ",") {
			a, z, ranged := strings.Cut(span, "-")
			if !ranged {
				z = a
			}
			x := &difference{capture: f[0], reason: f[2]}
			x.first, _ = strconv.ParseUint(a, 10, 64)
			x.last, _ = strconv.ParseUint(z, 10, 64)
			if x.first == 0 || x.last < x.first {
				return nil, bad
			}
			d = append(d, x)
		}
	}
	return d, nil
}

// find is the entry of a frame.
func (d differences) find(capture string, frame uint64) *difference {
	for _, x := range d {
		if x.capture == capture && frame >= x.first && frame <= x.last {
			return x
		}
	}
	return nil
}

// use reports that a difference is explained, and marks the explanation.
func (d differences) use(capture string, frame uint64) bool {
	x := d.find(capture, frame)
	if x != nil {
		x.used = true
	}
	return x != nil
}
