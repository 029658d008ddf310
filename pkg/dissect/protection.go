package dissect

import (
	"bytes"
	"net/netip"
	"strings"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/signaling"
)

// Bounds of what is remembered of protection between flows.
const (
	maxFormer = 1 << 14 // pairs of peers that had a protected link
	maxPeers  = 1 << 15 // addresses of signaling peers
	// maxTurns bounds the changes of protection that are told of one flow: whoever
	// can inject packets could make one in each of them.
	maxTurns = 16
	// maxEndPairs bounds the pairs of addresses that one multi-homed link gives.
	maxEndPairs = 16
)

// readable reports that a Diameter message begins at b, header and all: what a
// ciphertext looks like once in 2^40.
func readable(b []byte) bool {
	return len(b) >= diameter.HeaderLen && diameter.HeaderLooksValid(b)
}

// plainly reports that a user message of SCTP is a readable one, even where ciphertext
// is expected.
func plainly(b []byte) bool {
	return readable(b) || m3ua.LooksLike(b) && lengthFits(contentM3UA, b)
}

// record tells whether b begins with a record of TLS or DTLS. On a flow that is
// known to carry readable messages a ClientHello or ServerHello is asked for, or a
// header that garbage has once in 2^24: a mistake there would be told as a link
// that loses its protection with the next message.
func record(f *flow, b []byte) tlsrec.Protocol {
	k := tlsrec.Kind(b)
	if k != tlsrec.TLS || !f.plain {
		return k
	}
	if b[0] == tlsrec.TypeHandshake && len(b) > tlsrec.HeaderLen && (b[5] == tlsrec.HandshakeClientHello || b[5] == tlsrec.HandshakeServerHello) ||
		b[0] == tlsrec.TypeApplicationData && b[1] == 3 && b[2] == 3 {
		return k
	}
	return tlsrec.None
}

// covered takes an SCTP user message of a flow that is encrypted, or begins to be,
// and reports whether it was part of that; if not it is a readable message.
func (d *Dissector) covered(h *half, b []byte) bool {
	f := h.flow
	k := record(f, b)
	protected := f.link.Protection != signaling.Clear
	switch {
	case k == tlsrec.DTLS:
	case k == tlsrec.TLS:
		s := f.shielded()
		s.proto = k
		if stream := d.data.StreamID; !s.bound || s.stream == stream {
			s.bound, s.stream = true, stream
			d.tlsStream(h, b, false)
		} else if b[0] == tlsrec.TypeApplicationData {
			s.sealed = true
		}
		d.encrypted(f, k)
		return true
	case !protected:
		return false
	default:
		// Ciphertext that goes on from the message before, or a readable message.
		if plainly(b) {
			return false
		}
		if s := f.shield; s != nil && s.proto == tlsrec.TLS && s.bound && s.stream == d.data.StreamID && s.half[h.from].left > 0 {
			d.tlsStream(h, b, false)
		}
		d.Counters.ProtectedData++
		d.protectionSeen(f)
		return true
	}
	f.shielded().proto = k
	d.dtlsRecords(h, b)
	d.encrypted(f, k)
	return true
}

// encrypted counts a payload of an encrypted link and tells when it begins to be
// one, and when it is known what was negotiated.
func (d *Dissector) encrypted(f *flow, k tlsrec.Protocol) {
	d.Counters.ProtectedData++
	p, reason := signaling.TLS, "TLS records"
	if k == tlsrec.DTLS {
		p, reason = signaling.DTLS, "DTLS records"
	}
	if !f.told {
		d.tell(f)
	}
	if f.link.Protection != p {
		d.protect(f, p, reason)
	}
	d.protectionSeen(f)
}

// protect notes that a flow is encrypted. What the tap saw in clear before stays
// what it was.
func (d *Dissector) protect(f *flow, p signaling.Protection, reason string) {
	f.security()
	f.plain = false
	d.turn(f, f.link.Protection, p, signaling.FlowProtected, reason, 0)
}

// turn changes the protection of a flow and tells it, unless that was told too often.
func (d *Dissector) turn(f *flow, was, now signaling.Protection, state, reason string, former uint64) (told bool) {
	f.link.Protection = now
	if f.turns >= maxTurns {
		return false
	}
	f.turns++
	d.event = d.newEvent(&f.link, state, reason)
	d.event.Was, d.event.Former = was, former
	d.h.Flow(&d.event)
	return true
}

