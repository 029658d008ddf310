package canary

import (
	"net/netip"

	"sigtransit/pkg/synth"
)

// speaker is one end of a conversation, without the connection: what it says, and
// what it makes of what the other end says. Messages come whole; any octets may be in
// them. Methods append to b.
type speaker interface {
	// hello is the sender's first message.
	hello(b []byte) []byte
	// take reads a message of the other end and appends what to answer with, if
	// anything. It keeps nothing of the message.
	take(b, message []byte) (event, []byte)
	// request asks for vectors of a subscriber.
	request(b []byte, m Mark) []byte
	// ping asks whether the other end is there.
	ping(b []byte) []byte
	// bye takes leave; nothing for an end that just closes.
	bye(b []byte) []byte
}

// event is what a message means.
type event struct {
	kind    eventKind
	mark    Mark // of a request or an answer
	vectors int  // in an answer
}

type eventKind uint8

const (
	nothing   eventKind = iota // of interest
	ready                      // the handshake is over
	requested                  // vectors of a canary's subscriber
	answered                   // the request under way
	pong
	leaving // the other end takes leave, or has taken ours
	refused // the handshake, or the request under way
	broken  // not of the protocol
)

// vectorsAsked is how many vectors a canary asks for and gets. Two fit a UDT.
const vectorsAsked = 2

// fake is what the octets of all vectors say.
var fake = synth.Fill("CANARY-NOT-A-KEY")

// newSpeaker is the sending or listening end for a transport. id is the sender's.
func newSpeaker(t Transport, listening bool, id uint8, local netip.Addr) speaker {
	if t == SCTP {
		return newSS7(listening, id)
	}
	return newDiameter(listening, id, local)
}
