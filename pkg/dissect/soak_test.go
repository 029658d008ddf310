package dissect

import (
	"math/rand"
	"runtime"
	"slices"
	"testing"
	"time"

	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
)

// counter is a handler that only counts.
type counter struct {
	messages uint64
	warnings map[string]int
}

func (c *counter) Message(*signaling.Message) { c.messages++ }
func (c *counter) Flow(*signaling.FlowEvent)  {}
func (c *counter) Warning(w *signaling.Warning) {
	c.warnings[w.Type+" "+w.State.String()]++
}

// soak is a source of frames: an association whose ends have two addresses each, with
// a network and a tap that lose, double and reorder.
type soak struct {
	rng   *rand.Rand
	d     *Dissector
	a     *synth.Association
	now   int64
	frame uint64
	queue []queued // frames on their way to the dissector, by time
	path  int

	tapLoss, tapDouble, tapLate int // permille
	netLoss                     int

	// What came of it.
	sent, unseen, messagesUnseen, lost uint64
}

type queued struct {
	at   int64
	data []byte
}

// tap is one frame that passes the tap: it may be lost there, come twice, or late.
func (s *soak) tap(frame []byte) (captured bool) {
	if s.rng.Intn(1000) < s.tapLoss {
		return false
	}
	at := s.now
	if s.rng.Intn(1000) < s.tapLate {
		at += int64(s.rng.Intn(30)) * 1e6
	}
	s.queue = append(s.queue, queued{at, frame})
	if s.rng.Intn(1000) < s.tapDouble {
		s.queue = append(s.queue, queued{at + int64(s.rng.Intn(5))*1e6, frame})
	}
	return true
}

// feed hands over what has passed the tap by now.
func (s *soak) feed(all bool) {
	slices.SortStableFunc(s.queue, func(a, b queued) int { return int(a.at - b.at) })
	n := 0
	for ; n < len(s.queue) && (all || s.queue[n].at <= s.now); n++ {
		s.frame++
		s.d.Feed(&capture.Frame{Time: s.queue[n].at, Number: s.frame, Length: len(s.queue[n].data), LinkType: capture.LinkTypeEthernet, Data: s.queue[n].data})
	}
	s.queue = slices.Delete(s.queue, 0, n)
}

func (s *soak) packet(from int, b []byte) []byte {
	src, dst := [2]string{addrA, addrA2}, [2]string{addrB, addrB2}
	if from == 1 {
		src, dst = dst, src
	}
	return ipFrame(src[s.path], dst[s.path], synth.ProtoSCTP, b)
}

// message sends a user message in one or three chunks, and its SACK by any path.
func (s *soak) message(n uint32) {
	msg := synth.Message{Stream: uint16(1 + n%3), PPID: synth.PPIDM3UA, Payload: purgeData(n)}
	pieces := 1
	if n%5 == 0 {
		pieces = 3
	}
	lacks := false
	for i := range pieces {
		s.path = s.rng.Intn(2)
		s.now += 2e6
		tsn, size := s.a.Ends[0].TSN, len(msg.Payload)/pieces
		end := (i + 1) * size
		if i == pieces-1 {
			end = len(msg.Payload)
		}
		b, at := s.a.Open(nil, 0)
		frame := s.packet(0, synth.CloseSCTP(s.a.Fragment(b, 0, msg, msg.Payload[i*size:end], i == 0, i == pieces-1), at))
		s.sent++
		seen := s.tap(frame)
		if i == pieces-1 && s.rng.Intn(1000) < s.netLoss { // pieces have consecutive TSNs
			// The receiver reports it three times, as others overtake it, and then it comes.
			s.lost++
			for k := range uint16(3) {
				s.now += 40e6
				b, at := s.a.Open(nil, 0)
				s.sent++
				if !s.tap(s.packet(0, synth.CloseSCTP(s.a.Data(b, 0, synth.Message{Stream: 4, PPID: synth.PPIDM3UA, Payload: purgeData(1<<30 + n<<2 + uint32(k))}), at))) {
					s.unseen++
					s.messagesUnseen++
				}
				b, at = s.a.Open(nil, 1)
				s.tap(s.packet(1, synth.CloseSCTP(synth.AppendSack(b, tsn-1, 1<<17, [][2]uint16{{2, 2 + k}}, nil), at)))
			}
			s.now += 40e6
			s.path = s.rng.Intn(2)
			if s.tap(s.packet(0, slices.Clone(frame[34:]))) {
				seen = true
			}
		}
		if !seen {
			s.unseen++
			lacks = true
		}
		if s.rng.Intn(2) == 0 || i == pieces-1 {
			s.path = s.rng.Intn(2)
			s.tap(s.packet(1, s.a.SackPacket(nil, 1)))
		}
	}
	if lacks {
		s.messagesUnseen++
	}
	s.feed(false)
}

