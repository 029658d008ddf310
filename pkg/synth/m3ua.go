package synth

import (
	"encoding/binary"

	"sigtransit/decoders/telecom"
)

// Message classes and types of M3UA (RFC 4666 3.1.2) as class<<8 | type.
const (
	M3UAError    uint16 = 0x0000
	M3UANotify   uint16 = 0x0001
	M3UAData     uint16 = 0x0101
	M3UADUNA     uint16 = 0x0201
	M3UADAVA     uint16 = 0x0202
	M3UADAUD     uint16 = 0x0203
	M3UASCON     uint16 = 0x0204
	M3UADUPU     uint16 = 0x0205
	M3UADRST     uint16 = 0x0206
	M3UAASPUP    uint16 = 0x0301
	M3UAASPDN    uint16 = 0x0302
	M3UABEAT     uint16 = 0x0303
	M3UAASPUPAck uint16 = 0x0304
	M3UAASPDNAck uint16 = 0x0305
	M3UABEATAck  uint16 = 0x0306
	M3UAASPAC    uint16 = 0x0401
	M3UAASPIA    uint16 = 0x0402
	M3UAASPACAck uint16 = 0x0403
	M3UAASPIAAck uint16 = 0x0404
)

// Parameter tags (RFC 4666 3.2).
const (
	paramRC       uint16 = 0x0006
	paramHeart    uint16 = 0x0009
	paramMode     uint16 = 0x000b
	paramErr      uint16 = 0x000c
	paramStatus   uint16 = 0x000d
	paramASPID    uint16 = 0x0011
	paramAffected uint16 = 0x0012
	paramCorr     uint16 = 0x0013
	paramNA       uint16 = 0x0200
	paramData     uint16 = 0x0210
)

// OpenM3UA appends a common header (RFC 4666 3.1); CloseM3UA writes its length.
func OpenM3UA(b []byte, kind uint16) ([]byte, int) {
	return append(b, 1, 0, byte(kind>>8), byte(kind), 0, 0, 0, 0), len(b)
}

// CloseM3UA writes the length of the message that began at at.
func CloseM3UA(b []byte, at int) []byte {
	binary.BigEndian.PutUint32(b[at+4:], uint32(len(b)-at))
	return b
}

// AppendM3UAParameter appends one parameter with its padding (RFC 4666 3.2).
func AppendM3UAParameter(b []byte, tag uint16, value []byte) []byte {
	n := len(value) + 4
	b = append(b, byte(tag>>8), byte(tag), byte(n>>8), byte(n))
	b = append(b, value...)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}

func appendM3UA32(b []byte, tag uint16, v uint32) []byte {
	return append(b, byte(tag>>8), byte(tag), 0, 8, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// Transfer is the header of a DATA message (RFC 4666 3.3.1).
type Transfer struct {
	NetworkAppearance    uint32
	HasNetworkAppearance bool
	RoutingContext       uint32
	HasRoutingContext    bool
	OPC, DPC             telecom.PointCode
	SI                   uint8 // 3 is SCCP
	NI                   uint8 // 0 international, 2 national
	MP, SLS              uint8
	CorrelationID        uint32
	HasCorrelationID     bool
}

// OpenTransfer appends everything of a DATA message before the user data; the
// caller appends those and calls CloseTransfer with the value returned.
func OpenTransfer(b []byte, t Transfer) ([]byte, [2]int) {
	b, at := OpenM3UA(b, M3UAData)
	if t.HasNetworkAppearance {
		b = appendM3UA32(b, paramNA, t.NetworkAppearance)
	}
	if t.HasRoutingContext {
		b = appendM3UA32(b, paramRC, t.RoutingContext)
	}
	data := len(b)
	b = append(b, byte(paramData>>8), byte(paramData&0xff), 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(t.OPC))
	b = binary.BigEndian.AppendUint32(b, uint32(t.DPC))
	return append(b, t.SI, t.NI, t.MP, t.SLS), [2]int{at, data}
}

// CloseTransfer writes the lengths of what OpenTransfer began and pads it.
func CloseTransfer(b []byte, at [2]int) []byte {
	n := len(b) - at[1]
	binary.BigEndian.PutUint16(b[at[1]+2:], uint16(n))
	b = append(b, "\x00\x00\x00"[:-n&3]...)
	return CloseM3UA(b, at[0])
}

// AppendTransfer appends a DATA message.
func AppendTransfer(b []byte, t Transfer, userData []byte) []byte {
	b, at := OpenTransfer(b, t)
	b = append(b, userData...)
	if t.HasCorrelationID {
		n := len(b) - at[1]
		binary.BigEndian.PutUint16(b[at[1]+2:], uint16(n))
		b = append(b, "\x00\x00\x00"[:-n&3]...)
		return CloseM3UA(appendM3UA32(b, paramCorr, t.CorrelationID), at[0])
	}
	return CloseTransfer(b, at)
}

// AppendASPUp appends an ASPUP with an ASP identifier (RFC 4666 3.5.1).
func AppendASPUp(b []byte, id uint32) []byte {
	b, at := OpenM3UA(b, M3UAASPUP)
	return CloseM3UA(appendM3UA32(b, paramASPID, id), at)
}

// AppendM3UAEmpty appends a message without parameters, such as ASPUP-ACK.
func AppendM3UAEmpty(b []byte, kind uint16) []byte {
	b, at := OpenM3UA(b, kind)
	return CloseM3UA(b, at)
}

// AppendASPActive appends an ASPAC or its acknowledgement (kind) with traffic
// mode (1 override, 2 loadshare, 3 broadcast) and routing context.
func AppendASPActive(b []byte, kind uint16, mode, context uint32) []byte {
	b, at := OpenM3UA(b, kind)
	b = appendM3UA32(b, paramMode, mode)
	return CloseM3UA(appendM3UA32(b, paramRC, context), at)
}

// AppendM3UABeat appends a BEAT or BEAT-ACK (kind) with its opaque data.
func AppendM3UABeat(b []byte, kind uint16, data []byte) []byte {
	b, at := OpenM3UA(b, kind)
	return CloseM3UA(AppendM3UAParameter(b, paramHeart, data), at)
}

// AppendM3UANotify appends a NTFY: status type 1 (AS state change) and its
// information (2 inactive, 3 active, 4 pending).
func AppendM3UANotify(b []byte, statusType, information uint16, context uint32) []byte {
	b, at := OpenM3UA(b, M3UANotify)
	b = appendM3UA32(b, paramStatus, uint32(statusType)<<16|uint32(information))
	return CloseM3UA(appendM3UA32(b, paramRC, context), at)
}

// AppendM3UAError appends an ERR with a code of RFC 4666 3.8.1.
func AppendM3UAError(b []byte, code uint32) []byte {
	b, at := OpenM3UA(b, M3UAError)
	return CloseM3UA(appendM3UA32(b, paramErr, code), at)
}

// AppendSSNM appends a network management message (DUNA, DAVA, DAUD, SCON, DRST)
// for one point code (RFC 4666 3.4).
func AppendSSNM(b []byte, kind uint16, context uint32, affected telecom.PointCode) []byte {
	b, at := OpenM3UA(b, kind)
	b = appendM3UA32(b, paramRC, context)
	return CloseM3UA(appendM3UA32(b, paramAffected, uint32(affected)), at)
}
