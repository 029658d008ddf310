package dissect

import (
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/signaling"
)

// maxHandshake is how much of a handshake message is kept until it is whole, octets:
// a Certificate message begins with the certificate that matters, its chain goes on
// for longer.
const maxHandshake = 16 << 10

// shield follows the records of an encrypted flow: where one begins, and what its
// handshake says before encryption hides it.
type shield struct {
	proto tlsrec.Protocol
	// stream is the SCTP stream whose handshake is followed: each pair of streams
	// has one of its own (RFC 3436 4.1), all between the same ends.
	stream uint16
	bound  bool
	sealed bool // encrypted records were seen: it really is protected
	told   bool // the handler knows what was negotiated
	half   [2]shieldHalf
}

// shieldHalf is one direction of it.
type shieldHalf struct {
	synced bool   // TLS: the next octet is known to be inside of a record, or to begin one
	left   int    // TLS: octets of the record at hand that are still to come
	typ    uint8  // of that record
	head   []byte // TLS: the first octets of a header whose rest is still to come
	sealed bool   // this end encrypts what it sends

	// The handshake message at hand.
	open     bool // a header was read
	msgType  uint8
	length   int
	sequence uint16
	got      int    // octets of its body so far
	msg      []byte // of them at most maxHandshake; or a header that is not whole
}

// lost forgets what was begun: octets are missing.
func (r *shieldHalf) lost() {
	r.synced, r.left, r.head = false, 0, nil
	r.open, r.msg = false, nil
}

// shielded is the shield of a flow, made at its first record.
func (f *flow) shielded() *shield {
	if f.shield == nil {
		f.shield = &shield{}
	}
	return f.shield
}

func (f *flow) security() *signaling.Security {
	if f.link.Security == nil {
		f.link.Security = &signaling.Security{}
	}
	return f.link.Security
}

// tlsStream takes the octets of a stream of TLS records (RFC 8446 5.1), and gives back those
// from where a record should begin and a readable message does.
func (d *Dissector) tlsStream(h *half, b []byte, gap bool) (clear []byte) {
	r := &h.flow.shielded().half[h.from]
	if gap {
		r.lost()
	}
	for len(b) > 0 {
		if r.left > 0 {
			n := min(r.left, len(b))
			d.recordContent(h, r, b[:n])
			b, r.left = b[n:], r.left-n
			continue
		}
		head := b
		if n := len(r.head); n > 0 || len(b) < tlsrec.HeaderLen {
			n = min(tlsrec.HeaderLen-n, len(b))
			r.head = append(r.head, b[:n]...)
			head, b = r.head, b[n:]
			if len(head) < tlsrec.HeaderLen {
				return nil
			}
			r.head = nil
		} else {
			if tlsrec.Kind(b) != tlsrec.TLS && readable(b) {
				return b
			}
			b = b[tlsrec.HeaderLen:]
		}
		if tlsrec.Kind(head) != tlsrec.TLS {
			r.lost() // until a segment begins with a record
			return nil
		}
		r.synced, r.typ, r.left = true, head[0], int(head[3])<<8|int(head[4])
		d.recordBegins(h, r)
	}
	return nil
}

// dtlsRecords takes a datagram or user message of DTLS records (RFC 6347 4.1).
func (d *Dissector) dtlsRecords(h *half, b []byte) {
	r := &h.flow.shielded().half[h.from]
	var rec tlsrec.Record
	for len(b) > 0 && rec.Decode(b) == nil && rec.Protocol == tlsrec.DTLS {
		r.typ = rec.Type
		if rec.Epoch != 0 {
			r.typ = tlsrec.TypeApplicationData
		}
		d.recordBegins(h, r)
		if !r.sealed && rec.Type == tlsrec.TypeHandshake {
			d.dtlsHandshake(h, r, rec.Fragment)
		}
		b = rec.Rest
	}
}

// recordBegins notes a record of a type: a change of ciphers or application data
// say that an end encrypts. The clear change of ciphers of TLS 1.3 says so too,
// because of what comes with it (RFC 8446 D.4).
func (d *Dissector) recordBegins(h *half, r *shieldHalf) {
	if r.typ != tlsrec.TypeChangeCipherSpec && r.typ != tlsrec.TypeApplicationData {
		return
	}
	r.sealed, r.open, r.msg = true, false, nil
	s := h.flow.shield
	s.sealed = true
}

