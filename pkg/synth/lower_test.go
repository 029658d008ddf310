package synth_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	. "sigtransit/pkg/synth"
)

// octets turns commented hex into bytes: what follows a # is not read.
func octets(t *testing.T, s string) []byte {
	t.Helper()
	var clean strings.Builder
	for _, line := range strings.Split(s, "\n") {
		line, _, _ = strings.Cut(line, "#")
		clean.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(clean.String())
	must(t, err)
	return b
}

func TestSmallEncoders(t *testing.T) {
	long := bytes.Repeat([]byte{0xaa}, 130)
	pad := func(head string) string { return head + hex.EncodeToString(long) }
	nested := func(form Length, contents []byte) []byte {
		b, o := OpenTLV([]byte{0xff}, 0xa3, form)
		return o.Close(append(b, contents...))
	}
	for _, c := range []struct {
		name, want string
		got        []byte
	}{
		{"TLV", "04 02 0102", AppendTLV(nil, 0x04, []byte{1, 2})},
		{"TLV, two octets of tag", "bf24 00", AppendTLV(nil, 0xbf24, nil)},
		{"TLV, 81", pad("04 81 82"), AppendTLV(nil, 0x04, long)},
		{"TLV, 82 by force", "04 82 0001 07", AppendTLVAs(nil, 0x04, Long, []byte{7})},
		{"TLV, indefinite", "30 80 0500 0000", AppendTLVAs(nil, 0x30, Indefinite, []byte{5, 0})},
		{"open", "ff a3 02 0500", nested(Shortest, []byte{5, 0})},
		{"open, 81", pad("ff a3 81 82"), nested(Shortest, long)},
		{"open, 82 by force", "ff a3 82 0002 0500", nested(Long, []byte{5, 0})},
		{"open, indefinite", "ff a3 80 0500 0000", nested(Indefinite, []byte{5, 0})},
		{"integer", "02 01 7f", AppendInteger(nil, 2, 127)},
		{"integer, two octets", "02 02 0080", AppendInteger(nil, 2, 128)},
		{"integer, negative", "02 02 fd66", AppendInteger(nil, 2, -666)},
		{"integer, one negative octet", "02 01 80", AppendInteger(nil, 2, -128)},
		{"TBCD, odd", "21 43 f5", AppendTBCD(nil, telecom.MustDigits("12345"))},
		{"TBCD, 17 digits", "21 43 65 87 09 21 43 65 f7", AppendTBCD(nil, telecom.MustDigits("12345678901234567"))},
		{"number", `81         # tag
			04         # length
			91         # extension 1, international, E.164
			99 79 f0   # 99970`, AppendNumber(nil, 0x81, International(telecom.MustDigits("99970")))},
		{"PLMN, two digits", "00 f1 10", AppendPLMN(nil, telecom.PLMN{MCC: 1, MNC: 1, Digits: 2})},
		{"PLMN, three digits", "99 09 21", AppendPLMN(nil, telecom.PLMN{MCC: 999, MNC: 120, Digits: 3})},
		{"reject", `a4 06      # reject
			02 01 05   # invoke id
			81 01 02   # invoke problem: mistyped parameter`, AppendReject(nil, 5, 1, 2)},
		{"empty result", "a2 03 02 01 ff", AppendEmptyResult(nil, -1)},
		{"provider abort", `67 09      # abort
			49 04 01020304  # dtid
			4a 01 01   # P-Abort cause: unrecognized transaction id`, AppendTransaction(nil, Transaction{Type: TCAbort, DTID: TID(0x01020304), PAbort: 2})},
		{"AARQ", `62 28      # begin
			48 02 4711 # otid, two octets
			6b 1e 28 1c 0607 00118605010101 # dialogue portion, EXTERNAL, dialogue-as-id
			a0 11 60 0f 8002 0780           # AARQ, version 1
			a1 09 0607 04000001001b03       # msPurging, version 3
			6c 02 0500 # components`, AppendTransaction(nil, Transaction{Type: TCBegin, OTID: TransactionID{0x4711, 2}, Dialogue: Request(MSPurging, 3), Components: []byte{5, 0}})},
		{"address, GTI 4", `12         # GT 4, SSN
			06 00      # SSN, translation type
			11 04      # E.164, BCD odd; international
			99 79 00   # 99970, filled with 0`, AppendAddress(nil, GT(telecom.MustDigits("99970"), 6))},
		{"address, GTI 1", "06 08 83 99 09", AppendAddress(nil, Address{SSN: 8, GTI: GTNature, NAI: 3, Digits: telecom.MustDigits("999")}) /* odd */},
		{"address, GTI 2", "0a 08 07 99 79", AppendAddress(nil, Address{SSN: 8, GTI: GTType, TT: 7, Digits: telecom.MustDigits("9997")})},
		{"address, GTI 3", "0e 08 07 12 99 79", AppendAddress(nil, Address{SSN: 8, GTI: GTTypePlan, TT: 7, NP: 1, Digits: telecom.MustDigits("9997")})},
		{"address, point code", "43 5623 08", AppendAddress(nil, Address{HasPC: true, PC: 9046, SSN: 8, RouteOnSSN: true})},
		{"address, nothing", "80", AppendAddress(nil, Address{National: true, NoSSN: true})},
		{"UDT", `09 81      # UDT, class 1, return on error
			03 05 07   # pointers: 3, 5 and 7 octets on
			02 42 06   # called: SSN 6
			02 42 07   # calling: SSN 7
			01 aa      # data`, AppendUDT(nil, Unitdata{Called: Address{SSN: 6, RouteOnSSN: true}, Calling: Address{SSN: 7, RouteOnSSN: true}, Class: 0x81, Data: []byte{0xaa}})},
		{"XUDT", `11 01 0f   # XUDT, class 1, 15 hops
			04 06 08 09 # pointers
			02 42 06   # called
			02 42 07   # calling
			01 aa      # data
			10 04 c2 030201 # segmentation: first, class 1, two follow; reference
			00         # end of optional parameters`, AppendXUDT(nil, Unitdata{Called: Address{SSN: 6, RouteOnSSN: true}, Calling: Address{SSN: 7, RouteOnSSN: true}, Class: 1, Hops: 15, Data: []byte{0xaa}, Segmented: true, First: true, Remaining: 2, LocalRef: 0x010203})},
		{"LUDT", `13 00 0f   # LUDT
			0700 0800 0900 0000 # pointers
			02 42 06   # called
			02 42 07   # calling
			0100 aa    # data, two octets of length`, AppendLUDT(nil, Unitdata{Called: Address{SSN: 6, RouteOnSSN: true}, Calling: Address{SSN: 7, RouteOnSSN: true}, Hops: 15, Data: []byte{0xaa}})},
		{"M3UA DATA", `01 00 01 01 00000024 # version 1, class 1, type 1, length 36
			0006 0008 00000065   # routing context 101
			0210 0011            # protocol data, 17 octets
			00000809 00002356    # OPC 2057, DPC 9046
			03 00 00 05          # SI 3, NI 0, MP 0, SLS 5
			aa 000000            # data, padding`, AppendTransfer(nil, Transfer{RoutingContext: 101, HasRoutingContext: true, OPC: 2057, DPC: 9046, SI: 3, SLS: 5}, []byte{0xaa})},
		{"AVP with vendor and padding", `000002bd  # 701
			c0 00000e # V and M; length without padding
			000028af  # 10415
			9999 0000`, AppendAVP(nil, AVPMSISDN, []byte{0x99, 0x99})},
		{"IPv4 header", `45 00 0073 # length 115
			0000 4000  # identification, don't fragment
			40 11 b861 # TTL 64, UDP, checksum
			c0a80001 c0a800c7`, AppendIP(nil, Packet{Src: netip.MustParseAddr("192.168.0.1"), Dst: netip.MustParseAddr("192.168.0.199"), Protocol: ProtoUDP}, 95)},
		{"IPv6 fragment", `60000000 0010 2c 40 # payload 16, fragment header, 64 hops
			20010db8000000000000000000000001 20010db8000000000000000000000002
			84 00 0011 00000007 # SCTP, offset 2 units of 8 octets, more; identification`,
			AppendIP(nil, Packet{Src: netip.MustParseAddr("2001:db8::1"), Dst: netip.MustParseAddr("2001:db8::2"), Protocol: ProtoSCTP, ID: 7, Fragment: true, Offset: 16, More: true}, 8)},
		{"DATA chunk", `00 07 0011 # DATA, unordered, begin, end; length without padding
			00000001 0002 0000 00000003 # TSN, stream, SSN, PPID
			aa 000000`, AppendData(nil, DataChunk{TSN: 1, Stream: 2, PPID: 3, Begin: true, End: true, Unordered: true}, []byte{0xaa})},
		{"SACK", `03 00 0018 00000009 00020000 0001 0001 # cumulative TSN, window, one gap, one duplicate
			0002 0003 00000008`, AppendSack(nil, 9, 131072, [][2]uint16{{2, 3}}, []uint32{8})},
		{"SMS text", `04         # SMS-DELIVER, no more messages
			04 91 99 79 # sender, four digits
			00 00      # PID, DCS
			62 11 22 01 00 00 00 # 2026-11-22 10:00:00 UTC
			05         # five septets
			e8329bfd06 # "hello"`, AppendDeliver(nil, ShortMessage{Peer: telecom.MustDigits("9997"), Text: "hello", Sent: start})},
	} {
		if want := octets(t, c.want); !bytes.Equal(c.got, want) {
			t.Errorf("%s:\n have %x\n want %x", c.name, c.got, want)
		}
	}
}

// All chunks and messages below MAP, in frames of every kind, as tshark reads them.
func TestLowerLayersAgainstTshark(t *testing.T) {
	w, done := newFile(t)
	s := testAssociation()
	now := start
	send := func(from int, p []byte) {
		now = now.Add(time.Millisecond)
		must(t, w.Packet(now, s.Ends[from].Addrs[0], s.Ends[1-from].Addrs[0], ProtoSCTP, p))
	}
	data := func(from int, m ...[]byte) {
		p, at := s.Open(nil, from)
		for _, m := range m {
			p = s.Data(p, from, Message{Stream: 1, PPID: PPIDM3UA, Payload: m})
		}
		send(from, CloseSCTP(p, at))
	}
	send(0, s.Init(nil, 0))
	send(1, s.InitAck(nil, 1))
	send(0, s.CookieEcho(nil, 0))
	send(1, s.CookieAck(nil, 1))
	send(0, s.Heartbeat(nil, 0, false, []byte("odd length.")))
	send(1, s.Heartbeat(nil, 1, true, []byte("odd length.")))
	data(0, AppendASPUp(nil, 1))
	data(1, AppendM3UAEmpty(nil, M3UAASPUPAck), AppendM3UANotify(nil, 1, 2, 9), AppendM3UAError(nil, 0x0d))
	data(0, AppendASPActive(nil, M3UAASPAC, 2, 9), AppendM3UABeat(nil, M3UABEAT, []byte("odd")))
	data(1, AppendSSNM(nil, M3UADUNA, 9, 2057), AppendSSNM(nil, M3UASCON, 9, 2057))
	// One TCAP message by every kind of SCCP message and address.
	tc := AppendTransaction(nil, mapCases()[0].tc)
	long := AppendTransaction(nil, mapCases()[10].tc) // three triplets
	addresses := []Address{
		GT(far, 6), MobileGT(far, 6), {SSN: 6, GTI: GTNature, NAI: 4, Digits: far}, {SSN: 6, GTI: GTType, TT: 1, Digits: home},
		{SSN: 6, GTI: GTTypePlan, TT: 1, NP: 1, Digits: far}, {SSN: 6, HasPC: true, PC: 9046, RouteOnSSN: true},
	}
	transfer := func(u []byte) []byte {
		return AppendTransfer(nil, Transfer{OPC: 2057, DPC: 9046, SI: 3, NI: 2, SLS: 1, NetworkAppearance: 7, HasNetworkAppearance: true, CorrelationID: 3, HasCorrelationID: true}, u)
	}
	for _, a := range addresses {
		u := Unitdata{Called: a, Calling: a, Hops: 3, Data: tc}
		data(0, transfer(AppendUDT(nil, u)), transfer(AppendXUDT(nil, u)))
		data(0, transfer(AppendLUDT(nil, u)))
	}
	u := Unitdata{Called: GT(home, 6), Calling: GT(far, 7), Class: 1, Hops: 3, Data: tc}
	data(0, transfer(AppendUDTS(nil, u, 1)), transfer(AppendXUDTS(nil, u, 1)))
	SegmentData(u, long, 50, 0xabcdef, func(s Unitdata) { data(0, transfer(AppendXUDT(nil, s))) })
	// A message cut three ways at once: DATA chunks, IP fragments, a VLAN around it.
	w.VLAN = 42
	m := Message{Stream: 1, PPID: PPIDM3UA, Payload: transfer(AppendUDT(nil, u))}
	for i, cut := range [][2]int{{0, 60}, {60, 120}, {120, len(m.Payload)}} {
		p, at := s.Open(nil, 0)
		p = CloseSCTP(s.Fragment(p, 0, m, m.Payload[cut[0]:cut[1]], i == 0, i == 2), at)
		now = now.Add(time.Millisecond)
		must(t, w.Fragments(now, s.Ends[0].Addrs[0], s.Ends[1].Addrs[0], ProtoSCTP, p, 48))
	}
	w.VLAN = 0
	a6, b6 := netip.MustParseAddr("2001:db8::a"), netip.MustParseAddr("2001:db8::b")
	p, at := s.Open(nil, 0)
	must(t, w.Fragments(now.Add(time.Millisecond), a6, b6, ProtoSCTP, CloseSCTP(s.Data(p, 0, Message{Unordered: true, PPID: PPIDM3UA, Payload: transfer(AppendUDT(nil, u))}), at), 64))
	now = now.Add(2 * time.Millisecond)
	send(1, s.SackPacket(nil, 1))
	for i := range 3 {
		send(i&1, s.Shutdown(nil, i&1, i))
	}
	c := NewConnection(TCPEnd{Addr: netip.MustParseAddrPort("[2001:db8::a]:40000")}, TCPEnd{Addr: netip.MustParseAddrPort("[2001:db8::b]:3868")}, NewRand(2))
	tcp := func(from int, flags uint8, payload []byte) {
		now = now.Add(time.Millisecond)
		must(t, w.Packet(now, c.Ends[from].Addr.Addr(), c.Ends[1-from].Addr.Addr(), ProtoTCP, c.Segment(nil, from, flags, payload)))
	}
	tcp(0, SYN, nil)
	tcp(1, SYN|ACK, nil)
	tcp(0, ACK, nil)
	both := append(AppendDWR(nil, mme, 1, 1), AppendDWR(nil, mme, 2, 2)...)
	tcp(0, PSH|ACK, both[:30])
	tcp(0, PSH|ACK, both[30:])
	tcp(1, FIN|ACK, nil)
	tcp(0, FIN|ACK, nil)
	file := done()
	checkClean(t, file)

	if got := tshark(t, file, "-Y", "sctp.chunk_type == 1", "-T", "fields", "-e", "sctp.parameter_ipv4_address"); len(got) != 1 || got[0] != "192.0.2.1,192.0.2.2" {
		t.Errorf("addresses of INIT: %q", got)
	}
	var kinds, digits []string
	operations := 0
	for _, line := range tshark(t, file, "-Y", "m3ua", "-T", "fields", "-E", "separator=;", "-e", "m3ua.message_class", "-e", "m3ua.message_type", "-e", "sccp.called.digits", "-e", "gsm_old.localValue") {
		f := strings.Split(line, ";")
		classes, types := strings.Split(f[0], ","), strings.Split(f[1], ",")
		for i := range classes {
			if classes[i] != "1" {
				kinds = append(kinds, classes[i]+"."+types[i])
			}
		}
		if f[2] != "" {
			digits = append(digits, strings.Split(f[2], ",")...)
		}
		if f[3] != "" {
			operations += len(strings.Split(f[3], ","))
		}
	}
	if got, want := strings.Join(kinds, " "), "3.1 3.4 0.1 0.0 4.1 3.3 2.1 2.4"; got != want {
		t.Errorf("M3UA messages %s, want %s", got, want)
	}
	// 18 messages by six kinds of address, a UDTS and an XUDTS, one in segments,
	// one in DATA fragments, one unordered in IPv6 fragments.
	if operations != 23 {
		t.Errorf("tshark reads %d operations, want 23", operations)
	}
	counts := map[string]int{}
	for _, d := range digits {
		counts[d]++
	}
	segments := (len(long) + 49) / 50
	if want := (map[string]int{far.String(): 12, home.String(): 3 + 2 + segments + 2}); !maps.Equal(counts, want) {
		t.Errorf("called digits %v, want %v", counts, want)
	}
	if got := tshark(t, file, "-Y", "diameter", "-T", "fields", "-e", "diameter.hopbyhopid"); len(got) != 1 || got[0] != "0x00000001,0x00000002" {
		t.Errorf("commands over TCP: %q", got)
	}
}
