package canary

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"sigtransit/decoders/diameter"
	"sigtransit/pkg/synth"
)

// diameterPeer speaks Diameter: the base protocol (RFC 6733) and the
// Authentication-Information of S6a.
type diameterPeer struct {
	listening bool
	id        uint8
	local     netip.Addr // for Host-IP-Address

	session  uint32
	hopByHop uint32
	endToEnd uint32
	asked    uint32 // Hop-by-Hop Identifier of the request under way
	under    Mark
	wait     bool
	started  time.Time
	message  diameter.Message
}

const (
	resultSuccess       = 2001
	commandUnsupported  = 3001
	disconnectRebooting = 0  // RFC 6733 5.4.3
	endToEndRandom      = 20 // low bits of an End-to-End Identifier that are random (RFC 6733 3)
	productName         = "sigtransit canary"
)

func newDiameter(listening bool, id uint8, local netip.Addr) *diameterPeer {
	now := time.Now()
	return &diameterPeer{
		listening: listening, id: id, local: local, started: now, hopByHop: rand.Uint32(),
		endToEnd: uint32(now.Unix())<<endToEndRandom | rand.Uint32()>>(32-endToEndRandom),
	}
}

func (d *diameterPeer) self() synth.Peer {
	if d.listening {
		return listenerPeer
	}
	return senderPeer(d.id)
}

// next numbers a request.
func (d *diameterPeer) next() (hopByHop, endToEnd uint32) {
	d.hopByHop++
	d.endToEnd++
	return d.hopByHop, d.endToEnd
}

func (d *diameterPeer) capabilities() synth.Capabilities {
	c := synth.Capabilities{Peer: d.self(), Product: productName, Apps: []uint32{synth.AppS6a}}
	if d.local.IsValid() {
		c.Addresses = []netip.Addr{d.local}
	}
	return c
}

func (d *diameterPeer) hello(b []byte) []byte {
	c := d.capabilities()
	c.HopByHop, c.EndToEnd = d.next()
	return synth.AppendCER(b, c)
}

func (d *diameterPeer) ping(b []byte) []byte {
	h, e := d.next()
	return synth.AppendDWR(b, d.self(), h, e)
}

func (d *diameterPeer) bye(b []byte) []byte {
	h, e := d.next()
	return synth.AppendDPR(b, d.self(), h, e, disconnectRebooting)
}

func (d *diameterPeer) request(b []byte, m Mark) []byte {
	d.session++
	h, e := d.next()
	d.asked, d.under, d.wait = h, m, true
	x := synth.Exchange{
		App: synth.AppS6a, HopByHop: h, EndToEnd: e, SessionID: synth.SessionID(d.self().Host, d.started, d.session),
		Origin: d.self(), Destination: listenerPeer, RouteRecord: []string{hopHost},
	}
	return synth.AppendAIR(b, x, m.IMSI(), plmn, vectorsAsked)
}

func (d *diameterPeer) take(b, message []byte) (event, []byte) {
	m := &d.message
	if m.Decode(message) != nil {
		return event{kind: broken}, b
	}
	if m.IsRequest() {
		return d.asks(b)
	}
	switch m.Command {
	case synth.CmdCapabilities:
		if m.ResultCode != resultSuccess {
			return event{kind: refused}, b
		}
		return event{kind: ready}, b
	case synth.CmdWatchdog:
		return event{kind: pong}, b
	case synth.CmdDisconnect:
		return event{kind: leaving}, b
	case synth.CmdAI:
		if !d.wait || m.HopByHop != d.asked {
			return event{}, b
		}
		d.wait = false
		if m.ResultCode != resultSuccess || m.VectorCount == 0 {
			return event{kind: refused, mark: d.under}, b
		}
		return event{kind: answered, mark: d.under, vectors: int(m.VectorCount)}, b
	}
	return event{}, b
}

// asks answers a request.
func (d *diameterPeer) asks(b []byte) (event, []byte) {
	m := &d.message
	switch m.Command {
	case synth.CmdCapabilities:
		c := d.capabilities()
		c.HopByHop, c.EndToEnd, c.ResultCode = m.HopByHop, m.EndToEnd, resultSuccess
		return event{kind: ready}, synth.AppendCEA(b, c)
	case synth.CmdWatchdog:
		return event{}, synth.AppendDWA(b, d.self(), m.HopByHop, m.EndToEnd)
	case synth.CmdDisconnect:
		return event{kind: leaving}, synth.AppendDPA(b, d.self(), m.HopByHop, m.EndToEnd)
	}
	x := synth.Exchange{App: m.AppID, HopByHop: m.HopByHop, EndToEnd: m.EndToEnd, SessionID: string(m.SessionID), Origin: d.self()}
	if !d.listening || m.Command != synth.CmdAI || m.AppID != synth.AppS6a {
		return event{}, synth.AppendEmptyAnswer(b, x, m.Command, synth.ResultCode{Code: commandUnsupported})
	}
	mark, ok := ReadMark(m.IMSI)
	if !ok {
		return event{}, synth.AppendAIA(b, x, synth.ErrorUserUnknown, 0, fake)
	}
	return event{kind: requested, mark: mark, vectors: vectorsAsked}, synth.AppendAIA(b, x, synth.Success, vectorsAsked, fake)
}
