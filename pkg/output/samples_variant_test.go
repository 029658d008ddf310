package output

import (
	"net/netip"

	"sigtransit/decoders/sua"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// allMessages is messages and those of this file, which no statistics count.
func allMessages() map[string]*signaling.Message {
	all := messages()
	all["nationalUpdate"], all["suaUpdate"] = nationalUpdate(), suaUpdate()
	return all
}

// nationalUpdate is updateLocation on a link of an ANSI network.
func nationalUpdate() *signaling.Message {
	m := updateLocation()
	m.SCCP.Variant = telecom.ANSI
	m.M3UA.Data.OPC, m.M3UA.Data.DPC, m.M3UA.Data.NI = 0x010203, 0x040506, 2
	return m
}

// suaUpdate is updateLocation by SUA, with all that its addresses can have.
func suaUpdate() *signaling.Message {
	m := updateLocation()
	m.M3UA = nil
	m.SUA = &sua.Message{
		Calling: sua.Party{Host: []byte("vlr.example.net"), IP: netip.MustParseAddr("192.0.2.9")},
		Called:  sua.Party{Host: []byte("hlr.example.net"), IP: netip.MustParseAddr("2001:db8::9")},
	}
	return m
}
