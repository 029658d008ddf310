package capture

import "encoding/binary"

// This file reads the link types that carry signaling without IP: a signaling link
// of MTP2, or messages of one protocol that a tool cut out of a capture.

// peelBare finds the message in a frame without IP, and the packet in one of a
// link that carries either.
func (p *Peeler) peelBare(f *Frame, pkt *Packet) Reason {
	*pkt = Packet{Truncated: f.Length > len(f.Data)}
	b := f.Data[:len(f.Data):len(f.Data)]
	switch f.LinkType {
	case LinkTypeMTP2PHDR:
		return peelMTP2PHDR(b, pkt)
	case LinkTypeMTP2:
		return peelMTP2(b, false, pkt)
	case LinkTypeMTP3:
		pkt.Content = ContentMTP3
	case LinkTypeSCCP:
		pkt.Content = ContentSCCP
	case LinkTypeSCTP:
		pkt.Protocol = protoSCTP
	case LinkTypeExported:
		return p.peelExported(b, pkt)
	case LinkTypePPP, LinkTypePPPHDLC, LinkTypeCHDLC:
		return p.peelHDLC(b, pkt)
	case LinkTypeERF:
		return p.peelERF(b, pkt)
	case LinkTypeNFLOG:
		return p.peelNFLOG(b, pkt)
	default:
		return ReasonLinkType
	}
	pkt.Payload = b
	if len(b) == 0 {
		return ReasonTruncated
	}
	return ReasonNone
}

// peelMTP2PHDR takes off the pseudo-header of LINKTYPE_MTP2_WITH_PHDR: sent, annex
// A used, link number (two octets).
func peelMTP2PHDR(b []byte, pkt *Packet) Reason {
	if len(b) < 4 {
		return ReasonTruncated
	}
	pkt.Sent = b[0] == 1
	return peelMTP2(b[4:], b[1] == 1, pkt)
}

// peelMTP2 finds the MTP3 message in a signal unit (ITU-T Q.703 2.2):
//
//	| BIB 1 | BSN 7 | FIB 1 | FSN 7 | spare 2 | LI 6 | SIO, SIF |
//
// and with the extended format of annex A, least significant octet first:
//
//	| BIB 1 | spare 3 | BSN 12 | FIB 1 | spare 3 | FSN 12 | spare 7 | LI 9 | SIO, SIF |
//
// The length indicator tells what is behind: 0 a fill-in unit, 1 and 2 a link
// status, more a message, and its greatest value all longer ones. A check sequence
// behind a message is cut off where the indicator tells its end.
func peelMTP2(b []byte, extended bool, pkt *Packet) Reason {
	header, longest := 3, 63
	if extended {
		header, longest = 6, 511
	}
	if len(b) < header {
		return ReasonTruncated
	}
	n := int(b[2] & 0x3F)
	if extended {
		n = int(binary.LittleEndian.Uint16(b[4:6]) & 0x1FF)
	}
	b = b[header:]
	switch {
	case n <= 2:
		pkt.Content, pkt.Payload, pkt.Truncated = ContentLink, b[:0:0], false
		return ReasonNone
	case len(b) == 0:
		return ReasonTruncated
	case n < longest:
		pkt.Truncated = n > len(b)
		b = b[:min(n, len(b))]
	}
	pkt.Content, pkt.Payload = ContentMTP3, b[:len(b):len(b)]
	return ReasonNone
}
