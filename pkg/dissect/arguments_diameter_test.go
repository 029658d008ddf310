package dissect

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"sigtransit/decoders/diameter"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// TestDiameterArguments holds what is read inside of Diameter messages to the tshark
// that is installed: subscriber, visited network, nodes, results and vectors of each
// message of the corpus, of its single messages, and of the cases of the repository.
// tshark cuts the AVPs and reads digits and addresses; what they mean is decided
// here once more, slowly. What differs stands in testdata/argument-differences-diameter.txt.
func TestDiameterArguments(t *testing.T) {
	needCorpus(t)
	bin := needTshark(t)
	explained, err := readDifferences("testdata/argument-differences-diameter.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := withDiameter(t)
	cases, _ := filepath.Glob("../../testdata/*/input.*")
	files = append(append(files, cases...), vectorCapture(t))
	var total, facts, known int
	for _, file := range files {
		base := filepath.Base(file)
		if strings.HasPrefix(base, "input.") {
			base = filepath.Base(filepath.Dir(file))
		}
		got := ownDiameter(t, file)
		if len(got) == 0 {
			continue // TestCorpus and TestCasesAgainstTshark hold that tshark sees none either
		}
		want := tsharkDiameter(t, bin, file)
		for key, w := range want {
			total++
			facts += strings.Count(w, " ")
			g, ok := got[key]
			frame, _ := strconv.ParseUint(strings.SplitN(key, " ", 2)[0], 10, 64)
			switch {
			case ok && g == w:
			case explained.use(base, frame):
				known++
			case ok:
				t.Errorf("%s, %s:\n  tshark %s\n  we     %s", base, key, w, g)
			default:
				t.Errorf("%s, %s: tshark reads a message, we do not", base, key)
			}
		}
	}
	for _, d := range explained {
		if !d.used {
			t.Errorf("testdata/argument-differences-diameter.txt: nothing differs in %s, frames %d to %d (any more)", d.capture, d.first, d.last)
		}
	}
	t.Logf("%d Diameter messages with %d facts, %d differ for a listed reason", total, facts, known)
	if total < 1000 || facts < 1000 {
		t.Errorf("%d messages and %d facts are too few for a proof", total, facts)
	}
}

// withDiameter are the captures of the corpus in which tshark saw Diameter.
func withDiameter(t *testing.T) (out []string) {
	t.Helper()
	for _, dir := range []string{corpus, corpus + "/lab"} {
		files, _ := filepath.Glob(dir + "/pcap/*")
		for _, f := range files {
			b, err := os.ReadFile(dir + "/expected/" + filepath.Base(f) + ".tsv")
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte("\tdiameter\t")) {
				out = append(out, f)
			}
		}
	}
	if len(out) < 5 {
		t.Fatalf("%d captures with Diameter", len(out))
	}
	return out
}

// vectorCapture is a capture of the single messages of the corpus, a frame each, in
// the order of their files and lines.
func vectorCapture(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "vectors.pcap")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriter(f)
	if err := w.WriteFileHeader(1<<18, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(corpus + "/vectors/*.jsonl")
	end := func(a string, tag uint32) synth.SCTPEnd {
		return synth.SCTPEnd{Addrs: []netip.Addr{netip.MustParseAddr(a)}, Port: portDiameter, Tag: tag, TSN: 1}
	}
	a := synth.NewAssociation(end("192.0.2.1", 1), end("192.0.2.2", 2), synth.NewRand(1))
	at := time.Unix(1, 0)
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			b, err := hex.DecodeString(v.Hex)
			if v.Layer != "diameter" || err != nil {
				continue
			}
			c, open := a.Open(nil, 0)
			c = synth.CloseSCTP(a.Data(c, 0, synth.Message{PPID: synth.PPIDDiameter, Payload: b}), open)
			p := synth.Packet{Src: a.Ends[0].Addrs[0], Dst: a.Ends[1].Addrs[0], Protocol: synth.ProtoSCTP}
			frame := append(synth.AppendIP(synth.AppendEthernet(nil, synth.MACOf(p.Dst), synth.MACOf(p.Src), 0, synth.EtherIPv4), p, len(c)), c...)
			at = at.Add(time.Second)
			if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(frame), Length: len(frame)}, frame); err != nil {
				t.Fatal(err)
			}
		}
	}
	return name
}