// protectionSeen remembers a link that really is encrypted, and tells what was
// negotiated as soon as nothing more can be learnt of it.
func (d *Dissector) protectionSeen(f *flow) {
	s := f.shield
	if s == nil || !s.sealed {
		return
	}
	if !f.remembered {
		f.remembered = true
		d.former.remember(&f.link, familyOf(f))
	}
	if !s.told && f.security().Negotiated {
		s.told = true
		d.flowEvent(f, signaling.FlowNegotiated, "")
	}
}

// inClear judges a flow whose first readable message came since it began or was
// encrypted: were its ends protected before, or have they just agreed to be? A
// capabilities exchange is no such message: it may come before TLS in every case
// (RFC 6733 13.1).
func (d *Dissector) inClear(f *flow) {
	f.plain = true
	l := &f.link
	switch was := l.Protection; {
	case was == signaling.TLS || was == signaling.DTLS:
		reason := "a readable message after " + protectionText(was) + " records of the same link"
		if f.shield == nil || !f.shield.sealed {
			reason = protectionText(was) + " was begun, not finished, and the link goes on readable"
		}
		d.downgrade(f, was, reason, 0)
		if f.shield != nil {
			*f.shield = shield{}
		}
	case f.inband == inbandOffered|inbandAgreed:
		d.downgrade(f, was, "TLS was agreed on in CER and CEA, and the link goes on readable", 0)
	default:
		if x := d.former.find(l, familyOf(f)); x.link != 0 && x.link != l.ID {
			d.downgrade(f, x.protection, "an earlier link between the same peers was protected by "+protectionText(x.protection), x.link)
		}
	}
}

// protectionText is a protection as people write it.
func protectionText(p signaling.Protection) string {
	if p == signaling.IPsec {
		return "IPsec"
	}
	return strings.ToUpper(p.String())
}

// downgrade tells that a link is readable which was protected, or was to be.
func (d *Dissector) downgrade(f *flow, was signaling.Protection, reason string, former uint64) {
	if !d.turn(f, was, signaling.Clear, signaling.FlowDowngraded, reason, former) {
		return
	}
	d.Counters.Downgrades++
	l := &f.link
	w := signaling.Warning{Time: d.frame.Time, Frame: d.frame.Number, Source: d.source, Type: "protection-downgrade", Count: 1,
		Text: "Signaling between " + endText(&l.Ends[0]) + " and " + endText(&l.Ends[1]) + " lost its protection: " + reason}
	d.h.Warning(&w)
}

// endText names an end for a person.
func endText(e *signaling.End) string {
	if len(e.Addrs) == 0 {
		return "an unknown end"
	}
	s := e.Addrs[0].String()
	if e.Port != 0 {
		s = netip.AddrPortFrom(e.Addrs[0], e.Port).String()
	}
	if e.Host != "" {
		s += " (" + e.Host + ")"
	}
	return s
}

// In-band security of a Diameter connection (RFC 6733 6.10, RFC 3588 13.1).
const (
	inbandOffered = 1 << iota // the CER offers TLS
	inbandAgreed              // and the CEA accepts it
)

// inbandSecurity notes what a CER or CEA says of TLS.
func (f *flow) inbandSecurity(a *diameter.Message) {
	switch tls := a.InbandSecurity == 1; {
	case a.IsRequest():
		f.inband = 0
		if tls {
			f.inband = inbandOffered
		}
	case tls && !a.IsError() && a.ResultCode/1000 == 2:
		f.inband |= inbandAgreed
	}
}

// family is what a link carries, as far as links that replace each other must
// agree in it.
type family byte

const (
	familyAny      family = 'a' // IPsec: whatever there is
	familySS7      family = 's'
	familyDiameter family = 'd'
)

func familyOf(f *flow) family {
	switch f.content {
	case contentDiameter:
		return familyDiameter
	case contentM3UA, contentM2UA, contentM2PA, contentSUA:
		return familySS7
	}
	for _, e := range f.link.Ends {
		switch e.Port {
		case portM3UA, portM2UA, portM2PA, portSUA:
			return familySS7
		}
	}
	return familyDiameter
}

