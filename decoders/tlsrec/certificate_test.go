package tlsrec

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"reflect"
	"testing"
	"time"

	"sigtransit/decoders/internal/mutate"
	"sigtransit/decoders/internal/octets"
)

// tlv is an element of less than 64 KiB with a long length where it needs one.
func tlv(tag byte, parts ...[]byte) []byte {
	v := octets.Cat(parts...)
	switch {
	case len(v) < 0x80:
		return octets.Cat([]byte{tag, byte(len(v))}, v)
	case len(v) < 0x100:
		return octets.Cat([]byte{tag, 0x81, byte(len(v))}, v)
	}
	return octets.Cat([]byte{tag, 0x82, byte(len(v) >> 8), byte(len(v))}, v)
}

// attribute is one RelativeDistinguishedName: SET { SEQUENCE { OID 2.5.4.n, UTF8String } }.
func attribute(n byte, s string) []byte {
	return tlv(0x31, tlv(0x30, []byte{0x06, 3, 0x55, 0x04, n}, tlv(0x0c, []byte(s))))
}

// cert is a certificate of version 3 with the given names; the parts that nobody
// reads are as short as they may be.
func cert(issuer, subject []byte, extensions ...[]byte) []byte {
	return tlv(0x30, tlv(0x30,
		tlv(0xa0, []byte{0x02, 1, 2}),                // version 3
		[]byte{0x02, 1, 5},                           // serial number
		tlv(0x30, []byte{0x06, 3, 0x2b, 0x65, 0x70}), // signature algorithm: Ed25519
		tlv(0x30, issuer),
		tlv(0x30, []byte{0x17, 0, 0x17, 0}), // validity
		tlv(0x30, subject),
		tlv(0x30, []byte{0x03, 1, 0}), // key
		tlv(0xa3, tlv(0x30, extensions...)),
	), tlv(0x30), []byte{0x03, 1, 0})
}

var (
	basic   = tlv(0x30, []byte{0x06, 3, 0x55, 0x1d, 0x13}, []byte{0x01, 1, 0xff}, tlv(0x04, tlv(0x30))) // basicConstraints, critical
	altName = tlv(0x30, []byte{0x06, 3, 0x55, 0x1d, 0x11}, tlv(0x04, tlv(0x30,
		tlv(0x81, []byte("noc@example.net")), // rfc822Name
		tlv(0x82, []byte("dra1.example.net")),
		tlv(0x87, []byte{192, 0, 2, 1}), // iPAddress
		tlv(0x82, []byte("dra2.example.net")))))
	issuer   = octets.Cat(attribute(6, "XX"), attribute(10, "Example CA"), attribute(3, "Example Root"))
	subject  = octets.Cat(attribute(10, "Example Carrier"), attribute(11, "DRA"), attribute(3, "dra1.example.net"))
	leafCert = cert(issuer, subject, basic, altName)
)

