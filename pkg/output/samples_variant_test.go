package output

import (
	"net/netip"

	"sigtransit/decoders/sua"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// allMessages is messages and those of this file, which no statistics count.
func allMessages() map[string]*signaling.Message {
	all := messages()
	all["nationalUpdate"], all["suaUpdate"], all["ansiQuery"], all["ansiError"] = nationalUpdate(), suaUpdate(), ansiQuery(), ansiError()
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

// ansiQuery is a registrationNotification of TIA-41, ansiError an error that
// answers a national operation.
func ansiQuery() *signaling.Message {
	m := nationalUpdate()
	m.Protocol, m.Operation, m.MAP, m.MAPVersion = signaling.TCAP, operation("registrationNotification"), nil, 0
	m.TCAP = &tcap.Message{Type: tcap.Begin, ANSI: true, Permission: true, OTID: tcap.TransactionID{Value: 1, Len: 4}, Dialogue: tcap.DialogueANSI, HasContextID: true, ContextID: 300}
	m.Component = &tcap.Component{Kind: tcap.Invoke, ANSI: true, Private: true, HasInvokeID: true, InvokeID: 200, HasCode: true, Code: 0x090d}
	return m
}

func ansiError() *signaling.Message {
	m := ansiQuery()
	m.Kind = signaling.KindError
	m.TCAP = &tcap.Message{Type: tcap.End, ANSI: true, DTID: tcap.TransactionID{Value: 1, Len: 4}}
	m.Component = &tcap.Component{Kind: tcap.ReturnError, ANSI: true, HasInvokeID: true, InvokeID: 1, HasCode: true, Code: 0x86}
	return m
}