// recordContent takes octets from inside of a record.
func (d *Dissector) recordContent(h *half, r *shieldHalf, b []byte) {
	if r.typ != tlsrec.TypeHandshake || r.sealed {
		return
	}
	for len(b) > 0 {
		if !r.open {
			n := min(4-len(r.msg), len(b))
			r.msg = append(r.msg, b[:n]...)
			b = b[n:]
			if len(r.msg) < 4 {
				return
			}
			var f tlsrec.Fragment
			_ = f.Decode(tlsrec.TLS, r.msg)
			r.begin(&f)
		}
		n := min(r.length-r.got, len(b))
		r.keep(b[:n])
		b = b[n:]
		if r.got == r.length {
			d.handshakeMessage(h, r)
		}
	}
	if r.open && r.got == r.length { // one without a body, at the end of a record
		d.handshakeMessage(h, r)
	}
}

// dtlsHandshake takes the pieces of handshake messages in a DTLS record. A sender
// repeats a whole flight when a piece of it was lost (RFC 6347 4.2.4), so that what
// comes out of order here comes again.
func (d *Dissector) dtlsHandshake(h *half, r *shieldHalf, b []byte) {
	var f tlsrec.Fragment
	for len(b) > 0 && f.Decode(tlsrec.DTLS, b) == nil {
		b = f.Rest
		if f.Offset == 0 {
			r.begin(&f)
		}
		if !r.open || f.Sequence != r.sequence || f.Offset > r.got || f.Offset+len(f.Body) < r.got {
			continue
		}
		body := f.Body[r.got-f.Offset:]
		r.keep(body[:min(len(body), r.length-r.got)])
		if r.got == r.length {
			d.handshakeMessage(h, r)
		}
	}
}

func (r *shieldHalf) begin(f *tlsrec.Fragment) {
	r.open, r.msgType, r.length, r.sequence, r.got, r.msg = true, f.Type, f.Length, f.Sequence, 0, r.msg[:0]
}

// keep takes octets of the body of the message at hand.
func (r *shieldHalf) keep(b []byte) {
	r.got += len(b)
	switch r.msgType {
	case tlsrec.HandshakeClientHello, tlsrec.HandshakeServerHello, tlsrec.HandshakeCertificate:
		r.msg = append(r.msg, b[:min(len(b), maxHandshake-len(r.msg))]...)
	}
}

// handshakeMessage takes what a whole message says of the link.
func (d *Dissector) handshakeMessage(h *half, r *shieldHalf) {
	f, msg := h.flow, r.msg
	r.open, r.msg = false, r.msg[:0]
	s := f.security()
	switch r.msgType {
	case tlsrec.HandshakeClientHello, tlsrec.HandshakeServerHello:
		var hello tlsrec.Hello
		if hello.DecodeMessage(f.shield.proto, r.msgType, msg) != nil && hello.Version == 0 {
			return
		}
		if !hello.Client {
			s.Version, s.Cipher, s.Negotiated, s.Server = hello.Version, hello.Cipher, true, h.from
		} else {
			s.Server = 1 - h.from
			if !s.Negotiated {
				s.Version = hello.Version
			}
			s.ServerName = name(hello.ServerName)
		}
		if len(hello.ALPN) > 0 {
			s.ALPN = name(hello.ALPN)
		}
	case tlsrec.HandshakeCertificate:
		var c tlsrec.Certificate
		leaf := tlsrec.Leaf(msg)
		if len(leaf) == 0 || c.Decode(leaf) == tlsrec.ErrNotCertificate {
			return
		}
		x := &s.Certificates[h.from]
		*x = signaling.Certificate{Subject: name(c.SubjectCN), Issuer: name(c.IssuerCN)}
		if x.Subject == "" {
			x.Subject = name(c.SubjectO)
		}
		if x.Issuer == "" {
			x.Issuer = name(c.IssuerO)
		}
		for _, n := range c.Names() {
			x.Names = append(x.Names, name(n))
		}
	default:
		return
	}
	f.link.Version++ // names may name a carrier
}

// name copies a name from the wire. A longer one names nobody.
func name(b []byte) string {
	if len(b) > 255 {
		b = b[:255]
	}
	return string(b)
}