func TestCertificate(t *testing.T) {
	whole := Certificate{
		SubjectCN: []byte("dra1.example.net"), SubjectO: []byte("Example Carrier"), IssuerCN: []byte("Example Root"), IssuerO: []byte("Example CA"),
		names: [MaxNames][]byte{[]byte("dra1.example.net"), []byte("dra2.example.net")}, NumNames: 2,
	}
	unnamed := whole
	unnamed.names, unnamed.NumNames, unnamed.Truncated = [MaxNames][]byte{}, 0, true
	old := tlv(0x30, tlv(0x30, []byte{0x02, 1, 5}, tlv(0x30), tlv(0x30, attribute(3, "ca")), tlv(0x30), tlv(0x30, attribute(3, "host")), tlv(0x30)))
	var many []byte
	for range MaxNames + 3 {
		many = append(many, tlv(0x82, []byte("a.example.net"))...)
	}
	var c Certificate
	for _, tt := range []struct {
		name string
		b    []byte
		want Certificate
		err  error
	}{
		{"version 3", leafCert, whole, nil},
		{"version 1, no extensions", old, Certificate{SubjectCN: []byte("host"), IssuerCN: []byte("ca")}, nil},
		{"cut in the extensions", leafCert[:len(leafCert)-60], unnamed, ErrTruncated},
		{"empty names", cert(nil, nil), Certificate{}, nil},
		{"not a sequence", []byte{0x31, 2, 0x30, 0}, Certificate{}, ErrNotCertificate},
		{"nothing in it", []byte{0x30, 2, 0x30, 0}, Certificate{}, ErrNotCertificate},
		{"nothing", nil, Certificate{}, ErrNotCertificate},
	} {
		_ = c.Decode(leafCert)
		if err := c.Decode(tt.b); err != tt.err || !reflect.DeepEqual(c, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, c, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { touchCertificate(tt.b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
	if err := c.Decode(cert(issuer, subject, tlv(0x30, []byte{0x06, 3, 0x55, 0x1d, 0x11}, tlv(0x04, tlv(0x30, many))))); err != nil || c.NumNames != MaxNames+3 || len(c.Names()) != MaxNames {
		t.Errorf("many names: error %v, %d names, %d kept", err, c.NumNames, len(c.Names()))
	}
}

// TestCertificateReference reads what crypto/x509 writes.
func TestCertificateReference(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1 << 40), Subject: pkix.Name{CommonName: "hss.example.net", Organization: []string{"Example"}, Country: []string{"XX"}},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0), DNSNames: []string{"hss.example.net", "*.example.net"}, EmailAddresses: []string{"noc@example.net"},
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(nil, template, &x509.Certificate{Subject: pkix.Name{CommonName: "Example CA"}}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	var c Certificate
	if err := c.Decode(der); err != nil || string(c.SubjectCN) != "hss.example.net" || string(c.SubjectO) != "Example" || string(c.IssuerCN) != "Example CA" ||
		c.NumNames != 2 || string(c.Names()[0]) != "hss.example.net" || string(c.Names()[1]) != "*.example.net" {
		t.Errorf("error %v, %+v", err, c)
	}
}

func TestFragment(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    Protocol
		b    []byte
		want Fragment
		err  error
	}{
		{"TLS, a second message behind", TLS, []byte{11, 0, 0, 2, 7, 8, 14, 0, 0, 0}, Fragment{Type: 11, Length: 2, Body: []byte{7, 8}, Rest: []byte{14, 0, 0, 0}}, nil},
		{"TLS, goes on in the next record", TLS, []byte{11, 0, 1, 2, 7, 8}, Fragment{Type: 11, Length: 258, Body: []byte{7, 8}, Rest: []byte{}}, nil},
		{"TLS, header cut", TLS, []byte{11, 0, 0}, Fragment{}, ErrTruncated},
		{"DTLS, second piece", DTLS, []byte{11, 0, 0, 4, 0, 2, 0, 0, 2, 0, 0, 2, 7, 8, 14}, Fragment{Type: 11, Length: 4, Sequence: 2, Offset: 2, Body: []byte{7, 8}, Rest: []byte{14}}, nil},
		{"DTLS, header cut", DTLS, []byte{11, 0, 0, 4, 0, 2, 0, 0, 2, 0, 0}, Fragment{}, ErrTruncated},
	} {
		var f Fragment
		_ = f.Decode(TLS, []byte{1, 0, 0, 1, 1, 1})
		if err := f.Decode(tt.p, tt.b); err != tt.err || !reflect.DeepEqual(f, tt.want) {
			t.Errorf("%s: error %v\ngot  %+v\nwant %+v", tt.name, err, f, tt.want)
		}
	}
}

func TestLeaf(t *testing.T) {
	chain := vec(3, octets.Cat(vec(3, leafCert...), vec(3, leafCert...))...)
	for _, tt := range []struct {
		name string
		b    []byte
		want []byte
	}{
		{"chain of two", chain, leafCert},
		{"cut", chain[:20], leafCert[:14]},
		{"none", []byte{0, 0, 0}, nil},
		{"nothing", nil, nil},
	} {
		if got := Leaf(tt.b); string(got) != string(tt.want) {
			t.Errorf("%s: %x", tt.name, got)
		}
	}
}

func TestHelloDecodeMessage(t *testing.T) {
	var h Hello
	if err := h.DecodeMessage(TLS, HandshakeClientHello, client[4:]); err != nil || h.Version != 0x0304 || string(h.ServerName) != "dra1.example.net" {
		t.Errorf("error %v, %+v", err, h)
	}
	if err := h.DecodeMessage(TLS, HandshakeCertificate, client[4:]); err != ErrNotHello || h.Version != 0 {
		t.Errorf("a certificate: error %v, %+v", err, h)
	}
	if err := h.DecodeMessage(TLS, HandshakeClientHello, client[4:30]); err != ErrTruncated || h.Version != 0x0303 {
		t.Errorf("cut: error %v, %+v", err, h)
	}
}

func TestCipherName(t *testing.T) {
	for id, want := range map[uint16]string{0x1302: "TLS_AES_256_GCM_SHA384", 0x002f: "TLS_RSA_WITH_AES_128_CBC_SHA", 0xffff: ""} {
		if got := CipherName(id); got != want {
			t.Errorf("%#x: %q", id, got)
		}
	}
	if CipherIsNull(0x1301) || !CipherIsNull(0x0002) {
		t.Error("ciphers without encryption")
	}
}

func touchCertificate(b []byte) {
	var (
		c Certificate
		f Fragment
	)
	_ = c.Decode(b)
	_ = c.Names()
	_ = f.Decode(TLS, b)
	_ = f.Decode(DTLS, b)
	_ = Leaf(b)
}

func TestCertificateMutations(t *testing.T) { mutate.Each(t, leafCert, touchCertificate) }

func FuzzCertificate(f *testing.F) { mutate.Fuzz(f, [][]byte{leafCert}, touchCertificate) }