// told is what is known of one message, in words that both sides write alike.
type told struct {
	imsi, msisdn, visited, result string
	vectors                       [diameter.NumVectorKinds]int
	nodes                         []string
}

func (x *told) String() string {
	slices.Sort(x.nodes)
	return strings.Join(append([]string{"imsi=" + x.imsi, "msisdn=" + x.msisdn, "visited=" + x.visited, "result=" + x.result, fmt.Sprintf("vectors=%v", x.vectors)}, slices.Compact(x.nodes)...), " ")
}

// messageKeys numberAVPs the messages of a frame that are alike.
type messageKeys map[string]string

func (m messageKeys) put(frame uint64, command, flags, hop, end string, x *told) {
	key := fmt.Sprintf("%d %s %s %s %s", frame, command, flags, hop, end)
	for n := 1; m[key] != ""; n++ {
		key = fmt.Sprintf("%d %s %s %s %s #%d", frame, command, flags, hop, end, n)
	}
	m[key] = x.String()
}

// ownDiameter is our reading.
func ownDiameter(t *testing.T, name string) messageKeys {
	t.Helper()
	f, err := capture.Open(name, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := &diameterRecorder{out: messageKeys{}}
	d := New(r, Options{})
	frames := make([]capture.Frame, 64)
	for {
		n, err := f.Read(frames)
		d.FeedBatch(frames[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	return r.out
}

type diameterRecorder struct{ out messageKeys }

func (r *diameterRecorder) Flow(*signaling.FlowEvent)  {}
func (r *diameterRecorder) Warning(*signaling.Warning) {}
func (r *diameterRecorder) Message(m *signaling.Message) {
	a := m.Diameter
	if a == nil {
		return
	}
	x := told{imsi: a.IMSI.String(), msisdn: a.MSISDN.String()}
	if !a.VisitedPLMN.IsZero() {
		x.visited = fmt.Sprintf("%d-%d", a.VisitedPLMN.MCC, a.VisitedPLMN.MNC)
	}
	if a.Set&(diameter.FieldResultCode|diameter.FieldExperimentalResult) != 0 {
		x.result = fmt.Sprintf("%d:%d", a.ResultVendor, a.ResultCode)
	}
	for k, n := range a.Vectors {
		x.vectors[k] = int(n)
	}
	for _, n := range a.Nodes() {
		v := string(n.Name)
		if n.GT.Len() > 0 {
			v = n.GT.String()
		} else if n.Addr.IsValid() {
			v = n.Addr.String()
		}
		x.nodes = append(x.nodes, n.Role.String()+"="+v)
	}
	r.out.put(m.Frame, strconv.Itoa(int(a.Command)), fmt.Sprintf("0x%02x", a.Flags), fmt.Sprintf("0x%08x", a.HopByHop), fmt.Sprintf("0x%08x", a.EndToEnd), &x)
}

// pdmlField is an element of tshark's PDML.
type pdmlField struct {
	Name   string      `xml:"name,attr"`
	Show   string      `xml:"show,attr"`
	Value  string      `xml:"value,attr"`
	Fields []pdmlField `xml:"field"`
	Protos []pdmlField `xml:"proto"`
}

// get is the first field of a name below f.
func (f *pdmlField) get(name string) *pdmlField {
	for i := range f.Fields {
		c := &f.Fields[i]
		if c.Name == name {
			return c
		}
		if x := c.get(name); x != nil {
			return x
		}
	}
	return nil
}

func (f *pdmlField) show(name string) string {
	if x := f.get(name); x != nil {
		return x.Show
	}
	return ""
}

// tsharkAVP is an AVP as tshark cuts it.
type tsharkAVP struct {
	code, vendor int
	data         []byte
	field        *pdmlField
	kids         []tsharkAVP
}

func avpsOf(f *pdmlField) (out []tsharkAVP) {
	for i := range f.Fields {
		c := &f.Fields[i]
		if c.Name != "diameter.avp" {
			out = append(out, avpsOf(c)...)
			continue
		}
		a := tsharkAVP{field: c, kids: avpsOf(c)}
		whole, _ := hex.DecodeString(c.Value)
		head := 8
		for j := range c.Fields {
			switch x := &c.Fields[j]; x.Name {
			case "diameter.avp.code":
				a.code, _ = strconv.Atoi(x.Show)
			case "diameter.avp.vendorId":
				a.vendor, _ = strconv.Atoi(x.Show)
				head = 12
			}
		}
		if len(whole) >= head {
			// The length says where the padding begins.
			n := int(whole[5])<<16 | int(whole[6])<<8 | int(whole[7])
			a.data = whole[head:max(head, min(n, len(whole)))]
		}
		out = append(out, a)
	}
	return out
}

// tsharkDiameter is tshark's reading, with default preferences.
func tsharkDiameter(t *testing.T, bin, file string) messageKeys {
	t.Helper()
	cmd := exec.Command(bin, "-n", "-r", file, "-Y", "diameter", "-T", "pdml")
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CONFIG_HOME="+os.TempDir(), "WIRESHARK_CONFIG_DIR="+os.TempDir()+"/no-wireshark")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := messageKeys{}
	dec := xml.NewDecoder(pipe)
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local != "packet" {
			continue
		}
		var p pdmlField
		if err := dec.DecodeElement(&p, &start); err != nil {
			t.Fatal(err)
		}
		var frame uint64
		for i := range p.Protos {
			switch x := &p.Protos[i]; x.Name {
			case "frame":
				frame, _ = strconv.ParseUint(x.show("frame.number"), 10, 64)
			case "diameter":
				app, _ := strconv.Atoi(x.show("diameter.applicationId"))
				flags, _ := strconv.ParseUint(x.show("diameter.flags"), 0, 8)
				command, _ := strconv.Atoi(x.show("diameter.cmd.code"))
				s := second{app: app, command: command, request: flags&0x80 != 0}
				for _, a := range avpsOf(x) {
					s.top(a)
				}
				if s.strong != "" {
					s.imsi = s.strong
				}
				if s.number != "" {
					s.msisdn = s.number
				}
				out.put(frame, x.show("diameter.cmd.code"), x.show("diameter.flags"), x.show("diameter.hopbyhopid"), x.show("diameter.endtoendid"), &s.told)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("tshark: %v", err)
	}
	return out
}

// second decides a second time what the AVPs of a message mean.
type second struct {
	told
	app, command   int
	request        bool
	strong, number string // an IMSI from an AVP made for it, a number that is not an additional one
}

const vendor3GPP = 10415

// top reads an AVP of the message itself.
func (s *second) top(a tsharkAVP) {
	switch {
	case a.vendor == 0 && a.code == 268 && s.result == "":
		s.result = "0:" + a.field.show("diameter.Result-Code")
	case a.vendor == 0 && a.code == 297 && s.result == "":
		s.result = a.field.show("diameter.Vendor-Id") + ":" + a.field.show("diameter.Experimental-Result-Code")
	case (a.vendor == vendor3GPP || a.vendor == 0 && s.app >= 1<<24) && a.code == 1407 && s.visited == "" && len(a.data) == 3:
		if d := swapped(a.data); len(d) >= 3 {
			s.visited = a.field.show("e212.mcc") + "-" + a.field.show("e212.mnc")
		}
	case a.vendor == vendor3GPP && a.code == 600 && s.visited == "" && slices.Contains(s.visits(), s.command):
		s.domain(string(a.data))
	}
	s.any(a)
}

// visits are the commands whose Visited-Network-Identifier is of the network that the
// subscriber visits.
func (s *second) visits() []int {
	switch s.app {
	case 16777216, 16777250, 16777264: // Cx, STa, SWm
		return []int{s.command}
	case 16777219, 16777265: // Wx, SWx
		return []int{303}
	}
	return nil
}

var (
	digitsOnly = regexp.MustCompile(`^\d+$`)
	rootNAI    = regexp.MustCompile(`(?i)^(?:[^!]*!)?[016]?(\d{6,15})@(?:nai|wlan)\.`)
	imsNAI     = regexp.MustCompile(`(?i)^(\d{6,15})@(?:ims|epc)\.`)
	anyNAI     = regexp.MustCompile(`^(\d{6,15})@`)
	plusURI    = regexp.MustCompile(`(?i)^(?:sip|tel):\+(\d+)`)
	imsiURI    = regexp.MustCompile(`(?i)^(?:sip|tel):(\d{3})(\d{11,12})@.*mnc(\d{3})\.mcc(\d{3})`)
	plmnDomain = regexp.MustCompile(`(?i)mnc(\d{3})\.mcc(\d{3})`)
	sipHost    = regexp.MustCompile(`(?i)^sips?:(?:[^@]*@)?([^:;?>]+)`)
)

// name reads a User-Name.
func (s *second) name(v string) {
	if s.imsi != "" {
		return
	}
	least := 6
	if s.app < 1<<24 {
		least = 14
	}
	for _, r := range []*regexp.Regexp{rootNAI, imsNAI} {
		if m := r.FindStringSubmatch(v); m != nil {
			s.imsi = m[1]
			return
		}
	}
	if m := anyNAI.FindStringSubmatch(v); m != nil && len(m[1]) >= least {
		s.imsi = m[1]
	} else if digitsOnly.MatchString(v) && len(v) >= least && len(v) <= 15 {
		s.imsi = v
	}
}

func (s *second) isdn(v string) {
	if v = strings.TrimPrefix(v, "+"); s.number == "" && digitsOnly.MatchString(v) {
		s.number = v
	}
}

// swapped reads digits of two to an octet, the first one low, up to a filler.
func swapped(b []byte) string {
	var out []byte
	for _, o := range b {
		for _, d := range []byte{o & 15, o >> 4} {
			if d == 15 {
				return string(out)
			}
			out = append(out, "0123456789ABCDE"[d])
		}
	}
	return string(out)
}

// isdnOf reads a number that should be TBCD and may be text or have a nature of
// address before it.
func isdnOf(b []byte) string {
	if len(b) >= 8 && digitsOnly.Match(b) {
		return string(b)
	}
	d := swapped(b)
	if len(b) > 1 && b[0] == 0x91 && len(d) != 11 {
		return swapped(b[1:])
	}
	return d
}

// nodeAVPs are the AVPs of 3GPP that name a node, by what they name it.
var nodeAVPs = map[int]string{
	1489: "sgsn_number", 1645: "mme_number", 2403: "msc_number", 3417: "msc_number", 3420: "vlr_number", 3338: "smsf_number", 3339: "smsf_number", 1474: "gmlc",
	1433: "node", 3100: "node", 3332: "node",
	2402: "serving_node", 2409: "serving_node", 3340: "serving_node", 3341: "serving_node", 318: "serving_node", 1664: "serving_node", 1666: "serving_node",
	2408: "serving_node", 2410: "serving_node", 3342: "serving_node", 3343: "serving_node", 3125: "scef", 1684: "scef", 3942: "scef", 3101: "node", 402: "node", 3112: "node",
	6: "serving_node", 15: "serving_node", 1228: "serving_node", 7: "gateway", 16: "gateway", 847: "gateway", 2067: "gateway", 890: "gateway", 895: "gateway",
	3425: "gateway", 3903: "gateway", 1531: "gateway", 1532: "gateway", 1050: "gateway", 2405: "gmlc", 2407: "gmlc", 3406: "scef", 3941: "scef", 2008: "node", 2017: "node",
}

// numberAVPs are those of them that hold a number.
var numberAVPs = []int{1489, 1645, 2403, 3417, 3420, 3338, 3339, 1474, 1433, 3100, 3332}

// addressAVPs are those that hold an address, with or without a family.
var addressAVPs = []int{6, 15, 1228, 7, 16, 847, 2067, 890, 895, 3425, 3903, 1531, 1532, 1050, 2405, 2407, 3406, 3941, 2008, 2017}

func (s *second) node(role, v string) {
	if v != "" {
		s.nodes = append(s.nodes, role+"="+v)
	}
}

func addressOf(b []byte) string {
	switch {
	case len(b) == 6 && b[1] == 1 || len(b) == 18 && b[1] == 2:
		b = b[2:]
	case len(b) > 2 && b[0] == 0 && b[1] == 8:
		return string(b[2:])
	}
	a, _ := netip.AddrFromSlice(b)
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// any reads an AVP at any depth.
func (s *second) any(a tsharkAVP) {
	v := string(a.data)
	// 3GPP's codes without their vendor, in its own applications.
	vendor := a.vendor
	if vendor == 0 && a.code > 700 && s.app >= 1<<24 {
		vendor = vendor3GPP
	}
	switch {
	case vendor == 0 && a.code == 279: // of somebody else's message
		return
	case vendor == 0 && a.code == 1:
		s.name(v)
	case vendor == 0 && a.code == 443:
		s.subscription(a)
		return
	case vendor == 0 && a.code == 661 && s.strong == "":
		s.strong = v
	case vendor == 0 && a.code == 660:
		s.isdn(v)
	case vendor == 0 && a.code == 334:
		s.node("gateway", addressOf(a.data))
	case vendor == 0 && a.code == 348:
		for _, k := range a.kids {
			s.node("gateway", string(k.data))
		}
	case vendor != vendor3GPP:
	case a.code == 1 && s.strong == "":
		s.strong = a.field.show("e212.imsi")
		if s.strong == "" && digitsOnly.MatchString(v) && len(v) <= 15 && len(v) >= 6 {
			s.strong = v
		}
	case a.code == 701:
		if d := isdnOf(a.data); s.number == "" {
			s.number = d
		}
	case a.code == 1643 && s.msisdn == "":
		s.msisdn = isdnOf(a.data)
	case a.code == 601:
		s.public(v)
	case a.code == 18 && s.visited == "" && digitsOnly.MatchString(v) && (len(v) == 5 || len(v) == 6):
		mcc, _ := strconv.Atoi(v[:3])
		mnc, _ := strconv.Atoi(v[3:])
		s.visited = fmt.Sprintf("%d-%d", mcc, mnc)
	case a.code >= 1414 && a.code <= 1416 && len(a.data) > 0:
		s.vectors[a.code-1414]++
	case a.code == 612:
		s.item(a)
	case a.code == 602:
		if m := sipHost.FindStringSubmatch(v); m != nil {
			s.node("serving_node", m[1])
		}
	case slices.Contains(numberAVPs, a.code):
		s.node(nodeAVPs[a.code], isdnOf(a.data))
	case slices.Contains(addressAVPs, a.code):
		s.node(nodeAVPs[a.code], addressOf(a.data))
	case nodeAVPs[a.code] != "":
		s.node(nodeAVPs[a.code], v)
	}
	for _, k := range a.kids {
		s.any(k)
	}
}

func (s *second) domain(v string) {
	if m := plmnDomain.FindStringSubmatch(v); m != nil {
		mnc, _ := strconv.Atoi(m[1])
		mcc, _ := strconv.Atoi(m[2])
		s.visited = fmt.Sprintf("%d-%d", mcc, mnc)
	}
}

func (s *second) public(v string) {
	if m := plusURI.FindStringSubmatch(v); m != nil {
		s.isdn(m[1])
	} else if m := imsiURI.FindStringSubmatch(v); m != nil && m[1] == m[4] && s.imsi == "" {
		s.imsi = m[1] + m[2]
	}
}

// subscription reads a Subscription-Id.
func (s *second) subscription(a tsharkAVP) {
	typ, data := "", ""
	for _, k := range a.kids {
		switch k.code {
		case 450:
			typ = k.field.show("diameter.Subscription-Id-Type")
		case 444:
			data = string(k.data)
		}
	}
	switch typ {
	case "0":
		s.isdn(data)
	case "1":
		if s.strong == "" && digitsOnly.MatchString(data) && len(data) >= 6 && len(data) <= 15 {
			s.strong = data
		}
	case "2":
		s.public(data)
	case "3":
		s.name(data)
	}
}

// item counts a SIP-Auth-Data-Item that holds a vector: in a request it names the
// scheme, or resynchronises.
func (s *second) item(a tsharkAVP) {
	vector := false
	for _, k := range a.kids {
		switch {
		case len(k.data) == 0:
		case k.code == 609 || k.code == 625 || k.code == 626 || k.code == 635, k.code == 610 && !s.request:
			vector = true
		}
	}
	if vector {
		s.vectors[diameter.VectorSIP]++
	}
}
