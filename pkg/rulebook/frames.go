package rulebook

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"

	"sigtransit/pkg/capture"
)

// linkTypes are the words for what the frames of a test begin with.
var linkTypes = map[string]capture.LinkType{
	"ethernet": capture.LinkTypeEthernet,
	"raw":      capture.LinkTypeRaw,
	"sctp":     capture.LinkTypeSCTP,
	"mtp2":     capture.LinkTypeMTP2,
	"mtp3":     capture.LinkTypeMTP3,
	"sccp":     capture.LinkTypeSCCP,
	"exported": capture.LinkTypeExported,
}

// begun is when the first frame of a test was captured; the others follow a
// millisecond apart.
var begun = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// pcap is a capture file of frames.
func pcap(link capture.LinkType, frames [][]byte) io.Reader {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4) // microseconds
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, capture.MaxPacket)
	b = le.AppendUint32(b, uint32(link))
	for i, f := range frames {
		t := begun.Add(time.Duration(i) * time.Millisecond)
		b = le.AppendUint32(b, uint32(t.Unix()))
		b = le.AppendUint32(b, uint32(t.Nanosecond()/1000))
		b = le.AppendUint32(b, uint32(len(f)))
		b = le.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return bytes.NewReader(b)
}
