package reassembly

import (
	"encoding/binary"
	"testing"

	"sigtransit/decoders/sctp"
)

// sackOf decodes a SACK with gap blocks, as offsets from its cumulative TSN, and
// duplicates.
func sackOf(cum uint32, gaps [][2]uint16, dups ...uint32) *sctp.Sack {
	v := binary.BigEndian.AppendUint32(nil, cum)
	v = append(v, 0, 0, 0, 0, 0, byte(len(gaps)), 0, byte(len(dups)))
	for _, g := range gaps {
		v = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(v, g[0]), g[1])
	}
	for _, d := range dups {
		v = binary.BigEndian.AppendUint32(v, d)
	}
	s := &sctp.Sack{}
	if err := s.Decode(&sctp.Chunk{Type: sctp.ChunkSack, Value: v}); err != nil {
		panic(err)
	}
	return s
}

// TestLoss: what becomes of each TSN of a direction that begins with 100.
func TestLoss(t *testing.T) {
	type step func(s *SCTP, c *Counters)
	send := func(tsn uint32) step { return func(s *SCTP, c *Counters) { s.Accept(tsn, c) } }
	again := func(now int64, tsn uint32) step { return func(s *SCTP, c *Counters) { s.Again(now, tsn, c) } }
	ack := func(now int64, cum uint32) step { return func(s *SCTP, c *Counters) { s.Acked(now, cum, nil, c) } }
	sack := func(now int64, k *sctp.Sack) step {
		return func(s *SCTP, c *Counters) { s.Acked(now, k.CumulativeTSN, k, c) }
	}
	settle := func(now int64) step { return func(s *SCTP, c *Counters) { s.Settle(now) } }
	forward := func(cum uint32) step { return func(s *SCTP, c *Counters) { s.Forward(cum, c) } }
	gap := func(first, last uint16) [][2]uint16 { return [][2]uint16{{first, last}} }
	for _, tt := range []struct {
		name    string
		steps   []step
		missing uint64
		want    Loss
	}{
		{"all there", []step{send(100), send(101), ack(0, 101)}, 0, Loss{}},
		{"acknowledged, never seen", []step{send(100), send(102), ack(0, 102)}, 1, Loss{Tap: 1}},
		{"the last one, likewise", []step{send(100), ack(0, 101)}, 1, Loss{Tap: 1}},
		{"never acknowledged", []step{send(100), send(102), ack(0, 100)}, 1, Loss{}},
		{"late, behind its acknowledgement", []step{send(100), ack(0, 102), send(102), send(101)}, 0, Loss{}},
		{"too late", []step{send(100), send(102), ack(0, 102), settle(1), settle(1 + settleAfter), send(101)}, 1, Loss{Tap: 1}},
		{"given up only when acknowledged", []step{send(100), send(102), ack(0, 100), settle(1), settle(1 + settleAfter), send(101)}, 0, Loss{}},
		{"given up after a minute", []step{send(100), send(102), settle(1), settle(1 + giveUpAfter), send(101)}, 1, Loss{}},
		{"reported and sent again", []step{send(100), send(101), send(102), sack(0, sackOf(100, gap(2, 2))), again(1, 101), ack(2, 102)}, 0, Loss{Network: 1}},
		{"reported and only overtaken", []step{send(100), send(101), send(102), sack(0, sackOf(100, gap(2, 2))), ack(2, 102)}, 0, Loss{}},
		{"sent again by a timer", []step{send(100), again(1, 100), ack(2, 100)}, 0, Loss{Network: 1}},
		{"sent again, had come", []step{send(100), again(1, 100), sack(2, sackOf(100, nil, 100))}, 0, Loss{Needless: 1, Doubled: 1}},
		{"sent again when acknowledged", []step{send(100), ack(0, 100), again(1, 100)}, 0, Loss{Needless: 1}},
		{"reported, and lost at the tap when sent again", []step{send(100), send(102), sack(0, sackOf(100, gap(2, 2))), ack(2, 102)}, 1, Loss{Tap: 1}},
		{"given up by the sender, seen", []step{ack(0, 99), send(100), forward(100), ack(1, 100)}, 0, Loss{Abandoned: 1}},
		{"given up by the sender, and nothing heard of the receiver", []step{send(100), send(101), forward(103), forward(103)}, 2, Loss{Abandoned: 2, AbandonedUnseen: 2}},
		{"given up by the sender, not seen", []step{send(100), ack(0, 100), send(102), sack(1, sackOf(100, gap(2, 2))), forward(102), ack(2, 102)}, 1, Loss{Abandoned: 1, AbandonedUnseen: 1}},
		{"given up twice", []step{ack(0, 99), forward(101), forward(101), ack(2, 101)}, 2, Loss{Abandoned: 2, AbandonedUnseen: 2}},
		{"acknowledgements out of all bounds", []step{send(100), ack(0, 1<<30), ack(0, 0xfff00000)}, 0, Loss{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s SCTP
			var c Counters
			s.Start(100)
			for _, step := range tt.steps {
				step(&s, &c)
			}
			s.Finish()
			if missing, _, got := s.Take(); missing != tt.missing || got != tt.want {
				t.Errorf("%d missing, %+v, want %d, %+v", missing, got, tt.missing, tt.want)
			}
		})
	}
}

