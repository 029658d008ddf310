package capture

import "encoding/binary"

// Tags of exported PDUs (Wireshark, epan/exported_pdu.h).
const (
	tagEnd      = 0
	tagProto    = 12 // name of a dissector
	tagTable    = 14 // name of a table of dissectors; tagTableVal says which
	tagIPv4Src  = 20
	tagIPv4Dst  = 21
	tagIPv6Src  = 22
	tagIPv6Dst  = 23
	tagPortType = 24
	tagSrcPort  = 25
	tagDstPort  = 26
	tagOPC      = 28
	tagDPC      = 29
	tagTableVal = 32
	tagTCP      = 34 // version (2), sequence number (4), and more
	tagP2P      = 35 // 0: sent by the host that captured
)

// dissectors are the names of Wireshark's dissectors whose PDUs are read.
var dissectors = map[string]Content{
	"mtp3": ContentMTP3, "sccp": ContentSCCP, "tcap": ContentTCAP, "gsm_map": ContentMAP, "camel": ContentCAP, "camel-v1": ContentCAP, "camel-v2": ContentCAP,
	"m3ua": ContentM3UA, "m2ua": ContentM2UA, "m2pa": ContentM2PA, "sua": ContentSUA, "diameter": ContentDiameter,
}

// ppids are the payload protocol identifiers of SCTP among them (IANA).
var ppids = map[uint32]Content{2: ContentM2UA, 3: ContentM3UA, 4: ContentSUA, 5: ContentM2PA, 46: ContentDiameter}

// ports are their registered ports.
var ports = map[uint32]Content{2904: ContentM2UA, 2905: ContentM3UA, 14001: ContentSUA, 3565: ContentM2PA, 3868: ContentDiameter}

// peelExported reads the tags in front of an exported PDU: each a tag and a length
// of two octets and a value, big-endian, up to the tag 0.
func (p *Peeler) peelExported(b []byte, pkt *Packet) Reason {
	var name, table []byte
	var portType, value uint32
	hasSeq := false
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
			name = unpad(v)
		case tag == tagTable:
			table = unpad(v)
		case tag == tagTableVal && n == 4:
			value = binary.BigEndian.Uint32(v)
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
		case tag == tagTCP && n >= 6:
			pkt.Seq, hasSeq = binary.BigEndian.Uint32(v[2:]), true
		case tag == tagP2P && n == 4:
			pkt.Sent = binary.BigEndian.Uint32(v) == 0
		}
	}
	switch string(name) {
	case "ip", "ipv4", "ipv6":
		return p.inner(etherIPv4, b, pkt) // the version tells
	case "eth", "eth_withoutfcs", "eth_maybefcs":
		return p.inner(etherTEB, b, pkt)
	case "sctp":
		pkt.Protocol = protoSCTP
	default:
		content, ok := dissectors[string(name)]
		if name == nil {
			content, ok = tabled(string(table), value, hasSeq)
		}
		if !ok {
			return ReasonNotIP
		}
		if pkt.Content = content; content == ContentIP {
			pkt.Protocol = protoSCTP
			break
		}
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

// unpad cuts off what pads a name to four octets.
func unpad(v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] == 0 {
		v = v[:len(v)-1]
	}
	return v
}

// tabled is what a dissector from a table reads, by the value it is found under:
// so Wireshark names what it exports from "OSI layer 4".
func tabled(table string, value uint32, hasSeq bool) (c Content, ok bool) {
	switch table {
	case "ip.proto":
		return ContentIP, value == protoSCTP
	case "sctp.ppi":
		c, ok = ppids[value]
	case "sctp.port":
		c, ok = ports[value]
	case "tcp.port":
		// Segments, and messages put together of them again: sequence numbers tell.
		if c, ok = ContentDiameter, value == 3868; hasSeq {
			c, ok = ContentTCP, true
		}
	case "mtp3.service_indicator":
		return ContentSCCP, value == 3
	case "sccp.ssn":
		return ContentTCAP, true
	}
	return c, ok
}
