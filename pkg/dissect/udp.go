package dissect

import (
	"cmp"
	"encoding/binary"
	"slices"

	"sigtransit/decoders/ipsec"
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

const (
	protoUDP  = 17
	protoESP  = 50
	udpHeader = 8

	// maxIPsec bounds the pairs of addresses whose IPsec is followed.
	maxIPsec = 1 << 12
)

// udpDatagram takes what may be signaling's business over UDP: DTLS between Diameter
// peers, and IPsec's keys and tunnels through NAT. All else is left at a glance.
func (d *Dissector) udpDatagram(p *capture.Packet) Outcome {
	b := p.Payload
	if len(b) <= udpHeader {
		return NotSignaling
	}
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if n := int(binary.BigEndian.Uint16(b[4:])); n > udpHeader && n < len(b) {
		b = b[:n]
	}
	b = b[udpHeader:]
	switch {
	case src == ipsec.PortIKE || dst == ipsec.PortIKE:
		return d.ike(p, b, false)
	case src == ipsec.PortNATT || dst == ipsec.PortNATT:
		switch kind, inner := ipsec.Decapsulate(b); kind {
		case ipsec.EncapsulatedIKE:
			return d.ike(p, inner, true)
		case ipsec.EncapsulatedESP:
			return d.esp(p, inner, true)
		}
		return NotSignaling // keepalives
	case diameterPort(src) || diameterPort(dst) || len(b) > 1 && b[1] == 254 && b[0]-tlsrec.TypeChangeCipherSpec <= 6:
		return d.dtlsDatagram(p, src, dst, b)
	case d.datagrams && b[0]&0xe0 == 0x20: // GTP-U looks like this, too
		return d.dtlsDatagram(p, src, dst, b)
	}
	return NotSignaling
}

// dtlsDatagram takes a datagram that may hold DTLS records. A flow begins with one
// that shows its version, on a port of Diameter's or between signaling peers; what
// follows may have the short header of DTLS 1.3 (RFC 9147 4), which looks like
// anything.
func (d *Dissector) dtlsDatagram(p *capture.Packet, src, dst uint16, b []byte) Outcome {
	ports := uint32(src)<<16 | uint32(dst)
	is := tlsrec.Kind(b) == tlsrec.DTLS
	if d.path = d.flows.paths.find(&p.Src, &p.Dst, ports, 0, p.Protocol); d.path == nil {
		k := pathKey{src: p.Src, dst: p.Dst, ports: ports, proto: p.Protocol}
		if d.path = d.flows.known(&k); d.path == nil {
			if !is || !(diameterPort(src) || diameterPort(dst) || d.signalingPeers(&p.Src, &p.Dst)) {
				return NotSignaling
			}
			d.path, d.datagrams = d.flows.bind(&k, &d.flows.open(d.frame.Time, &k, signaling.UDP).half[0]), true
		}
	}
	h := d.path.half
	f := h.flow
	f.last = d.frame.Time
	f.shielded().proto = tlsrec.DTLS
	if is {
		d.dtlsRecords(h, b)
	} else if b[0]&0xe0 == 0x20 {
		f.shield.sealed = true
	} else {
		return NotSignaling
	}
	d.encrypted(f, tlsrec.DTLS)
	return Decoded
}

// ipsecLink is all IPsec between two addresses.
type ipsecLink struct {
	link signaling.Link
	last int64
	spis map[uint64]struct{} // the end that sends << 32 | SPI
}

// ipsecKey names two addresses, the lower one first.
type ipsecKey struct{ a, b [16]byte }

// esp takes a packet of ESP. Whether its cipher is NULL no header says.
func (d *Dissector) esp(p *capture.Packet, b []byte, natt bool) Outcome {
	var e ipsec.ESP
	if e.Decode(b) != nil {
		if p.Truncated {
			return CutShort
		}
		return NotSignaling
	}
	x, from := d.ipsecBetween(p)
	if x == nil {
		d.Counters.IPsecOther++
		return NotSignaling
	}
	d.Counters.ESP++
	s := x.link.Security
	s.ESP++
	s.NATT = s.NATT || natt
	if k := uint64(from)<<32 | uint64(e.SPI); len(x.spis) < signaling.MaxSPIs {
		x.spis[k] = struct{}{}
		s.SPIs = len(x.spis)
	}
	if x.link.Protection != signaling.IPsec {
		d.ipsecEvent(x, signaling.FlowProtected, "ESP packets", signaling.IPsec)
		d.former.remember(&x.link, familyAny)
	}
	return Decoded
}

// ike takes a message of IKE. Keys that are exchanged prove no protection yet.
func (d *Dissector) ike(p *capture.Packet, b []byte, natt bool) Outcome {
	var k ipsec.IKE
	if k.Decode(b) != nil {
		return NotSignaling
	}
	x, _ := d.ipsecBetween(p)
	if x == nil {
		d.Counters.IPsecOther++
		return NotSignaling
	}
	d.Counters.IKE++
	s := x.link.Security
	first := s.IKE == 0
	s.IKE = max(s.IKE, k.Major)
	s.NATT = s.NATT || natt
	if first && x.link.Protection == signaling.IPsec {
		d.ipsecEvent(x, signaling.FlowNegotiated, "", signaling.IPsec)
	}
	return Decoded
}

// ipsecBetween is the IPsec link of the ends of a packet, nil when they are nobody's
// signaling peers, and the end that sent it.
func (d *Dissector) ipsecBetween(p *capture.Packet) (*ipsecLink, uint8) {
	k, from := ipsecKey{p.Src, p.Dst}, uint8(0)
	if string(p.Dst[:]) < string(p.Src[:]) {
		k, from = ipsecKey{p.Dst, p.Src}, 1
	}
	x := d.ipsec[k]
	if x == nil {
		if !d.signalingPeers(&p.Src, &p.Dst) {
			return nil, 0
		}
		if len(d.ipsec) >= maxIPsec {
			d.sweepIPsec()
		}
		d.flows.id += d.flows.step
		x = &ipsecLink{spis: make(map[uint64]struct{})}
		x.link = signaling.Link{ID: d.flows.id, Transport: signaling.TransportIPsec, Protection: signaling.Opaque, Version: 1, Security: &signaling.Security{}}
		x.link.Ends[0].Addrs = append(x.link.Ends[0].Addrs, address(&k.a))
		x.link.Ends[1].Addrs = append(x.link.Ends[1].Addrs, address(&k.b))
		for i, a := range [...]*[16]byte{&k.a, &k.b} {
			n := d.peers[*a]
			x.link.Ends[i].Host, x.link.Ends[i].Realm = n.host, n.realm
		}
		if d.ipsec == nil {
			d.ipsec = make(map[ipsecKey]*ipsecLink)
		}
		d.ipsec[k] = x
		d.ipsecEvent(x, signaling.FlowNew, "", signaling.Opaque)
	}
	x.last = d.frame.Time
	return x, from
}

// sweepIPsec makes room: pairs silent for long go, else all do.
func (d *Dissector) sweepIPsec() {
	before := len(d.ipsec)
	for k, x := range d.ipsec {
		if x.last < d.frame.Time-flowIdle {
			delete(d.ipsec, k)
		}
	}
	if len(d.ipsec) > before/2 {
		clear(d.ipsec)
	}
	d.ipsecEvicted += uint64(before - len(d.ipsec))
}

// idleIPsec tells the totals of IPsec at the end: nothing in it says that it ends.
func (d *Dissector) idleIPsec() {
	links := make([]*ipsecLink, 0, len(d.ipsec))
	for _, x := range d.ipsec {
		links = append(links, x)
	}
	slices.SortFunc(links, func(a, b *ipsecLink) int { return cmp.Compare(a.link.ID, b.link.ID) })
	for _, x := range links {
		d.ipsecEvent(x, signaling.FlowIdle, "", x.link.Protection)
	}
}

func (d *Dissector) ipsecEvent(x *ipsecLink, state, reason string, p signaling.Protection) {
	was := x.link.Protection
	x.link.Protection = p
	d.event = d.newEvent(&x.link, state, reason)
	if was != p {
		d.event.Was = was
	}
	d.h.Flow(&d.event)
}
