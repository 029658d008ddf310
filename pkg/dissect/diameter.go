package dissect

import (
	"sigtransit/decoders/diameter"
	"sigtransit/pkg/dialogue"
	"sigtransit/pkg/signaling"
)

// Base commands whose Origin-Host is the neighbour's own, because they are never
// relayed (RFC 6733 5.3, 5.5, 5.4).
const (
	commandCapabilitiesExchange = 257
	commandDeviceWatchdog       = 280
	commandDisconnectPeer       = 282
)

// diameterMessage decodes one Diameter message and hands it on.
func (d *Dissector) diameterMessage(h *half, b []byte) {
	a := &d.diam
	if err := a.Decode(b); err != nil {
		if err == diameter.ErrTruncated {
			d.problem(LayerDiameter, Truncated)
		} else {
			d.problem(LayerDiameter, Malformed)
		}
		if len(b) < diameter.HeaderLen {
			return
		}
	}
	m := d.begin(h)
	m.Protocol, m.Diameter = signaling.Diameter, a
	m.Operation = signaling.DiameterOperation(a.AppID, a.Command)
	m.IMSI, m.MSISDN = a.IMSI, a.MSISDN
	if a.Faults != 0 {
		d.diameterFaults(m, a)
	}
	if a.Set&(diameter.FieldSignature|diameter.FieldEncrypted) != 0 {
		protectedAVPs(m, a)
	}
	if m.Operation == 0 {
		m.Faults |= signaling.FaultUnknownCode
		d.problem(LayerDiameter, UnknownCode)
	}
	if a.AppID == 0 && (a.Command == commandCapabilitiesExchange || a.Command == commandDeviceWatchdog || a.Command == commandDisconnectPeer) {
		if h.flow.name(h.from, a.OriginHost, a.OriginRealm) {
			d.meet(&h.flow.link.Ends[h.from])
		}
	}
	if a.Command == commandCapabilitiesExchange && a.AppID == 0 {
		h.flow.inbandSecurity(a)
		m.Protection = signaling.Clear // whatever comes next
	} else if !h.flow.plain {
		d.inClear(h.flow)
		m.Protection = h.flow.link.Protection
	}

	key := dialogue.RequestKey{Link: h.flow.link.ID, HopByHop: a.HopByHop, EndToEnd: a.EndToEnd, From: h.from}
	if a.IsRequest() {
		m.Kind, m.Side = signaling.KindRequest, 0
		m.Class = m.Operation.Info().Class
		var sight dialogue.Sight
		if a.AppID != 0 { // the commands of the base protocol go no further
			sight = dialogue.SightOf(a.EndToEnd, a.Command, a.Flags&diameter.FlagRetransmitted != 0, a.OriginHost, a.SessionID)
		}
		m.Memory, _, m.Duplicate = d.diamT.Request(d.frame.Time, key, m.Operation, sight)
		// Another sight may lack what the first one had; it is about nobody else.
		if m.Memory.IMSI.Len() == 0 {
			m.Memory.IMSI = m.IMSI
		}
		if m.Memory.MSISDN.Len() == 0 {
			m.Memory.MSISDN = m.MSISDN
		}
	} else {
		m.Kind, m.Side = signaling.KindAnswer, 1
		key.From = 1 - h.from
		var op signaling.Operation
		if m.Memory, op, m.Duplicate = d.diamT.Answer(d.frame.Time, key); m.Memory != nil {
			if m.IMSI.Len() == 0 {
				m.IMSI = m.Memory.IMSI
			}
			if m.MSISDN.Len() == 0 {
				m.MSISDN = m.Memory.MSISDN
			}
			if m.Operation == 0 && op != 0 {
				m.Operation, m.Inherited = op, true
			}
		}
		m.Class = m.Operation.Info().Class
	}
	// Insert-Subscriber-Data and User-Data may ask for a location besides (3GPP TS
	// 29.272 5.2.2.1, TS 29.329 6.3.4): an answer that holds one is location
	// signaling, whatever its command is for otherwise.
	if m.Class == signaling.ClassSubscriber && a.Set&diameter.FieldLocation != 0 {
		m.Class = signaling.ClassLocation
	}
	d.emit(m)
}

// protectedAVPs tells how a message is protected that has AVPs for that (GSMA
// FS.19). A signature hides nothing. Encrypted AVPs hide what is in them: when
// nothing else is left to read, the message is opaque.
func protectedAVPs(m *signaling.Message, a *diameter.Message) {
	if m.Protection != signaling.Clear {
		return
	}
	if a.Set&diameter.FieldSignature != 0 {
		m.Protection = signaling.Signed
	}
	if a.Set&diameter.FieldEncrypted != 0 {
		if given, _ := m.Disclosed(); given == 0 {
			m.Protection = signaling.Opaque
		}
	}
}

func (d *Dissector) diameterFaults(m *signaling.Message, a *diameter.Message) {
	if a.Faults&(diameter.FaultAVPLength|diameter.FaultAVPType|diameter.FaultTrailing|diameter.FaultVendor|diameter.FaultDepth) != 0 {
		m.Faults |= signaling.FaultAVP
		d.problem(LayerDiameter, Malformed)
	}
	if a.Faults&diameter.FaultTruncated != 0 {
		m.Faults |= signaling.FaultTruncated
	}
	if a.Faults&diameter.FaultUnknownAVP != 0 {
		d.problem(LayerDiameter, UnknownCode)
	}
}
