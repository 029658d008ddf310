package sctp

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
)

// Every packet of the tests begins with this header.
var header = []byte{
	0x0b, 0x59, // source port 2905
	0x0b, 0x5a, // destination port 2906
	0x11, 0x22, 0x33, 0x44, // verification tag
	0x00, 0x00, 0x00, 0x00, // checksum, filled in by packet
}

// packet puts a header with a right checksum before chunks.
func packet(chunks ...[]byte) []byte {
	b := append([]byte(nil), header...)
	for _, c := range chunks {
		b = append(b, c...)
	}
	binary.LittleEndian.PutUint32(b[8:], Checksum(b))
	return b
}

var (
	data = []byte{
		0x00, 0x03, 0x00, 0x15, // DATA, B and E, length 21
		0x00, 0x00, 0x00, 0x07, // TSN 7
		0x00, 0x02, // stream 2
		0x00, 0x09, // sequence 9
		0x00, 0x00, 0x00, 0x03, // PPID 3, M3UA
		'h', 'e', 'l', 'l', 'o', // user data
		0x00, 0x00, 0x00, // padding
	}
	dataNoPadding = data[:21]
	dataFirst     = []byte{
		0x00, 0x06, 0x00, 0x12, // DATA, U and B, length 18
		0xff, 0xff, 0xff, 0xff, // TSN 4294967295
		0x00, 0x00, // stream 0
		0x00, 0x00, // sequence 0
		0x2e, 0x00, 0x00, 0x00, // PPID 46 in the wrong byte order
		0x01, 0x02, // user data
		0x00, 0x00, // padding
	}
	dataEmpty = []byte{
		0x00, 0x03, 0x00, 0x10, // DATA, B and E, length 16: no user data
		0x00, 0x00, 0x00, 0x08, // TSN 8
		0x00, 0x00, 0x00, 0x00, // stream 0, sequence 0
		0x00, 0x00, 0x00, 0x00, // PPID 0
	}
	iDataFirst = []byte{
		0x40, 0x02, 0x00, 0x18, // I-DATA, B, length 24
		0x00, 0x00, 0x00, 0x0a, // TSN 10
		0x00, 0x05, // stream 5
		0x00, 0x00, // reserved
		0x00, 0x01, 0x00, 0x00, // message id 65536
		0x00, 0x00, 0x00, 0x2e, // PPID 46
		0xde, 0xad, 0xbe, 0xef, // user data
	}
	iDataLast = []byte{
		0x40, 0x01, 0x00, 0x15, // I-DATA, E, length 21
		0x00, 0x00, 0x00, 0x0b, // TSN 11
		0x00, 0x05, // stream 5
		0x00, 0x00, // reserved
		0x00, 0x01, 0x00, 0x00, // message id 65536
		0x00, 0x00, 0x00, 0x01, // FSN 1
		0xaa,             // user data
		0x00, 0x00, 0x00, // padding
	}
	sack = []byte{
		0x03, 0x00, 0x00, 0x1c, // SACK, length 28
		0xff, 0xff, 0xff, 0xfe, // cumulative TSN
		0x00, 0x01, 0x00, 0x00, // a_rwnd 65536
		0x00, 0x02, // two gap blocks
		0x00, 0x01, // one duplicate
		0x00, 0x02, 0x00, 0x03, // received: cumulative + 2 to + 3
		0x00, 0x05, 0x00, 0x05, // received: cumulative + 5
		0xff, 0xff, 0xff, 0xf0, // received twice
	}
	initAck = []byte{
		0x02, 0x00, 0x00, 0x3c, // INIT ACK, length 60
		0xca, 0xfe, 0xba, 0xbe, // initiate tag
		0x00, 0x00, 0xfa, 0x00, // a_rwnd 64000
		0x00, 0x0a, // 10 outbound streams
		0x00, 0x11, // 17 inbound streams
		0x00, 0x00, 0x00, 0x64, // initial TSN 100
		0x00, 0x05, 0x00, 0x08, // IPv4 address
		192, 0, 2, 1,
		0x00, 0x06, 0x00, 0x14, // IPv6 address
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x00, 0x07, 0x00, 0x05, // state cookie of one octet
		0xee, 0x00, 0x00, 0x00, // and its padding
		0xc0, 0x00, 0x00, 0x04, // forward TSN supported
	}
	asconf = []byte{
		0xc1, 0x00, 0x00, 0x40, // ASCONF, length 64
		0x00, 0x00, 0x01, 0x00, // serial number 256
		0x00, 0x05, 0x00, 0x08, // address the association is known by
		198, 51, 100, 1,
		0xc0, 0x01, 0x00, 0x10, // Add IP
		0x00, 0x00, 0x00, 0x01, // correlation id
		0x00, 0x05, 0x00, 0x08, // IPv4 address
		198, 51, 100, 2,
		0xc0, 0x02, 0x00, 0x1c, // Delete IP
		0x00, 0x00, 0x00, 0x02, // correlation id
		0x00, 0x06, 0x00, 0x14, // IPv6 address, here an IPv4-mapped one
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 9,
		0xc0, 0x04, 0x00, 0x04, // Set Primary without a body
	}
	asconfAck = []byte{
		0x80, 0x00, 0x00, 0x10, // ASCONF ACK, length 16
		0x00, 0x00, 0x01, 0x00, // serial number 256
		0xc0, 0x05, 0x00, 0x08, // success
		0x00, 0x00, 0x00, 0x01, // correlation id
	}
	forwardTSN = []byte{
		0xc0, 0x00, 0x00, 0x10, // FORWARD-TSN, length 16
		0x00, 0x00, 0x00, 0x20, // new cumulative TSN 32
		0x00, 0x01, 0x00, 0x05, // stream 1, sequence 5
		0x00, 0x02, 0x00, 0x06, // stream 2, sequence 6
	}
	iForwardTSN = []byte{
		0xc2, 0x00, 0x00, 0x10, // I-FORWARD-TSN, length 16
		0x00, 0x00, 0x00, 0x21, // new cumulative TSN 33
		0x00, 0x03, 0x00, 0x01, // stream 3, unordered
		0x00, 0x01, 0x00, 0x02, // message id 65538
	}
	shutdown = []byte{
		0x07, 0x00, 0x00, 0x08, // SHUTDOWN, length 8
		0x00, 0x00, 0x00, 0x63, // cumulative TSN 99
	}
	abort = []byte{
		0x06, 0x01, 0x00, 0x0c, // ABORT with the T bit, length 12
		0x00, 0x0c, 0x00, 0x08, // cause 12, user initiated
		'b', 'y', 'e', '!',
	}
	heartbeat = []byte{
		0x04, 0x00, 0x00, 0x0c, // HEARTBEAT, length 12
		0x00, 0x01, 0x00, 0x08, // heartbeat info
		0x01, 0x02, 0x03, 0x04,
	}
	cookieAck = []byte{0x0b, 0x00, 0x00, 0x04} // COOKIE ACK, length 4
	lengthTen = []byte{0x0b, 0x00, 0x00, 0x0a, 0x01, 0x02}
)

