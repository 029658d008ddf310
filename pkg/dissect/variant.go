package dissect

import (
	"net/netip"
	"slices"

	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/mtp3"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Link says what a link or a network is that the octets do not tell. All that is
// given has to fit; of the links of Options the first that fits counts.
type Link struct {
	Peers      []netip.Prefix // an address of either end
	Ports      []uint16       // a port of either end
	PointCodes []telecom.PointCode
	Networks   uint8 // network indicators, bit by bit; 0: any
	Variant    telecom.Variant
}

// ends reports that the ends of a link are those meant.
func (l *Link) ends(k *signaling.Link) bool {
	either := func(is func(e *signaling.End) bool) bool { return is(&k.Ends[0]) || is(&k.Ends[1]) }
	return (len(l.Peers) == 0 || either(func(e *signaling.End) bool {
		return slices.ContainsFunc(e.Addrs, func(a netip.Addr) bool {
			return slices.ContainsFunc(l.Peers, func(p netip.Prefix) bool { return p.Contains(a) })
		})
	})) && (len(l.Ports) == 0 || either(func(e *signaling.End) bool { return slices.Contains(l.Ports, e.Port) }))
}

// codes reports that a message between two point codes is meant.
func (l *Link) codes(opc, dpc telecom.PointCode) bool {
	return len(l.PointCodes) == 0 || slices.Contains(l.PointCodes, opc) || slices.Contains(l.PointCodes, dpc)
}

// label is what a flow shows of the variant of its messages with one network
// indicator. It is believed at first sight, sure after some messages, and then
// given up only for a row of messages that contradict it, a longer one each time:
// a broken message, or one that reads both ways, must not turn the point codes of
// a link into others.
type label struct {
	variant  telecom.Variant
	rival    telecom.Variant // what contradicted last
	votes    uint8           // messages that fitted variant, up to sure
	against  uint8           // messages in a row that fitted rival and not variant
	patience uint8           // doublings of the row that it takes
}

const (
	sure        = 4 // votes from which a variant is kept
	row         = 4 // contradictions in a row that turn it over
	maxPatience = 5
)

// seen takes what one message shows, best being the likeliest of the variants
// that it fits and fits whether that of the label is one of them.
func (l *label) seen(best telecom.Variant, fits bool) {
	switch {
	case fits && (best == l.variant || l.votes >= sure):
		l.votes = min(l.votes+1, sure)
		l.against = 0
	case l.votes < sure:
		l.variant, l.votes, l.against = best, 1, 0
	default:
		if l.rival != best {
			l.rival, l.against = best, 0
		}
		if l.against++; l.against >= row<<l.patience {
			*l = label{variant: best, votes: 1, patience: min(l.patience+1, maxPatience)}
		}
	}
}

// told finds the variant that the configuration gives a message: decode reads its
// label by one.
func (d *Dissector) told(h *half, ni uint8, decode func(telecom.Variant) (opc, dpc telecom.PointCode, ok bool)) (telecom.Variant, bool) {
	for i := range d.opts.Links {
		l := &d.opts.Links[i]
		if l.Networks != 0 && l.Networks>>(ni&3)&1 == 0 || !l.ends(&h.flow.link) {
			continue
		}
		if opc, dpc, ok := decode(l.Variant); ok && l.codes(opc, dpc) {
			return l.Variant, true
		}
	}
	if n := d.opts.Networks[ni&3]; n.Set {
		return n.Variant, true
	}
	return 0, false
}

// labelVariant is the variant of an MTP3 message, whose label is as long as it
// says: told, or the one that SCCP or a link test behind it fits best.
func (d *Dissector) labelVariant(h *half, b []byte) telecom.Variant {
	ni, si := b[0]>>6, b[0]&0x0f
	var m mtp3.Message
	if v, ok := d.told(h, ni, func(v telecom.Variant) (telecom.PointCode, telecom.PointCode, bool) {
		err := m.Decode(b, v)
		return m.OPC, m.DPC, err == nil
	}); ok {
		return v
	}
	l := &h.flow.labels[ni]
	how := func(v telecom.Variant) int {
		switch {
		case m.Decode(b, v) != nil:
		case si == siSCCP:
			return sccp.Fits(m.UserData, v, m.OPC, m.DPC)
		case (si == 1 || si == 2) && mtp3.LooksLikeTest(m.UserData):
			return 1
		}
		return 0
	}
	if l.votes == sure && l.against == 0 && how(l.variant) > 0 {
		return l.variant // whatever else it fits
	}
	var fit [telecom.NumVariants]int
	for v := range telecom.NumVariants {
		fit[v] = how(v)
	}
	l.judge(&fit)
	return l.variant
}

// codesVariant is the variant of a message of M3UA, whose point codes are numbers
// of 32 bits and say how wide they are if they are great enough.
func (d *Dissector) codesVariant(h *half, p *m3ua.ProtocolData) telecom.Variant {
	if v, ok := d.told(h, p.NI, func(telecom.Variant) (telecom.PointCode, telecom.PointCode, bool) { return p.OPC, p.DPC, true }); ok {
		return v
	}
	l := &h.flow.labels[p.NI&3]
	var fit [telecom.NumVariants]int
	if p.SI == siSCCP {
		for v := range telecom.NumVariants {
			if (p.OPC|p.DPC)>>v.Bits() == 0 {
				fit[v] = sccp.Fits(p.UserData, v, p.OPC, p.DPC)
			}
		}
	}
	if fit[telecom.Japan] > 0 && (p.OPC|p.DPC)>>telecom.ITU.Bits() != 0 {
		// No network of ANSI and no area of China has the number 0.
		fit[telecom.Japan] += 2
	}
	l.judge(&fit)
	h.flow.national = h.flow.national || l.variant != telecom.ITU
	if (p.OPC|p.DPC)>>l.variant.Bits() == 0 {
		return l.variant
	}
	// Nothing shows which of the wider ones it is.
	if (p.OPC|p.DPC)>>telecom.Japan.Bits() == 0 {
		return telecom.Japan
	}
	return telecom.ANSI
}

// judge takes how well a message fits each variant. Of equals the one that the
// label has is likelier, then the first.
func (l *label) judge(fit *[telecom.NumVariants]int) {
	best := l.variant
	for v, n := range fit {
		if n > fit[best] {
			best = telecom.Variant(v)
		}
	}
	if fit[best] > 0 {
		l.seen(best, fit[l.variant] > 0)
	}
}
