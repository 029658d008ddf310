package capture

import "encoding/binary"

// This file reads the link types that carry signaling without IP: a signaling link
// of MTP2, or messages of one protocol that a tool cut out of a capture.

// peelBare finds the message in a frame without IP.
func peelBare(f *Frame, pkt *Packet) Reason {
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
		return peelExported(b, pkt)
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

// Tags of exported PDUs (Wireshark, epan/exported_pdu.h).
const (
	tagEnd      = 0
	tagProto    = 12 // name of a dissector
	tagIPv4Src  = 20
	tagIPv4Dst  = 21
	tagIPv6Src  = 22
	tagIPv6Dst  = 23
	tagPortType = 24
	tagSrcPort  = 25
	tagDstPort  = 26
	tagOPC      = 28
	tagDPC      = 29
)

// peelExported reads the tags in front of an exported PDU: each a tag and a length
// of two octets and a value, big-endian, up to the tag 0.
func peelExported(b []byte, pkt *Packet) Reason {
	var name []byte
	portType := uint32(0)
	for {
		if len(b) < 4 {
			return ReasonTruncated
		}
		tag, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if tag == tagEnd {
			break // its length is 0, and some write none
		}
		if n > len(b) {
			if pkt.Truncated {
				return ReasonTruncated
			}
			return ReasonMalformed
		}
		v := b[:n]
		b = b[n:]
		switch {
		case tag == tagProto:
			name = v
			for len(name) > 0 && name[len(name)-1] == 0 { // padded to four octets
				name = name[:len(name)-1]
			}
		case tag == tagIPv4Src && n == 4:
			setIPv4(&pkt.Src, v)
		case tag == tagIPv4Dst && n == 4:
			setIPv4(&pkt.Dst, v)
		case tag == tagIPv6Src && n == 16:
			copy(pkt.Src[:], v)
			pkt.V6 = true
		case tag == tagIPv6Dst && n == 16:
			copy(pkt.Dst[:], v)
			pkt.V6 = true
		case tag == tagPortType && n == 4:
			portType = binary.BigEndian.Uint32(v)
		case tag == tagSrcPort && n == 4:
			pkt.SrcPort = uint16(binary.BigEndian.Uint32(v))
		case tag == tagDstPort && n == 4:
			pkt.DstPort = uint16(binary.BigEndian.Uint32(v))
		case tag == tagOPC && n >= 7: // point code (4), standard (2), network indicator
			pkt.OPC, pkt.Standard, pkt.NI, pkt.HasLabel = binary.BigEndian.Uint32(v), binary.BigEndian.Uint16(v[4:]), v[6], true
		case tag == tagDPC && n >= 7:
			pkt.DPC, pkt.Standard, pkt.NI, pkt.HasLabel = binary.BigEndian.Uint32(v), binary.BigEndian.Uint16(v[4:]), v[6], true
		}
	}
	switch string(name) {
	case "mtp3":
		pkt.Content = ContentMTP3
	case "sccp":
		pkt.Content = ContentSCCP
	case "m3ua":
		pkt.Content = ContentM3UA
	case "m2ua":
		pkt.Content = ContentM2UA
	case "m2pa":
		pkt.Content = ContentM2PA
	case "sua":
		pkt.Content = ContentSUA
	case "diameter":
		pkt.Content = ContentDiameter
	case "sctp":
		pkt.Protocol = protoSCTP
	default:
		return ReasonNotIP
	}
	if pkt.Content != ContentIP {
		switch portType {
		case 1:
			pkt.Protocol = protoSCTP
		case 2:
			pkt.Protocol = protoTCP
		}
	}
	pkt.Payload = b[:len(b):len(b)]
	if len(b) == 0 {
		return ReasonTruncated
	}
	return ReasonNone
}