var packets = [][]byte{
	packet(),
	packet(data, dataFirst, dataEmpty, dataNoPadding),
	packet(iDataFirst, iDataLast),
	packet(sack, data),
	packet(initAck),
	packet(asconf), packet(asconfAck),
	packet(forwardTSN, iForwardTSN, shutdown),
	packet(cookieAck, heartbeat, abort),
	packet(cookieAck, []byte{0x00, 0x03, 0x00, 0x00}, data),
}

func TestPacketDecode(t *testing.T) {
	b := packet(cookieAck)
	var p Packet
	if err := p.Decode(b); err != nil {
		t.Fatal(err)
	}
	want := Packet{SrcPort: 2905, DstPort: 2906, VTag: 0x11223344, Checksum: Checksum(b), Payload: cookieAck}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
	for n := range headerLen {
		if err := p.Decode(b[:n]); err != ErrTruncated || p.VTag != 0 || p.Payload != nil {
			t.Errorf("%d octets: error %v, %+v", n, err, p)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _ = p.Decode(b); _ = p.Decode(b[:5]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestChunks(t *testing.T) {
	cut := packet(cookieAck, data)
	tests := []struct {
		name string
		b    []byte
		want []Chunk
		err  error
	}{
		{"no chunks", packet(), nil, nil},
		{"bundle", packet(cookieAck, data, shutdown),
			[]Chunk{{Type: ChunkCookieAck, Length: 4, Value: []byte{}}, {Type: ChunkData, Flags: 3, Length: 21, Value: data[4:21]}, {Type: ChunkShutdown, Length: 8, Value: shutdown[4:]}}, nil},
		{"last padding missing", packet(cookieAck, dataNoPadding),
			[]Chunk{{Type: ChunkCookieAck, Length: 4, Value: []byte{}}, {Type: ChunkData, Flags: 3, Length: 21, Value: data[4:21]}}, nil},
		{"last padding cut in the middle", packet(data[:22]),
			[]Chunk{{Type: ChunkData, Flags: 3, Length: 21, Value: data[4:21]}}, nil},
		{"user data cut", cut[:len(cut)-5],
			[]Chunk{{Type: ChunkCookieAck, Length: 4, Value: []byte{}}, {Type: ChunkData, Flags: 3, Length: 21, Value: data[4:19], Truncated: true}}, ErrTruncated},
		{"chunk header cut", packet(cookieAck, data[:3]),
			[]Chunk{{Type: ChunkCookieAck, Length: 4, Value: []byte{}}}, ErrTruncated},
		{"length 0 ends the walk", packet(cookieAck, []byte{0, 3, 0, 0}, data),
			[]Chunk{{Type: ChunkCookieAck, Length: 4, Value: []byte{}}}, ErrLength},
		{"lengths 3, 1 and 2 are passed over", packet([]byte{0, 3, 0, 3, 0, 3, 0, 1}, data, []byte{0, 3, 0, 2}),
			[]Chunk{{Type: ChunkData, Flags: 3, Length: 21, Value: data[4:21]}}, ErrLength},
		{"length one octet too long", packet([]byte{0, 3, 0, 5}),
			[]Chunk{{Type: ChunkData, Flags: 3, Length: 5, Value: []byte{}, Truncated: true}}, ErrTruncated},
		{"length 65535", packet([]byte{0x84, 0, 0xff, 0xff, 1}),
			[]Chunk{{Type: ChunkPad, Length: 65535, Value: []byte{1}, Truncated: true}}, ErrTruncated},
		{"unknown type is walked over", packet([]byte{0x63, 9, 0, 6, 1, 2, 0, 0}, cookieAck),
			[]Chunk{{Type: 99, Flags: 9, Length: 6, Value: []byte{1, 2}}, {Type: ChunkCookieAck, Length: 4, Value: []byte{}}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p Packet
			if err := p.Decode(tt.b); err != nil {
				t.Fatal(err)
			}
			var got []Chunk
			w := p.Chunks()
			for c := (Chunk{}); w.Next(&c); {
				if len(c.Value) != cap(c.Value) {
					t.Errorf("%v: value has spare capacity", c.Type)
				}
				got = append(got, c)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if w.Err() != tt.err {
				t.Errorf("error %v, want %v", w.Err(), tt.err)
			}
			if c := (Chunk{}); w.Next(&c) {
				t.Error("the walk went on after its end")
			}
			if n := testing.AllocsPerRun(100, func() { walk(tt.b) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestManyChunks(t *testing.T) {
	// A bundle as seen on loopback: a full 64 KiB packet of the smallest chunks.
	b := append([]byte(nil), header...)
	for len(b)+len(cookieAck) <= 65535 {
		b = append(b, cookieAck...)
	}
	var p Packet
	_ = p.Decode(b)
	n := 0
	w := p.Chunks()
	for c := (Chunk{}); w.Next(&c); {
		n++
	}
	if n != (65535-headerLen)/4 || w.Err() != nil {
		t.Errorf("%d chunks, error %v", n, w.Err())
	}
}

// one is the first chunk of b, a chunk area.
func one(t testing.TB, b []byte) *Chunk {
	t.Helper()
	var c Chunk
	w := Chunks{b: b}
	if !w.Next(&c) {
		t.Fatalf("no chunk in % x", b)
	}
	return &c
}

func TestDataDecode(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		want Data
		err  error
	}{
		{"whole", data, Data{TSN: 7, StreamID: 2, Sequence: 9, PPID: 3, Begin: true, End: true, Payload: []byte("hello")}, nil},
		{"unordered first fragment", dataFirst, Data{TSN: 0xffffffff, PPID: 0x2e000000, Begin: true, Unordered: true, Payload: []byte{1, 2}}, nil},
		{"no user data", dataEmpty, Data{TSN: 8, Begin: true, End: true, Payload: []byte{}}, nil},
		{"cut user data", data[:18], Data{TSN: 7, StreamID: 2, Sequence: 9, PPID: 3, Begin: true, End: true, Payload: []byte("he"), Truncated: true}, nil},
		{"cut fixed part", data[:15], Data{}, ErrTruncated},
		{"I-DATA first", iDataFirst, Data{TSN: 10, StreamID: 5, Sequence: 65536, PPID: 46, Begin: true, IData: true, Payload: []byte{0xde, 0xad, 0xbe, 0xef}}, nil},
		{"I-DATA last", iDataLast, Data{TSN: 11, StreamID: 5, Sequence: 65536, FSN: 1, End: true, IData: true, Payload: []byte{0xaa}}, nil},
		{"I-DATA cut fixed part", iDataFirst[:19], Data{}, ErrTruncated},
		{"another chunk", sack, Data{}, ErrType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := one(t, tt.b)
			// The receiver holds another chunk before: nothing of it may stay.
			got := Data{TSN: 1, StreamID: 1, Sequence: 1, FSN: 1, PPID: 1, Begin: true, End: true, Unordered: true, IData: true, Payload: []byte{1}, Truncated: true}
			if err := got.Decode(c); err != tt.err {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if n := testing.AllocsPerRun(100, func() { _ = got.Decode(c) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestSackDecode(t *testing.T) {
	var s Sack
	c := one(t, sack)
	if err := s.Decode(c); err != nil {
		t.Fatal(err)
	}
	if s.CumulativeTSN != 0xfffffffe || s.ARwnd != 65536 || s.NumGaps != 2 || s.NumDups != 1 {
		t.Errorf("got %+v", s)
	}
	// The offsets count on from the cumulative TSN, over the end of the number space.
	if a, b := s.Gap(0); a != 0 || b != 1 {
		t.Errorf("gap 0: %d to %d", a, b)
	}
	if a, b := s.Gap(1); a != 3 || b != 3 {
		t.Errorf("gap 1: %d to %d", a, b)
	}
	if d := s.Dup(0); d != 0xfffffff0 {
		t.Errorf("dup 0: %#x", d)
	}
	for _, i := range []int{-1, 2, 1 << 20} {
		if a, b := s.Gap(i); a != 0 || b != 0 || s.Dup(i) != 0 {
			t.Errorf("index %d is not guarded", i)
		}
	}
	if tsn, ok := c.CumulativeTSN(); !ok || tsn != 0xfffffffe {
		t.Errorf("CumulativeTSN: %#x, %v", tsn, ok)
	}

	// Counts that claim more than there is must not reach past the chunk.
	lying := append([]byte(nil), sack...)
	lying[12], lying[13], lying[14], lying[15] = 0xff, 0xff, 0xff, 0xff
	c = one(t, lying)
	if err := s.Decode(c); err != ErrTruncated || s.NumGaps != 3 || s.NumDups != 0 {
		t.Errorf("error %v, %+v", err, s)
	}
	if err := s.Decode(one(t, sack[:15])); err != ErrTruncated || s.ARwnd != 0 {
		t.Errorf("error %v, %+v", err, s)
	}
	if err := s.Decode(one(t, data)); err != ErrType {
		t.Errorf("error %v", err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = s.Decode(c); s.Gap(0); s.Dup(0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestInitDecode(t *testing.T) {
	var i Init
	c := one(t, initAck)
	if err := i.Decode(c); err != nil {
		t.Fatal(err)
	}
	if i.InitiateTag != 0xcafebabe || i.ARwnd != 64000 || i.OutStreams != 10 || i.InStreams != 17 || i.InitialTSN != 100 || !i.Ack {
		t.Errorf("got %+v", i)
	}
	type seen struct {
		Type ParamType
		Addr string
	}
	want := []seen{{ParamIPv4, "192.0.2.1"}, {ParamIPv6, "2001:db8::1"}, {ParamStateCookie, ""}, {ParamForwardTSN, ""}}
	for name, w := range map[string]Params{"Init": i.Params(), "Chunk": c.Params()} {
		var got []seen
		for p := (Param{}); w.Next(&p); {
			s := seen{Type: p.Type}
			if a, ok := p.Addr(); ok {
				s.Addr = a.String()
			}
			got = append(got, s)
		}
		if !reflect.DeepEqual(got, want) || w.Err() != nil {
			t.Errorf("%s.Params: got %v, %v", name, got, w.Err())
		}
	}
	if err := i.Decode(one(t, initAck[:19])); err != ErrTruncated || i.InitiateTag != 0 {
		t.Errorf("error %v, %+v", err, i)
	}
	if err := i.Decode(one(t, data)); err != ErrType {
		t.Errorf("error %v", err)
	}
	if n := testing.AllocsPerRun(100, func() {
		_ = i.Decode(c)
		w := i.Params()
		for p := (Param{}); w.Next(&p); {
			p.Addr()
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAsconfDecode(t *testing.T) {
	var a Asconf
	if err := a.Decode(one(t, asconf)); err != nil {
		t.Fatal(err)
	}
	if a.Serial != 256 || a.Ack || !a.HasAddress || a.Address != netip.MustParseAddr("198.51.100.1") {
		t.Errorf("got %+v", a)
	}
	var p Param
	w := a.Params()
	for _, want := range []struct {
		t    ParamType
		addr string
	}{{ParamAddIP, "198.51.100.2"}, {ParamDeleteIP, "203.0.113.9"}} {
		if !w.Next(&p) || p.Type != want.t {
			t.Fatalf("got %+v, want %v", p, want.t)
		}
		if addr, ok := p.Addr(); !ok || addr.String() != want.addr {
			t.Errorf("got %v, %v, want %s", addr, ok, want.addr)
		}
	}
	if !w.Next(&p) || p.Type != ParamSetPrimary {
		t.Fatalf("got %+v", p)
	}
	if addr, ok := p.Addr(); ok {
		t.Errorf("an empty parameter has address %v", addr)
	}

	if err := a.Decode(one(t, asconfAck)); err != nil || !a.Ack || a.HasAddress {
		t.Errorf("error %v, %+v", err, a)
	}
	if w := a.Params(); !w.Next(&p) || p.Type != ParamSuccess {
		t.Errorf("got %+v", p)
	}
	// Without the address that must come first, nothing is lost.
	b := append([]byte{0xc1, 0, 0, 24, 0, 0, 0, 1}, asconf[16:32]...)
	if err := a.Decode(one(t, b)); err != nil || a.HasAddress {
		t.Errorf("error %v, %+v", err, a)
	}
	if w := a.Params(); !w.Next(&p) || p.Type != ParamAddIP {
		t.Errorf("got %+v", p)
	}
	if err := a.Decode(one(t, asconf[:7])); err != ErrTruncated {
		t.Errorf("error %v", err)
	}
	if err := a.Decode(one(t, data)); err != ErrType {
		t.Errorf("error %v", err)
	}
}

func TestParamAddr(t *testing.T) {
	tests := []struct {
		name string
		p    Param
		want string // empty: none
	}{
		{"IPv4 of three octets", Param{Type: ParamIPv4, Value: []byte{1, 2, 3}}, ""},
		{"IPv6 of four octets", Param{Type: ParamIPv6, Value: []byte{1, 2, 3, 4}}, ""},
		{"wrapped, inner length too long", Param{Type: ParamAddIP, Value: []byte{0, 0, 0, 1, 0, 5, 0, 9, 192, 0, 2, 1}}, ""},
		{"wrapped, inner length too short", Param{Type: ParamAddIP, Value: []byte{0, 0, 0, 1, 0, 5, 0, 3, 192, 0, 2, 1}}, ""},
		{"wrapped in a wrapper", Param{Type: ParamAddIP, Value: []byte{0, 0, 0, 1, 0xc0, 1, 0, 8, 192, 0, 2, 1}}, ""},
		{"unspecified", Param{Type: ParamDeleteIP, Value: []byte{0, 0, 0, 1, 0, 5, 0, 8, 0, 0, 0, 0}}, "0.0.0.0"},
		{"octets behind", Param{Type: ParamAddIP, Value: []byte{0, 0, 0, 1, 0, 5, 0, 8, 192, 0, 2, 1, 9, 9}}, "192.0.2.1"},
	}
	for _, tt := range tests {
		a, ok := tt.p.Addr()
		if ok != (tt.want != "") || ok && a.String() != tt.want {
			t.Errorf("%s: got %v, %v", tt.name, a, ok)
		}
	}
}

func TestParamsWalk(t *testing.T) {
	tests := []struct {
		name string
		b    []byte // parameters of a HEARTBEAT
		n    int
		err  error
	}{
		{"none", nil, 0, nil},
		{"length 0", []byte{0, 1, 0, 0, 0, 1, 0, 4}, 0, ErrLength},
		{"cut header", []byte{0, 1, 0, 4, 0}, 1, ErrTruncated},
		{"cut value", []byte{0, 1, 0, 9, 0}, 1, ErrTruncated},
		{"last padding missing", []byte{0, 1, 0, 5, 0}, 1, nil},
	}
	for _, tt := range tests {
		w := (&Chunk{Type: ChunkHeartbeat, Value: tt.b}).Params()
		n := 0
		for p := (Param{}); w.Next(&p); {
			n++
		}
		if n != tt.n || w.Err() != tt.err {
			t.Errorf("%s: %d parameters, error %v", tt.name, n, w.Err())
		}
	}
	if w := one(t, initAck[:10]).Params(); w.Err() != ErrTruncated {
		t.Errorf("an INIT cut in its fixed part: %v", w.Err())
	}
	if w := one(t, data).Params(); w.Next(&Param{}) || w.Err() != nil {
		t.Error("DATA has no parameters")
	}
}

func TestForwardTSNDecode(t *testing.T) {
	var f ForwardTSN
	if err := f.Decode(one(t, forwardTSN)); err != nil || f.NewCumulativeTSN != 32 || f.NumStreams != 2 || f.IData {
		t.Errorf("error %v, %+v", err, f)
	}
	if id, seq, u := f.Stream(1); id != 2 || seq != 6 || u {
		t.Errorf("got %d %d %v", id, seq, u)
	}
	if err := f.Decode(one(t, iForwardTSN)); err != nil || f.NewCumulativeTSN != 33 || f.NumStreams != 1 || !f.IData {
		t.Errorf("error %v, %+v", err, f)
	}
	if id, seq, u := f.Stream(0); id != 3 || seq != 65538 || !u {
		t.Errorf("got %d %d %v", id, seq, u)
	}
	for _, i := range []int{-1, 1} {
		if id, seq, u := f.Stream(i); id != 0 || seq != 0 || u {
			t.Errorf("index %d is not guarded", i)
		}
	}
	if err := f.Decode(one(t, forwardTSN[:7])); err != ErrTruncated {
		t.Errorf("error %v", err)
	}
	if err := f.Decode(one(t, shutdown)); err != ErrType {
		t.Errorf("error %v", err)
	}
}

func TestChunkHelpers(t *testing.T) {
	for _, tt := range []struct {
		b   []byte
		tsn uint32
		ok  bool
	}{{shutdown, 99, true}, {forwardTSN, 32, true}, {iForwardTSN, 33, true}, {data, 0, false}, {shutdown[:6], 0, false}} {
		if tsn, ok := one(t, tt.b).CumulativeTSN(); tsn != tt.tsn || ok != tt.ok {
			t.Errorf("% x: %d, %v", tt.b, tsn, ok)
		}
	}
	if !one(t, abort).TBit() || one(t, cookieAck).TBit() {
		t.Error("TBit")
	}
	if one(t, lengthTen).Truncated != true {
		t.Error("Truncated")
	}
}

func TestChecksum(t *testing.T) {
	// RFC 3720 B.4 gives the CRC32c of 32 zero octets as 0x8a9136aa. A packet of
	// 32 zero octets is that input, whatever its checksum field holds.
	zeros := make([]byte, 32)
	if got := Checksum(zeros); got != 0x8a9136aa {
		t.Errorf("got %#x", got)
	}
	copy(zeros[8:], []byte{0xaa, 0x36, 0x91, 0x8a}) // least significant octet first
	if !ChecksumOK(zeros) {
		t.Error("a right checksum is refused")
	}
	copy(zeros[8:], []byte{0x8a, 0x91, 0x36, 0xaa})
	if ChecksumOK(zeros) {
		t.Error("a checksum in the wrong byte order is accepted")
	}
	for n := range headerLen {
		if ChecksumOK(zeros[:n]) || Checksum(zeros[:n]) != 0 {
			t.Errorf("%d octets", n)
		}
	}
	// Every length, against a bit by bit computation.
	long := packet(data, sack, initAck, asconf, data, sack, initAck, asconf)
	for n := headerLen; n <= len(long); n++ {
		if got, want := Checksum(long[:n]), slowChecksum(long[:n]); got != want {
			t.Fatalf("%d octets: got %#x, want %#x", n, got, want)
		}
	}
	if !ChecksumOK(long) {
		t.Error("long")
	}
	if n := testing.AllocsPerRun(100, func() { Checksum(long) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// slowChecksum is RFC 9260 appendix A by the definition: reflected polynomial
// 0x82f63b78, all ones before and after.
func slowChecksum(b []byte) uint32 {
	crc := ^uint32(0)
	for i, c := range b {
		if i >= 8 && i < 12 {
			c = 0
		}
		crc ^= uint32(c)
		for range 8 {
			crc = crc>>1 ^ 0x82f63b78&-(crc&1)
		}
	}
	return ^crc
}

func TestChecksumSeesEveryBit(t *testing.T) {
	b := packet(data)
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if ChecksumOK(b) {
				t.Errorf("bit %d of octet %d", bit, i)
			}
			b[i] ^= 1 << bit
		}
	}
}

func TestPPID(t *testing.T) {
	for _, tt := range []struct {
		in, want uint32
		swapped  bool
	}{
		{0, 0, false},
		{3, PPIDM3UA, false}, {0x03000000, PPIDM3UA, true},
		{46, PPIDDiameter, false}, {0x2e000000, PPIDDiameter, true},
		{0x2f000000, PPIDDiameterDTLS, true},
		{0xffffffff, 0xffffffff, false}, {0x03000001, 0x03000001, false}, {0x00030000, 0x00030000, false},
	} {
		if got, swapped := PPID(tt.in); got != tt.want || swapped != tt.swapped {
			t.Errorf("%#x: got %d, %v", tt.in, got, swapped)
		}
	}
}

func TestSerialOrder(t *testing.T) {
	for _, tt := range []struct {
		a, b uint32
		want bool
	}{
		{1, 2, true}, {2, 1, false}, {7, 7, false},
		{0xffffffff, 0, true}, {0, 0xffffffff, false}, {0xfffffff0, 16, true},
		{0, 0x7fffffff, true}, {0x7fffffff, 0, false},
		{0, 0x80000000, false}, {0x80000000, 0, false}, // no order
	} {
		if got := TSNBefore(tt.a, tt.b); got != tt.want {
			t.Errorf("TSNBefore(%#x, %#x) = %v", tt.a, tt.b, got)
		}
		// The 16 most significant bits show the same order in the smaller space.
		if a, b := uint16(tt.a>>16), uint16(tt.b>>16); a != b {
			if got := SSNBefore(a, b); got != tt.want {
				t.Errorf("SSNBefore(%#x, %#x) = %v", a, b, got)
			}
		}
	}
}

func TestChunkTypeString(t *testing.T) {
	seen := map[string]ChunkType{}
	for i := range 256 {
		s := ChunkType(i).String()
		if other, ok := seen[s]; s == "" || ok {
			t.Errorf("%d and %d are both %q", i, other, s)
		}
		seen[s] = ChunkType(i)
	}
	if s := ChunkType(99).String(); s != "CHUNK-99" {
		t.Errorf("got %q", s)
	}
	if s := ChunkInitAck.String(); s != "INIT-ACK" {
		t.Errorf("got %q", s)
	}
}

// walk decodes everything in a packet and calls every accessor.
func walk(b []byte) (sum int) {
	var (
		p   Packet
		c   Chunk
		d   Data
		s   Sack
		i   Init
		a   Asconf
		f   ForwardTSN
		par Param
	)
	ChecksumOK(b)
	if p.Decode(b) != nil {
		return 0
	}
	w := p.Chunks()
	for w.Next(&c) {
		sum += len(c.Value)
		c.TBit()
		c.CumulativeTSN()
		if d.Decode(&c) == nil {
			_, _ = PPID(d.PPID)
			sum += len(d.Payload)
		}
		if err := s.Decode(&c); err == nil || errors.Is(err, ErrTruncated) {
			for n := range s.NumGaps + 1 {
				s.Gap(n)
			}
			for n := range s.NumDups + 1 {
				s.Dup(n)
			}
		}
		if f.Decode(&c) == nil {
			for n := range f.NumStreams + 1 {
				f.Stream(n)
			}
		}
		_ = i.Decode(&c)
		_ = a.Decode(&c)
		for _, ps := range [...]Params{c.Params(), i.Params(), a.Params()} {
			for ps.Next(&par) {
				par.Addr()
				sum += len(par.Value)
			}
			_ = ps.Err()
		}
	}
	_ = w.Err()
	return sum
}

func TestMutations(t *testing.T) {
	for _, b := range packets {
		mutate.Each(t, b, func(b []byte) { walk(b) })
		if n := testing.AllocsPerRun(20, func() { walk(b); walk(b[:len(b)-1]) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}
