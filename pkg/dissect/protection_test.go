package dissect

import (
	"cmp"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// guarded is what handshakes said, and how much IPsec there was.
type guarded struct {
	selected, names, certificates map[string]bool // "version cipher", server names, subject and DNS names of leaves
	esp, ike, other               int             // packets; other are of both, of nobody's
}

func newGuarded() guarded {
	return guarded{selected: map[string]bool{}, names: map[string]bool{}, certificates: map[string]bool{}}
}

// gatherer keeps what the last event of each link said.
type gatherer struct {
	last map[uint64]signaling.Security
}

func (g *gatherer) Message(*signaling.Message) {}
func (g *gatherer) Warning(*signaling.Warning) {}
func (g *gatherer) Flow(e *signaling.FlowEvent) {
	if s := e.Link.Security; s != nil {
		g.last[e.Link.ID] = *s
	}
}

// guardedByUs is our reading of a capture.
func guardedByUs(t *testing.T, file string) guarded {
	t.Helper()
	f, err := capture.Open(file, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g := &gatherer{map[uint64]signaling.Security{}}
	d := New(g, Options{})
	frames := make([]capture.Frame, 64)
	for err == nil {
		var n int
		if n, err = f.Read(frames); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		d.FeedBatch(frames[:n])
	}
	d.Close()
	out := newGuarded()
	for _, s := range g.last {
		if s.Negotiated {
			out.selected[fmt.Sprintf("%#04x %#04x", s.Version, s.Cipher)] = true
		}
		if s.ServerName != "" {
			out.names[s.ServerName] = true
		}
		for _, c := range s.Certificates {
			if c.Seen() {
				out.certificates[c.Subject+" "+strings.Join(c.Names, ",")] = true
			}
		}
	}
	c := &d.Counters
	out.esp, out.ike = int(c.ESP), int(c.IKE)
	out.other = int(c.IPsecOther)
	return out
}

// guardedByTshark is tshark's. decode says where it has to be told what it is, except
// is a filter of what is nobody's signaling.
func guardedByTshark(t *testing.T, bin, file, except string, decode []string) guarded {
	t.Helper()
	fields := []string{"esp.spi", "isakmp.version"}
	for _, p := range []string{"tls", "dtls"} {
		for _, f := range []string{"type", "version", "extensions.supported_version", "ciphersuite", "extensions_server_name", "certificate"} {
			fields = append(fields, p+".handshake."+f)
		}
	}
	args := []string{"-n", "-r", file, "-o", "sctp.reassembly:TRUE", "-Y", "(tls.handshake || dtls.handshake || esp || isakmp) && !gtp" + except,
		"-T", "fields", "-E", "separator=;", "-E", "occurrence=a", "-E", "aggregator=,"}
	for _, d := range decode {
		args = append(args, "-d", d)
	}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CONFIG_HOME="+os.TempDir(), "WIRESHARK_CONFIG_DIR="+os.TempDir()+"/no-wireshark")
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := newGuarded()
	for line := range strings.Lines(string(text)) {
		col := strings.Split(strings.TrimSuffix(line, "\n"), ";")
		if col[0] != "" {
			out.esp++
		}
		if col[1] != "" {
			out.ike++
		}
		// tshark has the certificates of DTLS under the name of TLS.
		leaf, _, _ := strings.Cut(cmp.Or(col[7], col[13]), ",")
		if der, err := hex.DecodeString(strings.ReplaceAll(leaf, ":", "")); err == nil && len(der) > 0 {
			c, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			out.certificates[c.Subject.CommonName+" "+strings.Join(c.DNSNames, ",")] = true
		}
		for _, p := range [][]string{col[2:8], col[8:14]} {
			kinds := strings.Split(p[0], ",")
			if slices.Contains(kinds, "1") && p[4] != "" {
				for n := range strings.SplitSeq(p[4], ",") {
					out.names[n] = true
				}
			}
			if slices.Contains(kinds, "2") {
				v, c := strings.Split(cmp.Or(p[2], p[1]), ","), strings.Split(p[3], ",")
				for i := range min(len(v), len(c)) {
					out.selected[v[i]+" "+c[i]] = true
				}
			}
		}
	}
	return out
}

// TestProtectionAgainstTshark holds what is read of handshakes, certificates and
// IPsec in captures to the tshark that is installed and to crypto/x509.
func TestProtectionAgainstTshark(t *testing.T) {
	bin := needTshark(t)
	// Ports on which tshark does not look for TLS by itself; RFC 3436 it knows by
	// being told alone.
	decode := map[string][]string{
		"protection-tls":                                 {"tcp.port==3868,tls", "tcp.port==5868,tls", "tcp.port==13868,tls"},
		"protection-sctp":                                {"sctp.port==3868,tls", "sctp.port==5868,dtls"},
		"protection-dtls-udp":                            {"udp.port==5868,dtls", "udp.port==3868,dtls", "udp.port==20000,dtls"},
		"protection-downgrade":                           {"tcp.port==3868,tls", "tcp.port==5868,tls"},
		"fd-tcp-tls.pcap":                                {"tcp.port==5868,tls"},
		"fd-sctp-inband-tls.pcap":                        {"sctp.port==3868,tls"},
		"freeDiameter__freeDiameter__sample_capture.cap": {"sctp.port==3869,tls"},
	}
	except := map[string]string{
		"protection-tls": " && !(tcp.port == 443)", "protection-dtls-udp": " && !(udp.port == 4433)",
		"open5gs__open5gs__ipsec_reg.pcapng": " && !tls", // of subscribers' phones
	}
	files, _ := filepath.Glob("../../testdata/protection-*/input.*")
	if len(files) < 5 {
		t.Fatal("no cases of protection in testdata")
	}
	more := []string{"lab/pcap/fd-tcp-tls.pcap", "lab/pcap/fd-sctp-inband-tls.pcap", "pcap/freeDiameter__freeDiameter__sample_capture.cap", "pcap/open5gs__open5gs__ipsec_reg.pcapng"}
	if _, err := os.Stat(corpus); err == nil {
		for _, f := range more {
			files = append(files, filepath.Join(corpus, f))
		}
	} else if os.Getenv("CI") == "true" {
		t.Error("the corpus is not there")
	}
	found := 0
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "input.") {
			name = filepath.Base(filepath.Dir(file))
		}
		t.Run(name, func(t *testing.T) {
			want, got := guardedByTshark(t, bin, file, except[name], decode[name]), guardedByUs(t, file)
			for _, x := range []struct {
				what      string
				want, got map[string]bool
			}{{"versions and suites", want.selected, got.selected}, {"server names", want.names, got.names}, {"certificates", want.certificates, got.certificates}} {
				a, b := slices.Sorted(maps.Keys(x.want)), slices.Sorted(maps.Keys(x.got))
				if !slices.Equal(a, b) {
					t.Errorf("%s: tshark reads %q, we %q", x.what, a, b)
				}
				found += len(a)
			}
			if got.esp+got.ike+got.other != want.esp+want.ike {
				t.Errorf("ESP and IKE: tshark reads %d and %d, we %d and %d, and %d of nobody's", want.esp, want.ike, got.esp, got.ike, got.other)
			}
			found += want.esp
		})
	}
	if found < 30 {
		t.Errorf("tshark found %d things only", found)
	}
}

