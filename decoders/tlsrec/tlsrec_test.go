package tlsrec

import (
	"encoding/binary"
	"reflect"
	"testing"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// vec puts a length of n octets before b.
func vec(n int, b ...byte) []byte {
	var l [4]byte
	binary.BigEndian.PutUint32(l[:], uint32(len(b)))
	return append(l[4-n:len(l):len(l)], b...)
}

func record(typ uint8, version uint16, fragment []byte) []byte {
	return octets.Cat([]byte{typ, byte(version >> 8), byte(version)}, vec(2, fragment...))
}

func dtlsRecord(typ uint8, version uint16, fragment []byte) []byte {
	return octets.Cat([]byte{typ, byte(version >> 8), byte(version),
		0x00, 0x00, // epoch 0
		0x00, 0x00, 0x00, 0x00, 0x00, 0x07, // sequence 7
	}, vec(2, fragment...))
}

var (
	random     = make([]byte, 32)
	serverName = octets.Cat([]byte{0, 0}, vec(2, vec(2, octets.Cat([]byte{0}, vec(2, []byte("dra1.example.net")...))...)...))
	alpn       = octets.Cat([]byte{0, 16}, vec(2, vec(2, vec(1, []byte("h2")...)...)...))
	versions   = octets.Cat([]byte{0, 43}, vec(2, vec(1, 0x1a, 0x1a, 0x03, 0x03, 0x03, 0x04, 0x03, 0x02)...))
	empty      = []byte{0, 23, 0, 0} // extended master secret
	client     = octets.Cat([]byte{clientHello}, vec(3, octets.Cat(
		[]byte{0x03, 0x03}, // legacy version
		random,
		vec(1, 1, 2, 3),                // session id
		vec(2, 0x13, 0x01, 0xc0, 0x2f), // cipher suites
		vec(1, 0),                      // compression methods
		vec(2, octets.Cat(empty, serverName, alpn, versions)...),
	)...))
	clientRecord = record(TypeHandshake, 0x0301, client)
	oldClient    = record(TypeHandshake, 0x0301, octets.Cat([]byte{clientHello}, vec(3, octets.Cat([]byte{0x03, 0x02}, random, vec(1), vec(2, 0, 5), vec(1, 0))...)))
	serverRecord = record(TypeHandshake, 0x0303, octets.Cat([]byte{serverHello}, vec(3, octets.Cat([]byte{0x03, 0x03}, random, vec(1), []byte{0x13, 0x01, 0},
		vec(2, octets.Cat([]byte{0, 43}, vec(2, 0x03, 0x04))...))...), []byte{11, 0, 0, 0}))
	dtlsClient = dtlsRecord(TypeHandshake, 0xfeff, octets.Cat([]byte{clientHello, 0, 0, 86,
		0, 0, // message sequence
		0, 0, 0, // fragment offset
		0, 0, 86, // fragment length
		0xfe, 0xfd}, random, vec(1), vec(1, 9, 9, 9, 9), vec(2, 0xc0, 0x2b), vec(1, 0),
		vec(2, octets.Cat(serverName, []byte{0, 43}, vec(2, vec(1, 0xfe, 0xfd, 0xfe, 0xfc)...), empty)...)))
)

var golden = [][]byte{clientRecord, oldClient, serverRecord, dtlsClient}

func TestKind(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		want Protocol
	}{
		{"ClientHello", clientRecord, TLS},
		{"header alone", clientRecord[:5], TLS},
		{"header cut", clientRecord[:4], None},
		{"change cipher spec", []byte{20, 3, 3, 0, 1, 1}, TLS},
		{"alert, SSL 3.0", []byte{21, 3, 0, 0, 2, 1, 0}, TLS},
		{"application data, longest", []byte{23, 3, 3, 0x48, 0x00}, TLS},
		{"application data, too long", []byte{23, 3, 3, 0x48, 0x01}, None},
		{"application data, empty", []byte{23, 3, 3, 0, 0}, TLS},
		{"handshake, empty", []byte{22, 3, 3, 0, 0}, None},
		{"heartbeat", []byte{24, 3, 3, 0, 3, 1, 0, 0}, TLS},
		{"type 19", []byte{19, 3, 3, 0, 1, 1}, None},
		{"type 25", []byte{25, 3, 3, 0, 1, 1}, None},
		{"version 3.5", []byte{22, 3, 5, 0, 1, 1}, None},
		{"version 2.0", []byte{22, 2, 0, 0, 1, 1}, None},
		{"DTLS ClientHello", dtlsClient, DTLS},
		{"DTLS header alone", dtlsClient[:13], DTLS},
		{"DTLS header cut", dtlsClient[:12], None},
		{"DTLS 1.0", dtlsRecord(TypeAlert, 0xfeff, []byte{1, 0}), DTLS},
		{"DTLS 1.1 does not exist", dtlsRecord(TypeAlert, 0xfefe, []byte{1, 0}), None},
		{"DTLS 1.2", dtlsRecord(TypeApplicationData, 0xfefd, []byte{1, 0}), DTLS},
		{"DTLS 1.3 ACK", dtlsRecord(TypeACK, 0xfefc, []byte{1, 0}), DTLS},
		{"DTLS, empty handshake", dtlsRecord(TypeHandshake, 0xfefd, nil), None},
		{"DTLS type 25", dtlsRecord(25, 0xfefd, []byte{1}), None},
		{"DTLS too long", dtlsRecord(TypeApplicationData, 0xfefd, make([]byte, maxLength+1)), None},
		{"M3UA", []byte{1, 0, 1, 1, 0, 0, 0, 8}, None},
		{"Diameter", []byte{1, 0, 0, 20, 0x80, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, None},
		{"HTTP", []byte("GET / HTTP/1.1\r\n"), None},
		{"nothing", nil, None},
	}
	for _, tt := range tests {
		if got := Kind(tt.b); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRecordDecode(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		want Record
		err  error
	}{
		{"TLS with a second record", []byte{21, 3, 3, 0, 2, 1, 0, 20, 3}, Record{Protocol: TLS, Type: 21, Version: 0x0303, Length: 2, Fragment: []byte{1, 0}, Rest: []byte{20, 3}}, nil},
		{"cut", []byte{23, 3, 3, 0, 9, 1, 0}, Record{Protocol: TLS, Type: 23, Version: 0x0303, Length: 9, Fragment: []byte{1, 0}, Rest: []byte{}, Truncated: true}, nil},
		{"DTLS", []byte{22, 0xfe, 0xfd, 0, 1, 1, 2, 3, 4, 5, 6, 0, 1, 8}, Record{Protocol: DTLS, Type: 22, Version: 0xfefd, Epoch: 1, Sequence: 0x010203040506, Length: 1, Fragment: []byte{8}, Rest: []byte{}}, nil},
		{"neither", []byte("hello"), Record{}, ErrNotRecord},
	}
	for _, tt := range tests {
		var r Record
		_ = r.Decode(dtlsClient)
		if err := r.Decode(tt.b); err != tt.err || !reflect.DeepEqual(r, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, r, tt.want)
		}
	}
}

func TestHelloDecode(t *testing.T) {
	name, h2 := []byte("dra1.example.net"), []byte("h2")
	later := append([]byte(nil), dtlsClient...)
	later[21] = 1 // fragment offset
	encrypted := append([]byte(nil), dtlsClient...)
	encrypted[4] = 1 // epoch
	tests := []struct {
		name string
		b    []byte
		want Hello
		err  error
	}{
		{"client", clientRecord, Hello{Client: true, Version: 0x0304, ServerName: name, ALPN: h2}, nil},
		{"client without extensions", oldClient, Hello{Client: true, Version: 0x0302}, nil},
		{"server, with another message behind", serverRecord, Hello{Version: 0x0304, Cipher: 0x1301}, nil},
		{"DTLS client", dtlsClient, Hello{Client: true, Version: 0xfefc, ServerName: name}, nil},
		{"client, versions cut off", clientRecord[:len(clientRecord)-len(versions)], Hello{Client: true, Version: 0x0303, ServerName: name, ALPN: h2}, ErrTruncated},
		{"client, name cut off", clientRecord[:len(clientRecord)-len(versions)-len(alpn)-1], Hello{Client: true, Version: 0x0303}, ErrTruncated},
		{"client, cut in the random", clientRecord[:20], Hello{Client: true, Version: 0x0303}, ErrTruncated},
		{"client, cut before the extensions", clientRecord[:len(oldClient)], Hello{Client: true, Version: 0x0303}, ErrTruncated},
		{"DTLS, a later fragment", later, Hello{}, ErrNotHello},
		{"DTLS, encrypted", encrypted, Hello{}, ErrNotHello},
		{"another handshake message", record(TypeHandshake, 0x0303, []byte{11, 0, 0, 0}), Hello{}, ErrNotHello},
		{"handshake header cut", record(TypeHandshake, 0x0303, []byte{1, 0}), Hello{}, ErrNotHello},
		{"alert", record(TypeAlert, 0x0303, []byte{1, 0}), Hello{}, ErrNotHello},
	}
	var h Hello
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r Record
			if err := r.Decode(tt.b); err != nil {
				t.Fatal(err)
			}
			if err := h.Decode(&r); err != tt.err {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if !reflect.DeepEqual(h, tt.want) {
				t.Errorf("got  %+v %s\nwant %+v", h, h.ServerName, tt.want)
			}
			if n := testing.AllocsPerRun(100, func() { touch(tt.b) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

// A record full of empty extensions is walked to a bound.
func TestHelloManyExtensions(t *testing.T) {
	many := octets.Cat(make([]byte, 4*maxExtensions), serverName)
	b := record(TypeHandshake, 0x0301, octets.Cat([]byte{clientHello}, vec(3, octets.Cat([]byte{0x03, 0x03}, random, vec(1), vec(2), vec(1), vec(2, many...))...)))
	var (
		r Record
		h Hello
	)
	if err := r.Decode(b); err != nil {
		t.Fatal(err)
	}
	if err := h.Decode(&r); err != nil || h.ServerName != nil {
		t.Errorf("error %v, %+v", err, h)
	}
}

func TestVersionName(t *testing.T) {
	for v, want := range map[uint16]string{0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3",
		0xfeff: "DTLS 1.0", 0xfefd: "DTLS 1.2", 0xfefc: "DTLS 1.3", 0x0305: "", 0: ""} {
		if got := VersionName(v); got != want {
			t.Errorf("%#x: %q", v, got)
		}
	}
	for p, want := range map[Protocol]string{None: "none", TLS: "tls", DTLS: "dtls", 9: "none"} {
		if got := p.String(); got != want {
			t.Errorf("%d: %q", p, got)
		}
	}
}

func touch(b []byte) int {
	var (
		r Record
		h Hello
	)
	if r.Decode(b) != nil {
		return 0
	}
	_ = h.Decode(&r)
	_ = VersionName(h.Version)
	return len(r.Fragment) + len(r.Rest)
}

func TestMutations(t *testing.T) { mutate.All(t, golden, func(b []byte) { touch(b) }) }