// formerLinks remembers which peers had a protected link.
type formerLinks struct {
	known   map[string]formerLink
	order   []string // of remembering, the oldest first
	evicted uint64
	key     []byte
}

type formerLink struct {
	protection signaling.Protection
	link       uint64
}

// remember notes a protected link under the addresses of its ends, and under their
// names when both are known.
func (t *formerLinks) remember(l *signaling.Link, fam family) {
	if t.known == nil {
		t.known = make(map[string]formerLink)
	}
	t.keys(l, fam, func(k []byte) bool {
		if _, ok := t.known[string(k)]; !ok {
			if len(t.order) >= maxFormer {
				half := len(t.order) / 2
				for _, old := range t.order[:half] {
					delete(t.known, old)
				}
				t.evicted += uint64(half)
				t.order = append(t.order[:0], t.order[half:]...)
			}
			t.order = append(t.order, string(k))
		}
		t.known[string(k)] = formerLink{l.Protection, l.ID}
		return true
	})
}

// find is the protected link that the ends of l had before.
func (t *formerLinks) find(l *signaling.Link, fam family) (x formerLink) {
	if len(t.known) == 0 {
		return x
	}
	look := func(k []byte) bool {
		x = t.known[string(k)]
		return x.link == 0
	}
	if t.keys(l, fam, look); x.link == 0 {
		t.keys(l, familyAny, look)
	}
	return x
}

// keys calls f with the keys of a link until it says false.
func (t *formerLinks) keys(l *signaling.Link, fam family, f func([]byte) bool) {
	a, b := &l.Ends[0], &l.Ends[1]
	n := 0
	for _, x := range a.Addrs {
		for _, y := range b.Addrs {
			if n++; n > maxEndPairs {
				break
			}
			if y.Less(x) {
				x, y = y, x
			}
			k := append(t.key[:0], byte(fam), 'i')
			k = append(y.AppendTo(append(x.AppendTo(k), ' ')), 0)
			if t.key = k; !f(k) {
				return
			}
		}
	}
	x, y := []byte(peerName(l, 0)), []byte(peerName(l, 1))
	if len(x) == 0 || len(y) == 0 || fam == familyAny {
		return
	}
	if bytes.Compare(y, x) < 0 {
		x, y = y, x
	}
	k := append(append(append(t.key[:0], byte(fam), 'n'), x...), ' ')
	t.key = append(k, y...)
	f(t.key)
}

// peerName is what an end calls itself: in CER or CEA, else in its certificate, else
// as the client calls its server.
func peerName(l *signaling.Link, end uint8) string {
	name := l.Ends[end].Host
	if s := l.Security; s != nil && name == "" {
		if name = s.Certificates[end].Subject; name == "" && s.Version != 0 && s.Server == end {
			name = s.ServerName
		}
	}
	return strings.ToLower(name)
}

// tell hands out a flow that turned out to carry signaling, and remembers its ends.
func (d *Dissector) tell(f *flow) {
	f.told = true
	for i := range f.link.Ends {
		d.meet(&f.link.Ends[i])
	}
	d.flowEvent(f, signaling.FlowNew, "")
}

// peer is what a signaling peer called itself in CER or CEA, if it did.
type peer struct{ host, realm string }

// meet remembers the addresses of a signaling peer, and its name once that is known.
func (d *Dissector) meet(e *signaling.End) {
	if d.peers == nil {
		d.peers = make(map[[16]byte]peer)
	}
	for _, a := range e.Addrs {
		if len(d.peers) >= maxPeers {
			d.peersEvicted += uint64(len(d.peers))
			clear(d.peers)
		}
		if k := a.As16(); a.IsValid() && (e.Host != "" || d.peers[k] == peer{}) {
			d.peers[k] = peer{e.Host, e.Realm}
		}
	}
}

// signalingPeers reports that what two addresses exchange is signaling's business:
// both are ends of known links, or one is watched.
func (d *Dissector) signalingPeers(a, b *[16]byte) bool {
	_, x := d.peers[*a]
	_, y := d.peers[*b]
	if x && y {
		return true
	}
	w := d.opts.Watched
	return w != nil && (w(address(a)) || w(address(b)))
}
