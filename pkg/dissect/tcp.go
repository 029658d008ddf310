package dissect

import (
	"encoding/binary"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

// maxDiameterLength bounds a message that has to be collected from a stream. The
// length field has 24 bits; real messages stay far below 1 MiB.
const maxDiameterLength = 1 << 20

// TCP flags (RFC 9293 3.1).
const (
	tcpFIN = 1 << iota
	tcpSYN
	tcpRST
	tcpPSH
	tcpACK
)

func (d *Dissector) tcpSegment(p *capture.Packet) Outcome {
	b := p.Payload
	if len(b) < 20 {
		if p.Truncated {
			return CutShort
		}
		return BadHeaders
	}
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	seq, ack := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	offset, flags := int(b[12]>>4)*4, b[13]
	if offset < 20 || offset > len(b) {
		if p.Truncated {
			return CutShort
		}
		return BadHeaders
	}
	payload := b[offset:]

	ports := uint32(src)<<16 | uint32(dst)
	if d.path = d.flows.paths.find(&p.Src, &p.Dst, ports, 0, p.Protocol); d.path == nil {
		k := pathKey{src: p.Src, dst: p.Dst, ports: ports, proto: p.Protocol}
		if d.path = d.flows.known(&k); d.path == nil {
			// A connection is followed when its port is Diameter's or a segment begins
			// as a Diameter message does: a mirror port carries all sorts of others.
			// One that begins with TLS is followed between signaling peers.
			known := diameterPort(src) || diameterPort(dst)
			if !(known && (len(payload) > 0 || flags&tcpSYN != 0)) && !readable(payload) && !(clientHello(payload) && d.signalingPeers(&p.Src, &p.Dst)) {
				return NotSignaling
			}
			d.path = d.flows.bind(&k, &d.flows.open(d.frame.Time, &k, signaling.TCP).half[0])
		}
	}
	h := d.path.half
	f := h.flow
	f.last = d.frame.Time
	if p.Auth {
		f.security().AH = true
	}
	h.seen = true
	c := &d.tcpC
	if flags&tcpSYN != 0 {
		if flags&tcpACK == 0 && f.told && (f.closed || seq+1 != h.isn) {
			d.flows.renew(f) // the ports are used again
		}
		h.isn = seq + 1
		h.tcp.Syn(seq)
		h.synced, h.buf, h.need = true, h.buf[:0], 0
		seq++
	}
	if flags&tcpACK != 0 {
		o := &f.half[1-h.from]
		if o.tcp.Acked(d.frame.Time, ack); o.tcp.Waiting() {
			d.drain(o)
		}
	}
	if len(payload) > 0 {
		if f.content == contentDiameter {
			d.Counters.TCPSegments++
		}
		d.held += len(payload)
		d.trust.data = 1
		again := d.trust.copies.meet(d.frame.Time, seq^ports, ack^binary.BigEndian.Uint32(b[14:]))
		h.tcp.Push(d.frame.Time, seq, payload, c)
		if c.Duplicates == d.Counters.TCPDuplicates {
			d.Counters.TCPOctets += uint64(len(payload))
		} else if d.trust.copy = again; again == 0 {
			d.Counters.TCPRepeated++
		}
		d.Counters.TCPDuplicates = c.Duplicates
		d.drain(h)
	}
	if flags&(tcpFIN|tcpRST) != 0 {
		if flags&tcpFIN != 0 {
			h.tcp.End(seq + uint32(len(payload)))
		}
		h.tcp.Flush(c)
		d.drain(h)
		if f.told && !f.closed {
			f.closed = true
			d.flowEvent(f, "closed", "")
		}
	}
	if f.content != contentDiameter && f.link.Protection == signaling.Clear {
		return NotSignaling
	}
	return Decoded
}

func diameterPort(p uint16) bool {
	return p == portDiameter || p == portDiameterTLS || p == 5658 || p == 3869 // freeDiameter's, before 5868 was given out
}

// clientHello reports that a stream of TLS begins at b.
func clientHello(b []byte) bool {
	return len(b) > 5 && b[0] == tlsrec.TypeHandshake && b[5] == tlsrec.HandshakeClientHello && tlsrec.Kind(b) == tlsrec.TLS
}

// drain hands the octets that are in order to the framing.
func (d *Dissector) drain(h *half) {
	for {
		data, gap, ok := h.tcp.Next(&d.tcpC)
		if !ok {
			return
		}
		d.stream(h, data, gap)
	}
}

// stream cuts the octets of one direction into Diameter messages (RFC 6733 3:
// the length in the header is the only border). After a gap the next plausible
// header is looked for.
func (d *Dissector) stream(h *half, b []byte, gap bool) {
	f := h.flow
	if gap {
		if len(h.buf) > 0 {
			d.problem(LayerDiameter, Gave)
		}
		h.synced, h.buf, h.need = false, h.buf[:0], 0
	}
	if f.link.Protection != signaling.Clear && len(h.buf) == 0 {
		clear := d.tlsStream(h, b, gap)
		if len(clear) < len(b) || len(clear) == 0 {
			d.encrypted(f, tlsrec.TLS)
		}
		b, h.synced = clear, true
	}
	for len(b) > 0 {
		if len(h.buf) > 0 { // the rest of a message that began before
			if h.need == 0 {
				n := min(4-len(h.buf), len(b))
				h.buf = append(h.buf, b[:n]...)
				b = b[n:]
				if len(h.buf) < 4 {
					return
				}
				n, ok := diameter.PeekLength(h.buf)
				if !ok || n > maxDiameterLength {
					d.lose(h, n)
					continue
				}
				h.need = n
			}
			n := min(h.need-len(h.buf), len(b))
			h.buf = append(h.buf, b[:n]...)
			b = b[n:]
			if len(h.buf) < h.need {
				return
			}
			d.diameterMessage(h, h.buf)
			h.buf, h.need = h.buf[:0], 0
			continue
		}
		if b[0] != 1 {
			if record(f, b) == tlsrec.TLS {
				f.shielded().proto = tlsrec.TLS
				b = d.tlsStream(h, b, false)
				d.encrypted(f, tlsrec.TLS)
				continue
			}
		}
		if !h.synced {
			skip := 0
			for skip < len(b) && !(b[skip] == 1 && len(b)-skip >= diameter.HeaderLen && diameter.HeaderLooksValid(b[skip:])) {
				skip++
			}
			if skip == len(b) {
				if f.content == contentUnknown {
					if f.tries++; f.tries >= 8 {
						f.content = contentOther
					}
				}
				return
			}
			h.synced = true
			b = b[skip:]
		}
		if len(b) < 4 {
			h.buf = append(h.buf[:0], b...)
			return
		}
		n, ok := diameter.PeekLength(b)
		if !ok || n > maxDiameterLength || (f.content != contentDiameter && len(b) >= diameter.HeaderLen && !diameter.HeaderLooksValid(b)) {
			d.lose(h, n)
			b = b[1:]
			continue
		}
		d.found(f, contentDiameter)
		if n > len(b) {
			h.buf, h.need = append(h.buf[:0], b...), n
			return
		}
		d.diameterMessage(h, b[:n])
		b = b[n:]
	}
}

// lose gives the message border up: the length makes no sense.
func (d *Dissector) lose(h *half, length int) {
	if h.flow.content == contentDiameter {
		if length > maxDiameterLength {
			d.problem(LayerDiameter, TooLong)
		} else {
			d.problem(LayerDiameter, Malformed)
		}
	}
	h.synced, h.buf, h.need = false, h.buf[:0], 0
}
