package dissect

import (
	"hash/maphash"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

var bareSeed = maphash.MakeSeed()

// bare dissects a message that was captured without IP: on a signaling link of
// MTP2, or cut out of a capture by a tool.
func (d *Dissector) bare(p *capture.Packet) Outcome {
	if p.Content == capture.ContentTCP && !diameterPort(p.SrcPort) && !diameterPort(p.DstPort) {
		return NotSignaling
	}
	h := d.bareHalf(p)
	h.flow.last = d.frame.Time
	if p.Content == capture.ContentLink {
		return Decoded
	}
	d.trust.data = 1
	if hash := maphash.Bytes(bareSeed, p.Payload); d.trust.copies.meet(d.frame.Time, uint32(hash), uint32(hash>>32)) != 0 {
		d.trust.copy = 1 // nothing in such a message numbers it, so its octets have to
		return Decoded
	}
	if !h.flow.told {
		h.flow.told = true
		d.flowEvent(h.flow, "new", "")
	}
	b, cut := p.Payload, p.Truncated
	switch p.Content {
	case capture.ContentMTP3:
		d.mtp3Message(h, b, cut)
	case capture.ContentSCCP:
		if d.label(p); p.HasLabel {
			d.userPart(h, d.exportedVariant(h, p.Standard), cut)
			break
		}
		// Nothing but the addresses is there to tell.
		d.m3ua.Data = m3ua.ProtocolData{SI: siSCCP, UserData: b}
		v := d.codesVariant(h, &d.m3ua.Data)
		d.m3ua.Data = m3ua.ProtocolData{}
		d.sccpMessage(h, b, v, cut)
	case capture.ContentM3UA:
		d.m3uaMessage(h, b, cut)
	case capture.ContentM2UA:
		d.adaptation(h, contentM2UA, b, cut)
	case capture.ContentM2PA:
		d.adaptation(h, contentM2PA, b, cut)
	case capture.ContentSUA:
		d.adaptation(h, contentSUA, b, cut)
	case capture.ContentTCAP:
		d.label(p)
		d.sccp = sccp.Message{Type: sccp.UDT}
		d.tcapMessage(h, b, truncated(cut))
	case capture.ContentMAP:
		d.bareComponent(h, b, signaling.MAP, cut)
	case capture.ContentCAP:
		d.bareComponent(h, b, signaling.CAP, cut)
	case capture.ContentDiameter:
		for len(b) > 0 {
			n, ok := diameter.PeekLength(b)
			if !ok || n > len(b) {
				n = len(b)
			}
			d.diameterMessage(h, b[:n])
			b = b[n:]
		}
	case capture.ContentTCP:
		d.held += len(b)
		h.tcp.Push(d.frame.Time, p.Seq, b, &d.tcpC)
		d.drain(h)
	}
	return Decoded
}

// label makes the routing label that came with an exported PDU that of the message.
func (d *Dissector) label(p *capture.Packet) {
	d.m3ua = m3ua.Message{HasData: p.HasLabel}
	if p.HasLabel {
		d.m3ua.Data = m3ua.ProtocolData{OPC: telecom.PointCode(p.OPC), DPC: telecom.PointCode(p.DPC), SI: siSCCP, NI: p.NI & 3, UserData: p.Payload}
	}
}

func truncated(cut bool) signaling.Fault {
	if cut {
		return signaling.FaultTruncated
	}
	return 0
}

// bareComponent hands a component on that was cut out of its TCAP message. It has no
// dialogue: nothing tells which of several it is of.
func (d *Dissector) bareComponent(h *half, b []byte, user signaling.Protocol, cut bool) {
	m := d.begin(h)
	m.Faults = truncated(cut)
	it := tcap.ComponentsIn(b)
	for it.Next(&d.comp) {
		d.component(m, nil, 0, user, 0)
	}
	if it.Err() != nil {
		d.problem(LayerTCAP, Malformed)
	}
}

// exportedVariant is the variant of an exported message of SCCP whose label is in
// d.m3ua: the configuration's, else that of the tool which cut it out, else what it
// shows.
func (d *Dissector) exportedVariant(h *half, standard uint16) telecom.Variant {
	p := &d.m3ua.Data
	code := func(telecom.Variant) (telecom.PointCode, telecom.PointCode, bool) { return p.OPC, p.DPC, true }
	if _, ok := d.told(h, p.NI, code); !ok {
		// Wireshark, epan/dissectors/packet-mtp3.h: Standard_Type. Its default is ITU,
		// which says nothing.
		switch standard {
		case 2:
			return telecom.ANSI
		case 3:
			return telecom.China
		case 4:
			return telecom.Japan
		}
	}
	return d.codesVariant(h, p)
}

// bareHalf is the direction of a message that was captured without IP. One whose
// addresses are known belongs to the flow of its ends; all others of a capture
// share one.
func (d *Dissector) bareHalf(p *capture.Packet) *half {
	ports := uint32(p.SrcPort)<<16 | uint32(p.DstPort)
	transport := signaling.TransportNone
	switch p.Protocol {
	case 132:
		transport = signaling.SCTP
	case 6:
		transport = signaling.TCP
	}
	if none := [16]byte{}; p.Src != none && p.Dst != none && p.Src != p.Dst {
		if d.path = d.flows.paths.find(&p.Src, &p.Dst, ports, 0, p.Protocol); d.path == nil {
			k := pathKey{src: p.Src, dst: p.Dst, ports: ports, proto: p.Protocol}
			if d.path = d.flows.known(&k); d.path == nil {
				d.path = d.flows.bind(&k, &d.flows.open(d.frame.Time, &k, transport).half[0])
			}
		}
		return d.path.half
	}
	if d.bareFlow == nil {
		d.bareFlow = d.flows.open(d.frame.Time, &pathKey{ports: ports}, transport)
	}
	// Which end speaks is told by the pseudo-header of MTP2. A Diameter answer has to
	// come from another end than its request.
	from := 0
	if p.Sent || p.Content == capture.ContentDiameter && len(p.Payload) > 4 && p.Payload[4]&0x80 == 0 {
		from = 1
	}
	d.barePath = path{half: &d.bareFlow.half[from]}
	d.path = &d.barePath
	return d.path.half
}
