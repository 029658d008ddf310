package canary

import "net/netip"

// Said is a message of a conversation and who said it: 0 the sender.
type Said struct {
	From   int
	Octets []byte
}

// Converse lets both ends of a canary talk to each other without a connection: the
// handshake, n exchanges, a keep-alive, the leave.
func Converse(t Transport, id uint8, n int) (all []Said, vectors int) {
	ends := [2]speaker{newSpeaker(t, false, id, netip.MustParseAddr("192.0.2.1")), newSpeaker(t, true, 0, netip.MustParseAddr("198.51.100.1"))}
	say := func(m []byte) {
		for from := 0; len(m) > 0; from = 1 - from {
			all = append(all, Said{from, m})
			var e event
			if e, m = ends[1-from].take(nil, m); from == 1 && e.kind == answered {
				vectors += e.vectors
			}
		}
	}
	say(ends[0].hello(nil))
	for i := range n {
		say(ends[0].request(nil, Mark{id, uint16(i)}))
	}
	say(ends[0].ping(nil))
	say(ends[0].bye(nil))
	return all, vectors
}

// Take has an end that has a request under way take octets, twice.
func Take(t Transport, listening bool, octets []byte) {
	s := newSpeaker(t, listening, 1, netip.Addr{})
	s.request(nil, Mark{1, 1})
	for range 2 {
		if _, b := s.take(nil, octets); len(b) > 4*(len(octets)+1024) {
			panic("a short message made a long one")
		}
	}
}

const (
	GTPrefix = gtPrefix
	PPID     = 3
)

// HasSCTP is nil where the kernel opens sockets of SCTP.
func HasSCTP() error {
	l, err := listen(SCTP, "0.0.0.0:0")
	if err == nil {
		l.close()
	}
	return err
}
