package dissect

import (
	"encoding/binary"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/m2pa"
	"sigtransit/decoders/m2ua"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sctp"
	"sigtransit/decoders/sua"
	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/reassembly"
	"sigtransit/pkg/signaling"
)

// Registered ports of what SCTP carries (IANA). They decide only where the PPID
// is 0 or not one of ours.
const (
	portM2UA        = 2904
	portM3UA        = 2905
	portM2PA        = 3565
	portDiameter    = 3868
	portDiameterTLS = 5868 // RFC 6733 11.4: 5658 in the text, 5868 as registered
	portSUA         = 14001
)

func (d *Dissector) sctpPacket(p *capture.Packet) Outcome {
	var pk sctp.Packet
	if pk.Decode(p.Payload) != nil {
		if p.Truncated {
			return CutShort
		}
		d.problem(LayerSCTP, Truncated)
		return BadHeaders
	}
	d.Counters.SCTPPackets++
	ports := uint32(pk.SrcPort)<<16 | uint32(pk.DstPort)
	if d.path = d.flows.paths.find(&p.Src, &p.Dst, ports, pk.VTag, p.Protocol); d.path == nil {
		k := pathKey{src: p.Src, dst: p.Dst, ports: ports, vtag: pk.VTag, proto: p.Protocol}
		// A damaged packet must not teach a path or a tag.
		if h := d.flows.pairs[pair{k.src, k.dst, k.ports, k.proto}]; h != nil && h.good > 0 && !p.Truncated && !d.checksum(h, p.Payload, pk.Checksum) {
			return BadChecksum
		}
		tsn, has := firstTSN(&pk)
		d.path = d.flows.sctp(d.frame.Time, &k, tsn, has)
	}
	h := d.path.half
	f := h.flow
	f.last = d.frame.Time
	if p.Auth {
		f.security().AH = true
	}
	d.untagged = pk.VTag == 0
	if !p.Truncated && !d.checksum(h, p.Payload, pk.Checksum) {
		return BadChecksum
	}

	h.seen = true

	it := pk.Chunks()
	var c sctp.Chunk
	for it.Next(&c) {
		switch c.Type {
		case sctp.ChunkData, sctp.ChunkIData:
			if d.trust.data == 0 {
				d.trust.data = 1
				d.trust.copy = d.trust.copies.meet(d.frame.Time, pk.Checksum, pk.VTag^uint32(len(p.Payload)))
			}
			d.dataChunk(h, &c)
		case sctp.ChunkSack:
			d.sack(h, &c)
		case sctp.ChunkHeartbeat, sctp.ChunkHeartbeatAck:
		case sctp.ChunkShutdown:
			if cum, ok := c.CumulativeTSN(); ok {
				f.half[1-h.from].sctp.Acked(d.frame.Time, cum, nil, &d.sctpC)
			}
		case sctp.ChunkForwardTSN, sctp.ChunkIForwardTSN:
			if cum, ok := c.CumulativeTSN(); ok {
				h.sctp.Forward(cum, &d.sctpC)
			}
		case sctp.ChunkInit, sctp.ChunkInitAck:
			d.initChunk(h, ports, &c)
		case sctp.ChunkAsconf:
			var a sctp.Asconf
			if a.Decode(&c) == nil {
				learnAddrs(f, h.from, a.Params())
			}
		case sctp.ChunkAbort, sctp.ChunkShutdownComplete:
			if f.told && !f.closed {
				f.closed = true
				d.flowEvent(f, "closed", c.Type.String())
			}
		}
	}
	if it.Err() != nil && !p.Truncated {
		d.problem(LayerSCTP, Malformed)
	}
	if f.content == contentOther || (f.content == contentUnknown && f.link.Protection == signaling.Clear) {
		return NotSignaling
	}
	return Decoded
}

// firstTSN is the TSN of the first DATA chunk of a packet.
func firstTSN(pk *sctp.Packet) (tsn uint32, ok bool) {
	it := pk.Chunks()
	var c sctp.Chunk
	var data sctp.Data
	for it.Next(&c) {
		if (c.Type == sctp.ChunkData || c.Type == sctp.ChunkIData) && data.Decode(&c) == nil {
			return data.TSN, true
		}
	}
	return 0, false
}