func addrPort(a string, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(a), port)
}

// events are the states and reasons of the flow events of a tap.
func (p *tap) events() (out []string) {
	for _, f := range p.flows {
		s := f.state + " " + f.protection.String()
		if f.reason != "" {
			s += ": " + f.reason
		}
		out = append(out, s)
	}
	return out
}

func offer(security ...uint32) []byte {
	return synth.AppendCER(nil, synth.Capabilities{Peer: mme, Product: "x", Security: security})
}

func accept(result uint32, security ...uint32) []byte {
	return synth.AppendCEA(nil, synth.Capabilities{Peer: hss, Product: "x", Security: security, ResultCode: result})
}

// TestDowngrade: what is a link that lost its protection, and what is none.
func TestDowngrade(t *testing.T) {
	const (
		after  = "a readable message after TLS records of the same link"
		agreed = "TLS was agreed on in CER and CEA, and the link goes on readable"
		begun  = "TLS was begun, not finished, and the link goes on readable"
	)
	type step struct {
		from int
		b    []byte
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  string // reason; empty: none
	}{
		{"readable after TLS", []step{{0, tlsHello}, {1, tlsData}, {0, purgeRequest(1)}}, after},
		{"TLS begun, then refused", []step{{0, offer(1)}, {1, accept(2001, 1)}, {0, tlsHello}, {1, purgeRequest(1)}}, begun},
		{"agreed, then readable", []step{{0, offer(0, 1)}, {1, accept(2001, 1)}, {0, purgeRequest(1)}}, agreed},
		{"declined", []step{{0, offer(0, 1)}, {1, accept(2001, 0)}, {0, purgeRequest(1)}}, ""},
		{"not answered for", []step{{0, offer(1)}, {1, accept(2001)}, {0, purgeRequest(1)}}, ""},
		{"refused altogether", []step{{0, offer(1)}, {1, accept(5017, 1)}, {0, purgeRequest(1)}}, ""},
		{"CEA behind the hello, as a mirror of two ports may show it", []step{{0, offer(1)}, {0, tlsHello}, {1, accept(2001, 1)}, {1, tlsData}, {0, tlsData}}, ""},
		{"garbage that begins like a record", []step{{0, purgeRequest(1)}, {0, []byte{22, 3, 1, 0, 100, 9, 9, 9, 9, 9}}, {1, purgeAnswer(1)}}, ""},
		{"nothing of the kind", []step{{0, purgeRequest(1)}, {1, purgeAnswer(1)}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConn(portDiameter)
			c.setUp()
			for _, s := range tt.steps {
				c.send(s.from, 0, s.b)
			}
			c.send(0, 0, purgeRequest(7))
			c.send(1, 0, purgeAnswer(7))
			if tt.name == "CEA behind the hello, as a mirror of two ports may show it" {
				tt.want = after // of the two messages that end every row
			}
			got := ""
			for _, f := range c.flows {
				if f.state == signaling.FlowDowngraded {
					if got != "" {
						t.Error("told twice")
					}
					got = f.reason
				}
			}
			if got != tt.want || len(c.warnings) != min(len(tt.want), 1) || int(c.Counters.Downgrades) != len(c.warnings) {
				t.Errorf("got %q and %d warnings, want %q\n%s", got, len(c.warnings), tt.want, strings.Join(c.events(), "\n"))
			}
			if m := c.messages[len(c.messages)-1]; m.Protection != signaling.Clear || m.Link.Protection != signaling.Clear {
				t.Errorf("the last message, which could be read, is %v on a link that is %v", m.Protection, m.Link.Protection)
			}
			if len(c.warnings) > 0 && (c.warnings[0].Type != "protection-downgrade" || !strings.Contains(c.warnings[0].Text, tt.want)) {
				t.Errorf("warning %+v", c.warnings[0])
			}
		})
	}
}

