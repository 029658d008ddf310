package canary

import (
	"math/rand/v2"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// ss7 speaks M3UA, SCCP, TCAP and MAP. The sender is the ASP, the listener the
// signalling gateway (RFC 4666 4.3).
type ss7 struct {
	listening bool
	id        uint8

	otid  uint32 // of the request under way
	under Mark
	wait  bool

	m3ua      m3ua.Message
	sccp      sccp.Message
	tcap      tcap.Message
	component tcap.Component
	args      gsmmap.Arguments
}

const (
	siSCCP    = 3 // service indicator (Q.704 14.2.1)
	ssnHLR    = 6 // TS 23.003 8.2
	ssnVLR    = 7
	loadshare = 2 // traffic mode (RFC 4666 3.7.1)

	opSendAuthenticationInfo = 56
	errUnknownSubscriber     = 1 // TS 29.002 17.6.6
)

func newSS7(listening bool, id uint8) *ss7 {
	// Ids of a sender that was started anew differ from those before.
	return &ss7{listening: listening, id: id, otid: rand.Uint32()}
}

func (s *ss7) hello(b []byte) []byte { return synth.AppendASPUp(b, uint32(s.id)) }
func (s *ss7) ping(b []byte) []byte {
	return synth.AppendM3UABeat(b, synth.M3UABEAT, []byte("sigtransit canary"))
}

// bye: an ASP goes down in order; a gateway ends the association.
func (s *ss7) bye(b []byte) []byte {
	if s.listening {
		return b
	}
	return synth.AppendM3UAEmpty(b, synth.M3UAASPDN)
}

func (s *ss7) take(b, message []byte) (event, []byte) {
	m := &s.m3ua
	if err := m.Decode(message); err != nil {
		return event{kind: broken}, b
	}
	switch kind := uint16(m.Class)<<8 | uint16(m.Type); {
	case kind == synth.M3UAData:
		if !m.HasData || m.Data.SI != siSCCP {
			return event{}, b
		}
		return s.data(b)
	case kind == synth.M3UABEAT:
		var p m3ua.Param
		for w := m.Params(); w.Next(&p); {
			if p.Tag == m3ua.TagHeartbeatData {
				return event{}, synth.AppendM3UABeat(b, synth.M3UABEATAck, p.Value)
			}
		}
		return event{}, synth.AppendM3UAEmpty(b, synth.M3UABEATAck)
	case kind == synth.M3UABEATAck:
		return event{kind: pong}, b
	case kind == synth.M3UAError:
		return event{kind: refused}, b
	case s.listening && kind == synth.M3UAASPUP:
		return event{}, synth.AppendM3UAEmpty(b, synth.M3UAASPUPAck)
	case s.listening && kind == synth.M3UAASPAC:
		return event{kind: ready}, synth.AppendASPActive(b, synth.M3UAASPACAck, loadshare, routingContext)
	case s.listening && kind == synth.M3UAASPDN:
		return event{kind: leaving}, synth.AppendM3UAEmpty(b, synth.M3UAASPDNAck)
	case !s.listening && kind == synth.M3UAASPUPAck:
		return event{}, synth.AppendASPActive(b, synth.M3UAASPAC, loadshare, routingContext)
	case !s.listening && kind == synth.M3UAASPACAck:
		return event{kind: ready}, b
	case !s.listening && kind == synth.M3UAASPDNAck:
		return event{kind: leaving}, b
	}
	return event{}, b // notifications, network management
}

func (s *ss7) request(b []byte, m Mark) []byte {
	s.otid++
	s.under, s.wait = m, true
	return s.transfer(b, pcSender, pcListener, synth.GT(gtListener(m.ID), ssnHLR), synth.GT(gtSender(m.ID), ssnVLR), synth.Transaction{
		Type: synth.TCBegin, OTID: synth.TID(s.otid), Dialogue: synth.Request(synth.InfoRetrieval, 3),
		Components: synth.AppendInvoke(nil, 1, opSendAuthenticationInfo, synth.AppendSendAuthenticationInfo(nil, synth.SendAuthenticationInfo{
			IMSI: m.IMSI(), Vectors: vectorsAsked, Node: synth.NodeTypeVLR, PLMN: plmn, Version: 3,
		})),
	})
}

func (s *ss7) transfer(b []byte, opc, dpc telecom.PointCode, called, calling synth.Address, t synth.Transaction) []byte {
	udt := synth.AppendUDT(nil, synth.Unitdata{Called: called, Calling: calling, Data: synth.AppendTransaction(nil, t)})
	return synth.AppendTransfer(b, synth.Transfer{OPC: opc, DPC: dpc, SI: siSCCP, RoutingContext: routingContext, HasRoutingContext: true}, udt)
}

// data takes the user data of M3UA: the first component decides.
func (s *ss7) data(b []byte) (event, []byte) {
	if s.sccp.Decode(s.m3ua.Data.UserData) != nil || s.tcap.Decode(s.sccp.Data) != nil {
		return event{}, b
	}
	cs := s.tcap.Components()
	if !cs.Next(&s.component) {
		return event{}, b
	}
	if s.listening {
		return s.begun(b)
	}
	return s.ended(), b
}

// begun answers a request. Whoever is no canary is unknown here.
func (s *ss7) begun(b []byte) (event, []byte) {
	c := &s.component
	if s.tcap.Type != tcap.Begin || c.Kind != tcap.Invoke || !c.HasCode || c.Global || c.Code != opSendAuthenticationInfo ||
		s.args.DecodeInvoke(c.Code, 3, c.Parameter) != nil {
		return event{}, b
	}
	t := synth.Transaction{
		Type: synth.TCEnd, DTID: synth.TransactionID{Value: s.tcap.OTID.Value, Octets: s.tcap.OTID.Len},
		Dialogue: synth.Accept(synth.InfoRetrieval, 3),
	}
	mark, ok := ReadMark(s.args.IMSI)
	e := event{}
	if ok {
		e = event{kind: requested, mark: mark, vectors: vectorsAsked}
		t.Components = synth.AppendResult(nil, int8(c.InvokeID), opSendAuthenticationInfo,
			synth.AppendSendAuthenticationInfoResult(nil, synth.Vectors{Quintuplets: vectorsAsked, Version: 3}, fake))
	} else {
		t.Components = synth.AppendError(nil, int8(c.InvokeID), errUnknownSubscriber, nil)
	}
	d := &s.m3ua.Data
	return e, s.transfer(b, d.DPC, d.OPC, synth.GT(s.sccp.Calling.GT, s.sccp.Calling.SSN), synth.GT(s.sccp.Called.GT, s.sccp.Called.SSN), t)
}

// ended reads an answer.
func (s *ss7) ended() event {
	if !s.wait || s.tcap.DTID.Value != s.otid || s.tcap.Type != tcap.End && s.tcap.Type != tcap.Abort {
		return event{}
	}
	s.wait = false
	c := &s.component
	if c.Kind != tcap.ReturnResultLast || !c.HasCode || s.args.DecodeResult(c.Code, 3, c.Parameter) != nil || s.args.VectorCount == 0 {
		return event{kind: refused, mark: s.under}
	}
	return event{kind: answered, mark: s.under, vectors: int(s.args.VectorCount)}
}