// TestSoak: an hour of capture time with losses, doubled and late frames at the tap,
// then the same in the network with retransmission. Every chunk that is missing is
// counted, to the last one, and memory stays where it was after the first minutes.
func TestSoak(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    soak
	}{
		{"at the tap", soak{tapLoss: 50, tapDouble: 50, tapLate: 50}},
		{"in the network", soak{netLoss: 50}},
		{"in the network, doubled and late at the tap", soak{netLoss: 50, tapDouble: 50, tapLate: 50}},
		{"everywhere", soak{tapLoss: 50, tapDouble: 50, tapLate: 50, netLoss: 50}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.s
			s.rng = rand.New(rand.NewSource(1))
			h := &counter{warnings: map[string]int{}}
			s.d = New(h, Options{})
			end := func(tag, tsn uint32) synth.SCTPEnd { return synth.SCTPEnd{Port: portM3UA, Tag: tag, TSN: tsn} }
			s.a = synth.NewAssociation(end(0xaaaaaaaa, 0xffffff00), end(0xbbbbbbbb, 5000), synth.NewRand(1))
			begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano()
			s.now = begun
			for i, b := range [][]byte{s.a.Init(nil, 0), s.a.InitAck(nil, 1), s.a.CookieEcho(nil, 0), s.a.CookieAck(nil, 1)} {
				s.frame++
				s.now += 1e6
				s.d.Feed(&capture.Frame{Time: s.now, Number: s.frame, Length: 100, LinkType: capture.LinkTypeEthernet, Data: s.packet(i%2, b)})
			}
			duration, pause := int64(time.Hour), int64(50e6)
			if testing.Short() {
				pause = 500e6
			}
			heap := func() uint64 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			warm := uint64(0)
			for n := uint32(1); s.now-begun < duration; n++ {
				s.message(n)
				s.now += pause
				if warm == 0 && s.now-begun > duration/4 {
					warm = heap()
				}
			}
			// Stream sequence numbers tell of a message when another one follows it.
			was := s
			s.tapLoss, s.netLoss = 0, 0
			for n := range uint32(4) {
				b, at := s.a.Open(nil, 0)
				s.sent++
				s.now += 1e9
				s.tap(s.packet(0, synth.CloseSCTP(s.a.Data(b, 0, synth.Message{Stream: uint16(1 + n), PPID: synth.PPIDM3UA, Payload: purgeData(1<<31 + n)}), at)))
			}
			s.tapLoss, s.netLoss = was.tapLoss, was.netLoss
			s.now += 1e9
			s.tap(s.packet(1, s.a.SackPacket(nil, 1)))
			s.feed(true)
			after := heap()
			s.d.Close()
			c := &s.d.Counters
			t.Logf("%d frames, %d chunks sent, %d unseen in %d messages, %d lost in the network; heap %d KiB, then %d", c.Frames, s.sent, s.unseen, s.messagesUnseen, s.lost, warm>>10, after>>10)
			if c.SCTPMissing != s.unseen || c.SCTPChunks != s.sent-s.unseen {
				t.Errorf("%d chunks missing, %d read, want %d and %d", c.SCTPMissing, c.SCTPChunks, s.unseen, s.sent-s.unseen)
			}
			if c.SCTPMissing-c.SCTPTapLost > 1 { // the last SACK may be lost, too
				t.Errorf("%d of %d missing chunks lost at the tap", c.SCTPTapLost, c.SCTPMissing)
			}
			if c.SCTPMessages != s.messagesUnseen {
				t.Errorf("%d messages missing, want %d", c.SCTPMessages, s.messagesUnseen)
			}
			if s.tapLoss == 0 && c.SCTPNetworkLost != s.lost {
				t.Errorf("%d chunks lost in the network, want %d", c.SCTPNetworkLost, s.lost)
			}
			if s.netLoss == 0 && c.SCTPNetworkLost != 0 {
				t.Errorf("%d chunks lost in a network that lost none", c.SCTPNetworkLost)
			}
			if s.lost+s.unseen == 0 {
				t.Error("nothing was lost: the test tests nothing")
			}
			if after > warm+warm/8+1<<20 {
				t.Errorf("memory grew from %d to %d octets", warm, after)
			}
			if want := s.tapLoss > 0; (h.warnings["missing-chunks raised"] == 1) != want || h.warnings["missing-chunks cleared"] != 0 {
				t.Errorf("warnings %v", h.warnings)
			}
			checkAccounts(t, s.d)
		})
	}
}