// checksum judges the CRC32c of a packet (RFC 9260 6.8). A bit error in the
// network leaves readable chunks with a wrong checksum, which the receiver drops
// and so do we, or the corrupt copy would hide the retransmission. Where the
// sending host captures itself and its network card computes the checksum, every
// one it sends is wrong: so a wrong one counts only in a direction that has right
// ones. Zero means that the ends agreed to do without (RFC 9653). It is not inlined for
// the reason that paths.find is not.
//
//go:noinline
func (d *Dissector) checksum(h *half, packet []byte, wire uint32) bool {
	if wire == 0 || (h.bad > 64 && h.good == 0) {
		return true
	}
	if sctp.ChecksumOK(packet) {
		h.good++
		return true
	}
	h.bad++
	d.Counters.SCTPChecksum++
	if h.good > 0 {
		return false
	}
	if h.bad == 64 {
		d.warnOnce("sctp-checksum-offload", "An end of an SCTP association sends wrong checksums only: captured at a sender that leaves them to its network card; damaged packets cannot be told from good ones there")
	}
	return true
}

// initChunk notes what INIT and INIT ACK promise: the tag that the other end will
// use, the first TSN, the addresses (RFC 9260 3.3.2, 3.3.3, 5.1).
func (d *Dissector) initChunk(h *half, ports uint32, c *sctp.Chunk) {
	var in sctp.Init
	if in.Decode(c) != nil || in.InitiateTag == 0 {
		d.problem(LayerSCTP, Malformed)
		return
	}
	f := h.flow
	learnAddrs(f, h.from, in.Params())
	// Packets towards the sender of this chunk will carry its tag.
	reverse := ports<<16 | ports>>16
	other := &f.half[1-h.from]
	key := tagKey{in.InitiateTag, reverse}
	pr := d.flows.tags[key]
	if pr.half != other {
		pr = promise{half: other}
		if c.Type == sctp.ChunkInit && f.told && other.vtag != 0 && other.vtag != in.InitiateTag {
			d.flowEvent(f, "restarted", "INIT with a new tag")
		}
	}
	d.flows.promise(key, pr)
	// And what this end sends will begin with its initial TSN, under the tag that
	// the other end chose.
	if c.Type == sctp.ChunkInit {
		// The other end's tag is still to come: keep the TSN with the direction.
		h.initialTSN, h.hasInitialTSN = in.InitialTSN, true
		return
	}
	// INIT ACK carries the peer's tag in the header: that end's direction is known.
	d.promiseTSN(h, in.InitialTSN, other, in.InitiateTag, ports)
}

// promiseTSN ties both directions' first TSNs to the tags that INIT ACK settles.
func (d *Dissector) promiseTSN(acker *half, ackTSN uint32, other *half, ackTag, ports uint32) {
	// other (who sent INIT) will send under ackTag, from its INIT's TSN on.
	reverse := ports<<16 | ports>>16
	if other.hasInitialTSN {
		d.flows.promise(tagKey{ackTag, reverse}, promise{half: other, initialTSN: other.initialTSN, hasTSN: true})
		other.hasInitialTSN = false
	}
	// acker sends under the tag of this very packet.
	if tag := d.path.key.vtag; tag != 0 && (acker.vtag != tag || !acker.sctp.Started()) {
		acker.vtag = tag // another than before: the association began again, and its INIT is not in the capture
		acker.sctp.Start(ackTSN)
	}
}

func learnAddrs(f *flow, end uint8, it sctp.Params) {
	var p sctp.Param
	for n := 0; n < maxEndAddrs && it.Next(&p); n++ {
		if a, ok := p.Addr(); ok && !a.IsUnspecified() {
			f.learn(end, a)
		}
	}
}

func (d *Dissector) dataChunk(h *half, c *sctp.Chunk) {
	data := &d.data
	if data.Decode(c) != nil {
		d.problem(LayerSCTP, Truncated)
		return
	}
	if d.untagged && data.Begin && data.End {
		// No association has the tag 0 (RFC 9260 5.3.1): the packet was put around a
		// message by a tool, which as a rule repeats one TSN for ever.
		d.Counters.SCTPChunks++
		d.userMessage(h, data.PPID, data.Payload, data.Truncated)
		return
	}
	if h.sctp.Accept(data.TSN, &d.sctpC) == reassembly.TSNDuplicate {
		d.Counters.SCTPDuplicates++
		if d.trust.copy == 0 || h.sctp.Reported(data.TSN) {
			d.trust.copy = 0
			h.sctp.Again(d.frame.Time, data.TSN, &d.sctpC)
		}
		return
	}
	d.trust.copy = 0
	d.Counters.SCTPChunks++
	if h.sctp.Judging() {
		h.sctp.Late(d.frame.Time, data.TSN)
	}
	if data.Begin && data.End {
		if !data.Unordered {
			h.sctp.Whole(data.StreamID, data.Sequence)
		}
		d.userMessage(h, data.PPID, data.Payload, data.Truncated)
		return
	}
	if data.Truncated {
		d.problem(LayerSCTP, Truncated)
	}
	d.held += len(data.Payload)
	if msg, ppid, complete := h.sctp.Fragment(d.frame.Time, data, &d.sctpC); complete {
		d.userMessage(h, ppid, msg, h.sctp.Cut())
	}
}