// TestFormerLinks: another connection of peers that had a protected one.
func TestFormerLinks(t *testing.T) {
	encrypted := func(c *conn) {
		c.setUp()
		c.send(0, 0, tlsHello)
		c.send(1, 0, tlsData)
		c.send(0, synth.FIN, nil)
		c.send(1, synth.FIN, nil)
	}
	named := func(c *conn) {
		c.setUp()
		c.send(0, 0, offer(1))
		c.send(1, 0, accept(2001, 1))
		c.send(0, 0, tlsHello)
		c.send(1, 0, tlsData)
	}
	for _, tt := range []struct {
		name   string
		before func(*conn)
		server string
		names  bool
		want   int
	}{
		{"same addresses", encrypted, addrB, false, 1},
		{"same names", named, "198.51.100.99", true, 1},
		{"other addresses", encrypted, "198.51.100.99", false, 0},
		{"other addresses and names", encrypted, "198.51.100.99", true, 0},
	} {
		c := newConn(portDiameterTLS)
		tt.before(c)
		first := c.flows[0].link
		next := newConn(portDiameter)
		next.tap = c.tap
		next.Ends[0].Addr = addrPort(addrA, 40001)
		next.Ends[1].Addr = addrPort(tt.server, portDiameter)
		next.setUp()
		if tt.names {
			next.send(0, 0, offer(0))
			next.send(1, 0, accept(2001, 0))
		}
		next.send(0, 0, purgeRequest(1))
		next.send(1, 0, purgeAnswer(1))
		if n := int(c.Counters.Downgrades); n != tt.want {
			t.Errorf("%s: %d downgrades, want %d\n%s", tt.name, n, tt.want, strings.Join(c.events(), "\n"))
		}
		if tt.want == 1 && (c.event.Former != first || c.event.Was != signaling.TLS) {
			t.Errorf("%s: former link %d, was %v; want %d", tt.name, c.event.Former, c.event.Was, first)
		}
	}
}

