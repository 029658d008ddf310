package dissect

import (
	"net/netip"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// conn is a TCP connection and the tap that sees it. End 0 is the client.
type conn struct {
	*tap
	*synth.Connection
}

func newConn(port uint16) *conn {
	end := func(a string, port uint16, seq uint32) synth.TCPEnd {
		return synth.TCPEnd{Addr: netip.AddrPortFrom(netip.MustParseAddr(a), port), Seq: seq}
	}
	return &conn{newTap(), synth.NewConnection(end(addrA, 40000, 0xfffffe00), end(addrB, port, 7000), synth.NewRand(1))}
}

func (c *conn) deliver(from int, segment []byte) Outcome {
	return c.ip(c.Ends[from].Addr.Addr().String(), c.Ends[1-from].Addr.Addr().String(), synth.ProtoTCP, segment)
}

func (c *conn) send(from int, flags uint8, payload []byte) Outcome {
	return c.deliver(from, c.Segment(nil, from, flags|synth.ACK, payload))
}

func (c *conn) setUp() {
	c.deliver(0, c.Segment(nil, 0, synth.SYN, nil))
	c.deliver(1, c.Segment(nil, 1, synth.SYN|synth.ACK, nil))
	c.send(0, 0, nil)
}

var (
	mme = synth.Peer{Host: "mme1.epc.mnc001.mcc001.3gppnetwork.org", Realm: "epc.mnc001.mcc001.3gppnetwork.org"}
	hss = synth.Peer{Host: "hss1.epc.mnc070.mcc999.3gppnetwork.org", Realm: "epc.mnc070.mcc999.3gppnetwork.org"}
)

func exchange(n uint32, answer bool) synth.Exchange {
	x := synth.Exchange{App: synth.AppS6a, HopByHop: n, EndToEnd: n << 8, SessionID: "mme1;1;" + string(rune('a'+n%26)), Origin: mme, Destination: hss}
	if answer {
		x.Origin, x.Destination = hss, synth.Peer{}
	}
	return x
}

func purgeRequest(n uint32) []byte { return synth.AppendPUR(nil, exchange(n, false), testIMSI) }
func purgeAnswer(n uint32) []byte  { return synth.AppendPUA(nil, exchange(n, true), synth.Success) }

// bigAnswer is a ULA padded with a vendor's AVP to n octets or more.
func bigAnswer(n int) []byte {
	x := exchange(1, true)
	b, at := synth.OpenAnswer(nil, x, synth.CmdUL, synth.Success)
	b = synth.AppendAVP(b, synth.AVP{Code: 9999, Vendor: 99999}, make([]byte, n))
	return synth.CloseAnswer(b, x, at)
}

func TestTCPDiameter(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	cer := synth.AppendCER(nil, synth.Capabilities{Peer: mme, Product: "x", HopByHop: 1, EndToEnd: 1})
	cea := synth.AppendCEA(nil, synth.Capabilities{Peer: hss, Product: "x", HopByHop: 1, EndToEnd: 1, ResultCode: 2001})
	c.send(0, synth.PSH, cer)
	c.send(1, synth.PSH, cea)
	// Two messages and a half in one segment; the rest octet by octet.
	three := append(append(purgeRequest(1), purgeRequest(2)...), purgeRequest(3)...)
	cut := len(three) - 60
	c.send(0, 0, three[:cut])
	for _, x := range three[cut:] {
		c.send(0, 0, []byte{x})
	}
	c.send(1, 0, purgeAnswer(3))
	want := []string{"CER request", "CER answer", "PUR request", "PUR request", "PUR request", "PUR answer"}
	c.expect(t, want...)
	if e := c.messages[5].Link.Ends; e[0].Host != mme.Host || e[1].Host != hss.Host || e[1].Realm != hss.Realm {
		t.Errorf("ends are named %+v", e)
	}
	if m := c.messages[5]; m.IMSI != testIMSI || m.Class != c.messages[4].Class {
		t.Errorf("the answer has IMSI %v, class %v", m.IMSI, m.Class)
	}
	c.send(0, synth.FIN, nil)
	if n := len(c.flows); n != 2 || c.flows[1].state != "closed" {
		t.Errorf("flow events %+v", c.flows)
	}
	checkAccounts(t, c.Dissector)
}

func TestTCPDisorder(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	var seg [][]byte
	whole := append(append(purgeRequest(1), purgeRequest(2)...), purgeRequest(3)...)
	for at := 0; at < len(whole); at += 97 {
		seg = append(seg, c.Segment(nil, 0, synth.ACK, whole[at:min(at+97, len(whole))]))
	}
	for _, i := range []int{0, 2, 1, 1, 5, 4, 3} {
		c.deliver(0, seg[i])
	}
	for i := 6; i < len(seg); i++ {
		c.deliver(0, seg[i])
	}
	c.expect(t, "PUR request", "PUR request", "PUR request")
	if c.Counters.TCPLostOctets != 0 {
		t.Errorf("%d octets lost", c.Counters.TCPLostOctets)
	}
}

// TestTCPLoss: the tap lacks a segment that the receiver acknowledged.
func TestTCPLoss(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	c.send(0, 0, purgeRequest(1))
	two := purgeRequest(2)
	c.Segment(nil, 0, synth.ACK, two[:100]) // not captured
	c.send(0, 0, append(two[100:len(two):len(two)], purgeRequest(3)...))
	c.now = c.now.Add(time.Second) // what was mirrored late would have come
	c.send(1, 0, purgeAnswer(1))   // acknowledges all
	c.send(0, 0, purgeRequest(4))
	c.expect(t, "PUR request", "PUR request", "PUR answer", "PUR request")
	if hop := c.messages[1].diameter.HopByHop; hop != 3 {
		t.Errorf("request %d follows the gap, want 3", hop)
	}
	c.Close()
	if c.Counters.TCPLostOctets != 100 || c.Counters.TCPTapLost != 100 {
		t.Errorf("%d octets lost, %d at the tap, want 100", c.Counters.TCPLostOctets, c.Counters.TCPTapLost)
	}
}

// TestTCPLossAtTheEnd: the capture ends before anything tells that the segment
// is lost for good.
func TestTCPLossAtTheEnd(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	c.send(0, 0, purgeRequest(1))
	c.Segment(nil, 0, synth.ACK, make([]byte, 10)) // not captured
	c.send(0, 0, purgeRequest(2))
	c.expect(t, "PUR request")
	c.Close()
	c.expect(t, "PUR request", "PUR request")
	if m := c.messages; len(m) == 2 && (m[1].Src != m[0].Src || m[1].Dst != m[0].Dst) {
		t.Errorf("from %v to %v", m[1].Src, m[1].Dst)
	}
	if c.Counters.TCPLostOctets != 10 || c.Counters.TCPTapLost != 0 {
		t.Errorf("%d octets lost, %d at the tap, want 10 of which nothing tells", c.Counters.TCPLostOctets, c.Counters.TCPTapLost)
	}
}

// TestTCPMidstream: the capture begins inside of a message.
func TestTCPMidstream(t *testing.T) {
	c := newConn(portDiameter)
	one := purgeRequest(1)
	c.send(0, 0, append(one[60:len(one):len(one)], purgeRequest(2)...))
	c.send(0, 0, purgeRequest(3))
	c.send(1, 0, purgeAnswer(3))
	c.expect(t, "PUR request", "PUR request", "PUR answer")
}

// TestTCPOtherPort: Diameter where nobody expects it, and what is none.
func TestTCPOtherPort(t *testing.T) {
	c := newConn(9876)
	c.setUp()
	c.send(0, 0, purgeRequest(1))
	c.send(1, 0, purgeAnswer(1))
	c.expect(t, "PUR request", "PUR answer")
	h := newConn(80)
	h.setUp()
	if o := h.send(0, 0, []byte("GET / HTTP/1.1\r\nHost: www.example.net\r\n\r\n")); o != NotSignaling {
		t.Errorf("HTTP: %v", o)
	}
	if n := len(h.Dissector.flows.all); n != 0 {
		t.Errorf("%d flows kept for HTTP", n)
	}
}

func TestTCPLargeMessage(t *testing.T) {
	big := bigAnswer(200_000)
	c := newConn(portDiameter)
	c.setUp()
	for at := 0; at < len(big); at += 1460 {
		c.send(1, 0, big[at:min(at+1460, len(big))])
	}
	c.send(1, 0, purgeAnswer(5))
	c.expect(t, "ULR answer", "PUR answer")
}

// TestTCPGarbage: octets that are no Diameter cost nothing but themselves.
func TestTCPGarbage(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	c.send(0, 0, purgeRequest(1))
	c.send(0, 0, []byte{0xde, 0xad, 0xbe, 0xef, 1, 0, 0, 3})
	c.send(0, 0, purgeRequest(2))
	c.expect(t, "PUR request", "PUR request")
	if c.Counters.Problems[LayerDiameter][Malformed] == 0 {
		t.Error("the garbage is not counted")
	}
}

// A ClientHello's record header, a few octets of it, and application data.
var (
	tlsHello = append([]byte{22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3}, make([]byte, 94)...)
	tlsData  = append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)
)

