package dissect

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"sigtransit/decoders/m2ua"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// vector is a line of the corpus' vectors/*.jsonl.
type vector struct {
	Source string            `json:"source"`
	Layer  string            `json:"layer"`
	Hex    string            `json:"hex"`
	TCAP   string            `json:"tcap_hex"`
	SSN    int               `json:"verify_ssn"`
	Code   int               `json:"opcode"`
	Clean  bool              `json:"clean"`
	Raw    map[string]any    `json:"tshark"`
	tshark map[string]string // Raw as text, without what is not compared
}

// columns are what is compared of a vector; names as in the corpus.
var columns = []string{
	"layer", "class_type", "opc", "dpc", "si", "sccp_mt", "called_ssn", "called_gt", "calling_ssn", "calling_gt",
	"tcap", "otid", "dtid", "acn", "components",
	"dia_cmd", "dia_app", "dia_flags", "dia_hbh", "dia_e2e", "origin_host", "origin_realm", "dest_host", "dest_realm", "route_record", "user_name", "result_code", "session_id",
}

// TestVectors feeds every single message of the corpus to a dissector, under the
// layers it needs, and compares with tshark. Clean ones must agree; of the others
// we must have read at least what tshark did.
func TestVectors(t *testing.T) {
	needCorpus(t)
	explained, err := readDifferences("testdata/vector-differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(corpus + "/vectors/*.jsonl")
	if len(files) == 0 {
		t.Fatalf("no vectors in %s/vectors", corpus)
	}
	var clean, agreed, damaged, kept, known int
	for _, file := range files {
		for i, v := range readVectors(t, file) {
			name, line := strings.TrimSuffix(filepath.Base(file), ".jsonl"), uint64(i+1)
			got, faults := dissectVector(t, &v)
			var diff []string
			for _, c := range columns {
				g, w := got[c], v.tshark[c]
				if g == w || (!v.Clean && w == "") {
					continue
				}
				if !v.Clean && c == "components" && strings.HasPrefix(g, w) {
					continue
				}
				diff = append(diff, fmt.Sprintf("%s is %q, tshark %q", c, g, w))
			}
			if v.Clean && v.Layer == "map-arg" && faults != 0 {
				diff = append(diff, fmt.Sprintf("we flag faults %#x where tshark sees nothing wrong", faults))
			}
			if v.Clean {
				clean++
			} else {
				damaged++
			}
			switch {
			case len(diff) == 0 && v.Clean:
				agreed++
			case len(diff) == 0:
				kept++
			case explained.use(name, line):
				known++
			default:
				t.Errorf("%s %d (%s, %s): %s", name, line, v.Layer, v.Source, strings.Join(diff, "; "))
			}
		}
	}
	for _, d := range explained {
		if !d.used {
			t.Errorf("testdata/vector-differences.txt: nothing differs in %s, lines %d to %d (any more)", d.capture, d.first, d.last)
		}
	}
	t.Logf("%d clean vectors, %d agree; %d damaged ones, of %d we read all that tshark reads; %d differ for a listed reason", clean, agreed, damaged, kept, known)
}

func readVectors(t *testing.T, name string) (out []vector) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<20), 1<<24)
	for sc.Scan() {
		var v vector
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v.tshark = map[string]string{}
		for _, c := range columns {
			switch x := v.Raw[c].(type) {
			case string:
				v.tshark[c] = x
			case float64:
				v.tshark[c] = strconv.Itoa(int(x))
			case []any:
				var s []string
				for _, y := range x {
					s = append(s, fmt.Sprint(y))
				}
				v.tshark[c] = strings.Join(s, ",")
			}
		}
		if c := v.tshark["components"]; c != "" {
			// We do not read INAP: its components are those of some TCAP user.
			v.tshark["components"] = strings.ReplaceAll(strings.Join(tsharkComponents(c), ","), "inap:", "tcap:")
			if v.Layer == "inap-arg" && v.tshark["components"] == "tcap:invoke:" {
				// tshark shows no code of INAP; the source of the vector names it.
				v.tshark["components"] += strconv.Itoa(v.Code)
			}
		}
		out = append(out, v)
	}
	if sc.Err() != nil {
		t.Fatal(sc.Err())
	}
	return out
}

// dissectVector puts a vector under the layers it lacks and reads it.
func dissectVector(t *testing.T, v *vector) (got map[string]string, faults signaling.Fault) {
	t.Helper()
	text := v.Hex
	if v.TCAP != "" {
		text = v.TCAP
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	port, ppid := uint16(portM3UA), uint32(3)
	level := map[string]int{"isup": 1, "sccp": 1, "m3ua": 2, "m2ua": 2, "sua": 2, "diameter": 2}[v.Layer] // how much of the stack is there
	if level == 0 {
		ssn := synth.Address{SSN: telecom.SSN(v.SSN), RouteOnSSN: true}
		b = unitdata(ssn, ssn, b)
	}
	if level < 2 {
		si := uint8(siSCCP)
		if v.Layer == "isup" {
			si = 5
		}
		b = synth.AppendTransfer(nil, synth.Transfer{OPC: 1, DPC: 2, SI: si}, b)
	}
	switch v.Layer {
	case "m2ua":
		port, ppid = portM2UA, 2
	case "sua":
		port, ppid = portSUA, 4
	case "diameter":
		port, ppid = portDiameter, synth.PPIDDiameter
	}
	l := newLink(port)
	outcome := l.send(0, ppid, b)
	if outcome != Decoded {
		t.Errorf("%s: %v", v.Source, outcome)
	}

	got = map[string]string{}
	switch v.Layer {
	case "m3ua":
		got["layer"], got["class_type"] = "m3ua", fmt.Sprintf("%d/%d", l.Dissector.m3ua.Class, l.Dissector.m3ua.Type)
	case "m2ua":
		var m m2ua.Message
		if err := m.Decode(b); err != nil {
			t.Errorf("%s: %v", v.Source, err)
		}
		got["layer"], got["class_type"] = "m2ua", fmt.Sprintf("%d/%d", m.Class, m.Type)
	case "sua": // what it is stands in its header
		got["layer"], got["class_type"] = "sua", fmt.Sprintf("%d/%d", b[2], b[3])
	}
	if d := &l.Dissector.m3ua; level == 2 && d.HasData {
		got["opc"], got["dpc"], got["si"] = strconv.Itoa(int(d.Data.OPC)), strconv.Itoa(int(d.Data.DPC)), strconv.Itoa(int(d.Data.SI))
	}
	if s := &l.Dissector.sccp; level > 0 && s.Type != 0 {
		got["sccp_mt"] = fmt.Sprintf("0x%02x", uint8(s.Type))
		if s.Called.HasSSN {
			got["called_ssn"] = strconv.Itoa(int(s.Called.SSN))
		}
		if s.Calling.HasSSN {
			got["calling_ssn"] = strconv.Itoa(int(s.Calling.SSN))
		}
		got["called_gt"], got["calling_gt"] = s.Called.GT.String(), s.Calling.GT.String()
	}
	if m := &l.Dissector.tcap; m.Type != 0 {
		got["tcap"], got["otid"], got["dtid"], got["acn"] = tcapKind(m.Type), tid(m.OTID), tid(m.DTID), m.ACN.String()
	}
	var components []string
	for _, m := range l.messages {
		faults |= m.Faults
		if m.Component != nil {
			components = append(components, componentText(m.Protocol, &m.component))
		}
		if m.columns != nil {
			for i, name := range columns[len(columns)-13:] {
				got[name] = m.columns[i+1]
			}
		}
	}
	got["components"] = strings.Join(components, ",")
	return got, faults
}

// TestVectorColumns holds that the names of the columns are the corpus' own.
func TestVectorColumns(t *testing.T) {
	needCorpus(t)
	files, _ := filepath.Glob(corpus + "/vectors/*.jsonl")
	unknown := map[string]bool{}
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			for k := range v.Raw {
				unknown[k] = true
			}
		}
	}
	for _, c := range columns {
		if !unknown[c] {
			t.Errorf("no vector has %q", c)
		}
		delete(unknown, c)
	}
	for _, c := range []string{"info", "user", "malformed", "expert"} { // what tshark thinks of it
		delete(unknown, c)
	}
	var rest []string
	for c := range unknown {
		rest = append(rest, c)
	}
	sort.Strings(rest)
	if len(rest) > 0 {
		t.Errorf("not compared: %v", rest)
	}
}