// TestFlapping: a link that changes again and again is told of a bounded number of
// times.
func TestFlapping(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	for n := range uint32(200) {
		c.send(0, 0, tlsHello)
		c.send(0, 0, purgeRequest(n))
	}
	if n := len(c.flows); n > maxTurns+3 {
		t.Errorf("%d events", n)
	}
	if len(c.warnings) > maxTurns {
		t.Errorf("%d warnings", len(c.warnings))
	}
}

// TestFormerBound: the memory of protected links is bounded, and counts what it lets go.
func TestFormerBound(t *testing.T) {
	var f formerLinks
	l := signaling.Link{ID: 1, Protection: signaling.TLS}
	for n := range uint32(3 * maxFormer) {
		l.ID++
		l.Ends[0].Addrs = append(l.Ends[0].Addrs[:0], addrPort(addrA, 1).Addr())
		l.Ends[1].Addrs = append(l.Ends[1].Addrs[:0], address(&[16]byte{12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n) | 1}))
		f.remember(&l, familyDiameter)
	}
	if len(f.known) > maxFormer || len(f.order) > maxFormer || f.evicted == 0 {
		t.Errorf("%d known, %d in order, %d let go", len(f.known), len(f.order), f.evicted)
	}
	if f.find(&l, familyDiameter).link != l.ID {
		t.Error("the last one is not known")
	}
	if f.find(&l, familySS7).link != 0 {
		t.Error("Diameter's protection was taken for that of SS7")
	}
}

// TestTLSInPieces: a hello that comes octet by octet, and one with a hole in it.
func TestTLSInPieces(t *testing.T) {
	hello := synth.AppendTLSRecord(nil, synth.TLSHandshake, 0x0301, synth.ClientHello(synth.Hello{Version: synth.TLS12, Ciphers: []uint16{0xc02b}, ServerName: "dra1.example.net"}, synth.NewRand(1)))
	c := newConn(portDiameterTLS)
	c.setUp()
	c.send(0, 0, hello[:6])
	for i := range hello[6:] {
		c.send(0, 0, hello[6+i:7+i])
	}
	c.send(1, 0, tlsData)
	l := c.event.Link
	if l.Security == nil || l.Security.ServerName != "dra1.example.net" || l.Security.Version != synth.TLS12 || l.Security.Negotiated || l.Security.Server != 1 {
		t.Errorf("%+v", l.Security)
	}

	c = newConn(portDiameterTLS)
	c.setUp()
	c.send(0, 0, hello[:40])
	c.Segment(nil, 0, synth.ACK, hello[40:80]) // not captured
	c.send(0, 0, hello[80:])
	c.send(0, synth.FIN, tlsData)
	if l := c.event.Link; l.Security == nil || l.Security.ServerName != "" || l.Protection != signaling.TLS {
		t.Errorf("with a hole: %+v", l.Security)
	}
}