func TestTLS(t *testing.T) {
	for name, tt := range map[string]struct {
		port    uint16
		inClear [][]byte // what comes before TLS
		want    []string
	}{
		"registered port": {portDiameterTLS, nil, nil},
		"clear port":      {portDiameter, nil, nil},
		"in-band": {portDiameter, [][]byte{
			synth.AppendCER(nil, synth.Capabilities{Peer: mme, Product: "x", Security: []uint32{1}}),
		}, []string{"CER request"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newConn(tt.port)
			c.setUp()
			for _, b := range tt.inClear {
				c.send(0, 0, b)
			}
			if o := c.send(0, 0, tlsHello); o != Decoded {
				t.Errorf("hello: %v", o)
			}
			c.send(1, 0, tlsData)
			c.send(0, 0, tlsData)
			c.expect(t, tt.want...)
			if n := len(c.flows); n != 2 || c.flows[0].state != "new" || c.flows[1].state != "protected" || c.flows[1].protection != signaling.TLS {
				t.Errorf("flow events %+v", c.flows)
			}
			if c.Counters.ProtectedData != 3 {
				t.Errorf("%d protected segments, want 3", c.Counters.ProtectedData)
			}
			for _, m := range c.messages {
				if m.Protection != signaling.Clear {
					t.Errorf("a message that was read is %v", m.Protection)
				}
			}
		})
	}
}

// TestTLSThenClear: the ports of an encrypted connection are used again by one
// that is not.
func TestTLSThenClear(t *testing.T) {
	c := newConn(portDiameter)
	c.setUp()
	c.send(0, 0, tlsHello)
	c.send(1, 0, tlsData)
	c.send(0, synth.FIN, nil)
	c.send(1, synth.FIN, nil)
	c.Ends[0].Seq += 0x10000000
	c.Ends[1].Seq += 0x20000000
	c.setUp()
	c.send(0, 0, purgeRequest(1))
	c.send(1, 0, purgeAnswer(1))
	c.expect(t, "PUR request", "PUR answer")
	for _, m := range c.messages {
		if m.Protection != signaling.Clear || m.Link.Protection != signaling.Clear {
			t.Errorf("a message that was read is %v on a link that is %v", m.Protection, m.Link.Protection)
		}
	}
}