// userMessage dispatches one SCTP user message: by its payload protocol
// identifier, by what the flow carried before, by port, and by a look at its
// first octets, because many stacks leave the identifier 0 or swap its octets.
func (d *Dissector) userMessage(h *half, ppid uint32, b []byte, cut bool) {
	f := h.flow
	if len(b) == 0 {
		return
	}
	if (b[0] != 1 || f.link.Protection != signaling.Clear) && d.covered(h, b) {
		return
	}
	kind := contentUnknown
	canonical, _ := sctp.PPID(ppid)
	switch canonical {
	case sctp.PPIDM3UA:
		kind = contentM3UA
	case sctp.PPIDM2UA:
		kind = contentM2UA
	case sctp.PPIDM2PA:
		kind = contentM2PA
	case sctp.PPIDSUA:
		kind = contentSUA
	case sctp.PPIDDiameter:
		kind = contentDiameter
	case sctp.PPIDDiameterDTLS:
		// DTLS by its identifier, whatever the record looks like, unless it is readable;
		// where messages are, one that is broken is no record, none of which begins so.
		if kind = contentDiameter; !plainly(b) && (b[0] != 1 || !f.plain) {
			f.shielded().proto = tlsrec.DTLS
			d.encrypted(f, tlsrec.DTLS)
			return
		}
	default:
		if kind = f.content; kind == contentUnknown || kind == contentOther {
			kind = d.guess(f, ppid, b)
		}
	}
	// An identifier can lie. Where the octets do not look like what it says and do
	// look like something else, they are believed. A message that goes on as the
	// flow began, and whose length field is its length, is not looked at twice.
	if (kind != f.content || !lengthFits(kind, b)) && ((kind == contentM3UA && !m3ua.LooksLike(b)) || (kind == contentDiameter && !diameter.HeaderLooksValid(b))) {
		if k := d.guess(f, 0, b); k != contentUnknown {
			kind = k
		}
	}
	if kind == contentUnknown {
		if f.tries++; f.tries >= 8 && f.content == contentUnknown {
			f.content = contentOther
		}
		return
	}
	d.found(f, kind)
	if !f.plain && kind != contentDiameter {
		d.inClear(f)
	}
	switch kind {
	case contentM3UA:
		d.m3uaMessage(h, b, cut)
	case contentDiameter:
		d.diameterMessage(h, b)
	default:
		d.adaptation(h, kind, b, cut)
	}
}

// lengthFits reports that the length in the header of an M3UA or Diameter message
// is that of the whole user message, padding apart.
func lengthFits(kind content, b []byte) bool {
	if len(b) < 8 {
		return false
	}
	n := len(b) - int(binary.BigEndian.Uint32(b[4:]))
	if kind == contentDiameter {
		n = len(b) - int(binary.BigEndian.Uint32(b)&0xffffff)
	}
	return n >= -3 && n <= 3
}

// found notes what a flow carries, once.
func (d *Dissector) found(f *flow, kind content) {
	if f.told && f.content == kind {
		return
	}
	f.content = kind
	if !f.told {
		d.tell(f)
	}
}

// guess finds the content of a payload whose PPID does not tell.
func (d *Dissector) guess(f *flow, ppid uint32, b []byte) content {
	if len(b) >= diameter.HeaderLen && diameter.HeaderLooksValid(b) {
		return contentDiameter
	}
	for _, e := range f.link.Ends {
		switch e.Port {
		case portM3UA:
			if m3ua.LooksLike(b) {
				return contentM3UA
			}
		case portM2UA:
			if m2ua.LooksLike(b) || m3ua.LooksLike(b) {
				return contentM2UA
			}
		case portSUA:
			if sua.LooksLike(b) || m3ua.LooksLike(b) {
				return contentSUA
			}
		case portM2PA:
			if m2pa.LooksLike(b) {
				return contentM2PA
			}
		}
	}
	// Another protocol's identifier is believed. No identifier above 255 is assigned:
	// such a one is garbage and says as little as 0.
	if p, _ := sctp.PPID(ppid); p != 0 && p <= 0xff {
		return contentUnknown
	}
	switch {
	case m3ua.LooksLike(b):
		return contentM3UA
	case m2ua.LooksLike(b):
		return contentM2UA
	case m2pa.LooksLike(b):
		return contentM2PA
	case sua.LooksLike(b):
		return contentSUA
	}
	return contentUnknown
}