// TestWatched: IPsec towards an address of the watchlist counts though no other link
// is known.
func TestWatched(t *testing.T) {
	p := newTap()
	esp := synth.AppendESP(nil, 0x1001, 1, 64, synth.NewRand(1))
	if o := p.ip(addrA, addrB, protoESP, esp); o != NotSignaling || p.Counters.IPsecOther != 1 {
		t.Errorf("nobody's ESP is %v", o)
	}
	p.opts.Watched = func(a netip.Addr) bool { return a.String() == addrB }
	if o := p.ip(addrA, addrB, protoESP, esp); o != Decoded || p.Counters.ESP != 1 {
		t.Errorf("ESP to a watched address is %v", o)
	}
	if got := strings.Join(p.events(), ", "); got != "new opaque, protected ipsec: ESP packets" {
		t.Error(got)
	}
}

// TestShortHeaders: what follows a handshake may have the short header of DTLS 1.3.
func TestShortHeaders(t *testing.T) {
	p := newTap()
	datagram := func(from, to string, payload []byte) Outcome {
		src, dst := addrPort(from, 42000), addrPort(to, portDiameterTLS)
		return p.ip(from, to, synth.ProtoUDP, synth.AppendUDP(nil, src, dst, payload))
	}
	short := append([]byte{0x2f, 1, 2, 0, 40}, make([]byte, 40)...)
	if o := datagram(addrA, addrB, short); o != NotSignaling {
		t.Errorf("before any handshake: %v", o)
	}
	hello := synth.ClientHello(synth.Hello{Version: synth.DTLS12, Ciphers: []uint16{0x1301}, Versions: []uint16{0xfefc, synth.DTLS12}, ServerName: "dra1.example.net", Datagram: true}, synth.NewRand(1))
	for _, o := range []Outcome{
		datagram(addrA, addrB, synth.AppendDTLSRecord(nil, synth.TLSHandshake, 0, 0, synth.DatagramFragment(hello, 0, 0, len(hello)-4))),
		datagram(addrA, addrB, short),
	} {
		if o != Decoded {
			t.Errorf("%v", o)
		}
	}
	if l := p.event.Link; l.Protection != signaling.DTLS || l.Security.Version != 0xfefc || l.Security.ServerName != "dra1.example.net" || p.Counters.ProtectedData != 2 {
		t.Errorf("%v, %+v, %d datagrams", l.Protection, l.Security, p.Counters.ProtectedData)
	}
	if o := datagram(addrB, "203.0.113.77", append([]byte("x"), short...)); o != NotSignaling {
		t.Errorf("something else: %v", o)
	}
}

// TestIPsecBound: a flood of pairs does not grow the table.
func TestIPsecBound(t *testing.T) {
	p := newTap()
	p.opts.Watched = func(netip.Addr) bool { return true }
	esp := synth.AppendESP(nil, 0x1001, 1, 16, synth.NewRand(1))
	for n := range 2*maxIPsec + 10 {
		p.ip(addrA, fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255), protoESP, esp)
	}
	if len(p.ipsec) > maxIPsec || p.ipsecEvicted == 0 {
		t.Errorf("%d links, %d let go", len(p.ipsec), p.ipsecEvicted)
	}
}

// TestRecordOnKnownFlow: what begins like a record has to look like more on a flow
// that carries readable messages.
func TestRecordOnKnownFlow(t *testing.T) {
	f := &flow{}
	for _, tt := range []struct {
		b            []byte
		fresh, known tlsrec.Protocol
	}{
		{tlsHello, tlsrec.TLS, tlsrec.TLS},
		{tlsData, tlsrec.TLS, tlsrec.TLS},
		{[]byte{21, 3, 3, 0, 2, 1, 0}, tlsrec.TLS, tlsrec.None},
		{[]byte{22, 3, 3, 0, 90, 9}, tlsrec.TLS, tlsrec.None},
		{purgeRequest(1), tlsrec.None, tlsrec.None},
	} {
		f.plain = false
		fresh := record(f, tt.b)
		f.plain = true
		if known := record(f, tt.b); fresh != tt.fresh || known != tt.known {
			t.Errorf("%x: %v, on a known flow %v", tt.b[:5], fresh, known)
		}
	}
	if readable(purgeRequest(1)[:diameter.HeaderLen-1]) || !readable(purgeRequest(1)) {
		t.Error("readable messages")
	}
}