// TestLossUnseen: a direction of which nothing was ever seen.
func TestLossUnseen(t *testing.T) {
	var s SCTP
	var c Counters
	for cum := uint32(0xfffffff0); cum != 100; cum++ {
		s.Acked(0, cum, nil, &c)
	}
	if got := s.Acknowledged(); got != 115 {
		t.Errorf("%d acknowledged, want 115", got)
	}
	s.Finish()
	if missing, _, l := s.Take(); missing != 115 || l.Tap != 115 {
		t.Errorf("%d missing, %d at the tap", missing, l.Tap)
	}
}

// TestStreams: user messages by stream sequence numbers.
func TestStreams(t *testing.T) {
	for _, tt := range []struct {
		name  string
		begun bool // from its first message on
		ssn   []uint32
		want  uint64
	}{
		{"all", true, []uint32{0, 1, 2}, 0},
		{"the first missing", true, []uint32{1, 2}, 1},
		{"joined", false, []uint32{100, 101, 103}, 1},
		{"joined, an earlier one late", false, []uint32{100, 98, 101}, 1},
		{"late", true, []uint32{0, 2, 3, 1}, 0},
		{"over the wrap", false, []uint32{65534, 1, 65535}, 1},
		{"reset", true, []uint32{0, 1, 2, 0, 1, 2}, 0},
		{"another numbering", false, []uint32{5, 30000, 30002}, 1},
	} {
		var s SCTP
		if tt.begun {
			s.Start(1)
		}
		for _, n := range tt.ssn {
			s.Whole(3, n)
		}
		s.started = true
		s.Finish()
		if _, got, _ := s.Take(); got != tt.want {
			t.Errorf("%s: %d messages missing, want %d", tt.name, got, tt.want)
		}
	}
}

// FuzzLoss: no order of chunks, acknowledgements and abandonments panics, makes a
// table grow beyond its bound, or loses more at the tap than is missing.
func FuzzLoss(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 1, 0, 0, 3, 2, 0, 0, 4, 3, 0, 1, 2, 4, 0, 0, 9})
	f.Fuzz(func(t *testing.T, in []byte) {
		var s SCTP
		var c Counters
		s.Start(0xfffffff0)
		now := int64(1)
		for len(in) >= 4 {
			now += int64(in[3]) << 26
			tsn := 0xfffffff0 + uint32(in[1])<<14 + uint32(in[2])
			switch in[0] % 8 {
			case 0, 1:
				if s.Accept(tsn, &c) == TSNNew {
					s.Late(now, tsn)
				} else {
					s.Again(now, tsn, &c)
				}
			case 2, 3:
				s.Acked(now, tsn, nil, &c)
			case 4:
				s.Acked(now, tsn, sackOf(tsn, [][2]uint16{{uint16(in[3]), uint16(in[3]) * 3}}, tsn-uint32(in[3])), &c)
			case 5:
				s.Forward(tsn, &c)
			case 6:
				s.Whole(uint16(in[1]), uint32(in[2])<<6)
			case 7:
				s.Settle(now)
			}
			if s.judge != nil && len(s.judge.reports) > maxReports {
				t.Fatal("too many reports")
			}
			in = in[4:]
		}
		s.Finish()
		if s.Tap+s.AbandonedUnseen > s.Missing || s.Missing > 1<<40 || s.Outstanding() != 0 {
			t.Fatalf("missing %d, %+v, outstanding %d", s.Missing, s.Loss, s.Outstanding())
		}
	})
}

// TestLossBehindFloor: the first acknowledgement of a direction that began in the middle may
// be of what came before; what is lost later counts all the same.
func TestLossBehindFloor(t *testing.T) {
	var s SCTP
	var c Counters
	s.Accept(1000, &c)
	s.Acked(0, 990, nil, &c)
	for now := range int64(4) {
		s.Settle(now)
	}
	for tsn := uint32(1001); tsn < 1100; tsn++ {
		if tsn != 1050 {
			s.Accept(tsn, &c)
		}
	}
	s.Acked(5, 1099, nil, &c)
	s.Finish()
	if want := (Loss{Tap: 1}); s.Loss != want || s.Missing != 1 || s.floor != 1000 {
		t.Errorf("missing %d, %+v, floor %d; want 1 of 1050 and the floor where it was", s.Missing, s.Loss, s.floor)
	}
}

// TestForwardLater: what the sender gives up counts also where the direction began, or
// what was acknowledged or given up last, is more than half of all numbers behind.
func TestForwardLater(t *testing.T) {
	var s SCTP
	var c Counters
	s.Start(1)
	s.Acked(0, 0, nil, &c)
	s.Forward(0, &c)
	tsn := uint32(0)
	for range 2100 {
		tsn += tsnJump - 1
		s.Accept(tsn, &c)
		s.Settle(1)
	}
	for range 4 { // what is outstanding is given up
		tsn += tsnWindowMax / 4
		s.Accept(tsn, &c)
	}
	s.Settle(1)
	s.Settle(1 + giveUpAfter)
	s.Settle(1 + 2*giveUpAfter)
	before := s.Loss
	for i := range uint32(3) {
		s.Accept(s.high+1, &c)
		s.Forward(s.high+10*(i+1), &c)
	}
	if s.Abandoned-before.Abandoned != 60 || s.AbandonedUnseen-before.AbandonedUnseen != 60 {
		t.Errorf("%+v, then %+v; want 60 more given up", before, s.Loss)
	}
}

// TestLossAllocates: nothing, on a direction that goes its way or loses now and then.
func TestLossAllocates(t *testing.T) {
	var s SCTP
	var c Counters
	s.Start(0)
	tsn, now := uint32(0), int64(0)
	k := sackOf(0, [][2]uint16{{2, 3}})
	round := func() {
		for range 20 {
			s.Accept(tsn, &c)
			s.Whole(1, tsn)
			s.Acked(now, tsn, nil, &c)
			tsn++
		}
		s.Accept(tsn+1, &c)
		k.CumulativeTSN = tsn - 1
		s.Acked(now, tsn-1, k, &c)
		s.Accept(tsn, &c)
		tsn += 2
		now += second
		s.Acked(now, tsn-1, nil, &c)
		s.Settle(now)
	}
	round()
	if n := testing.AllocsPerRun(100, round); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
