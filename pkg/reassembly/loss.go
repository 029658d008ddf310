package reassembly

import (
	"slices"

	"sigtransit/decoders/sctp"
)

// Loss says where the chunks of one direction were lost. All only grow.
//
// A chunk that the receiver acknowledged and the capture lacks was lost at the tap:
// in the mirror port, on the way to the capture, or in it. One that the receiver
// reported missing, or did not acknowledge until it was sent again, was lost in the
// network: the capture shows what happened there and lacks nothing.
type Loss struct {
	// Tap counts chunks that the receiver acknowledged and the capture lacks. They are
	// part of Missing.
	Tap uint64
	// Network counts chunks that were lost between the ends and sent again, whether or
	// not the tap saw the copy that was lost.
	Network uint64
	// Needless counts chunks sent again although they had arrived, as the receiver says.
	Needless uint64
	// Doubled counts the chunks that the receiver reported to have come twice: sent
	// again, or doubled by the network.
	Doubled uint64
	// Abandoned counts chunks that the sender gave up (FORWARD-TSN, RFC 3758), and
	// AbandonedUnseen those of them that the capture lacks; these are part of Missing.
	Abandoned, AbandonedUnseen uint64
}

// Bounds and times of judgement.
const (
	// settleAfter is how long a chunk that was acknowledged may come late in the
	// capture (mirrors and merged files reorder) before it counts as lost at the tap.
	settleAfter = 5 * second
	// giveUpAfter is the same for one that nobody acknowledged: its retransmission may
	// take a retransmission timeout of up to 60 s (RFC 9260 16).
	giveUpAfter = 60 * second
	// A chunk seen first after it was reported missing was sent again if there were
	// reports enough for a fast retransmission (RFC 9260 7.2.4), or time for one by
	// timeout; else the network reordered.
	fastReports = 3
	lateAfter   = second / 5
	// lingerAfter is how long after its acknowledgement a chunk that was sent again may
	// still be reported as having come twice.
	lingerAfter = second / 2
	maxReports  = 1024
)

// mark is a TSN and the time at which all before it had been sent.
type mark struct {
	tsn uint32
	at  int64 // 0: none
}

// judge is what it takes to tell losses apart while there are any.
type judge struct {
	reports []report // by TSN
	gapEnd  uint32   // behind the highest TSN that gap blocks acknowledged
	hasGaps bool
}

// report is a chunk that the receiver reported missing or that was sent again.
type report struct {
	tsn   uint32
	n     uint8 // SACKs that reported it
	again bool  // sent again
	done  bool  // received, at at
	at    int64 // first reported or sent again
}

// unseen is how many chunks of a direction were acknowledged of which none was seen.
func (s *SCTP) unseen() uint64 {
	if s.started || !s.heard {
		return 0
	}
	return uint64(s.acked - s.floor)
}

// Acked takes what a SACK or SHUTDOWN says: that all TSNs up to cum have arrived,
// and in sack, where there is more, which behind it (RFC 9260 3.3.4). A cumulative
// acknowledgement without gap blocks of a direction without losses costs a few
// comparisons.
func (s *SCTP) Acked(now int64, cum uint32, sack *sctp.Sack, c *Counters) {
	d := int32(cum + 1 - s.acked)
	if s.heard && sack == nil && !s.judging {
		if uint32(d) < tsnWindowMax && (!s.started || int32(cum+1-s.next) < tsnWindowMax) {
			s.acked = cum + 1
		} else if d > 0 || d < -tsnJump {
			s.hear(cum)
		}
		return
	}
	if !s.heard {
		s.hear(cum)
		if sack == nil || !s.heard {
			return
		}
	} else if d > 0 {
		if s.hear(cum); !s.heard {
			return
		}
	}
	if s.started && (sack != nil || s.judging) {
		s.weigh(now, cum, sack, c)
	}
}

// hear believes an acknowledgement that fits the numbering, and begins another
// numbering where none of the direction was seen yet.
func (s *SCTP) hear(cum uint32) {
	switch {
	case s.started:
		if d := int32(cum + 1 - s.next); d > -tsnWindowMax && d < tsnWindowMax {
			if !s.heard || int32(cum+1-s.acked) > 0 {
				s.acked = cum + 1
			}
			s.heard = true
		}
	case s.heard && uint32(cum+1-s.acked) < tsnJump:
		s.acked = cum + 1
	default:
		s.Tap += s.unseen()
		s.Missing += s.unseen()
		s.acked, s.floor, s.heard = cum+1, cum+1, true
	}
}

// meet is called with the first TSN of a direction: what was acknowledged before, as
// far as it cannot have been under way when the capture began, was lost at the tap.
func (s *SCTP) meet(tsn uint32) {
	if n := s.unseen(); n > joinSlack {
		s.Tap += n
		s.Missing += n
	}
	if d := int32(s.acked - tsn); d < -tsnWindowMax || d > tsnWindowMax {
		s.heard = false
	}
}

// weigh compares the reports of losses with a SACK.
func (s *SCTP) weigh(now int64, cum uint32, sack *sctp.Sack, c *Counters) {
	if s.judge == nil {
		s.judge = &judge{}
	}
	j := s.judge
	if int32(cum+1-s.acked) < 0 {
		return // an old one, overtaken
	}
	if sack != nil {
		s.Doubled += uint64(sack.NumDups)
		for i := range sack.NumDups {
			s.twice(sack.Dup(i))
		}
		j.hasGaps = sack.NumGaps > 0
		at := cum + 1
		size := cap(j.reports)
		for i := range sack.NumGaps {
			first, last := sack.Gap(i)
			if int32(first-at) < 0 || int32(last-first) < 0 {
				break // blocks out of order: RFC 9260 has them sorted
			}
			j.reported(now, at, first)
			at = last + 1
			j.arrived(now, first, at)
		}
		j.gapEnd = at
		c.Grown += uint64(cap(j.reports)-size) * reportSize
	}
	j.arrived(now, s.acked-tsnWindowMax, s.acked)
	kept := j.reports[:0]
	for _, r := range j.reports {
		if r.done && now-r.at > lingerAfter {
			s.settle(r)
			continue
		}
		kept = append(kept, r)
	}
	j.reports = kept
	s.judging = len(kept) > 0
}

func (j *judge) find(tsn uint32) (int, bool) {
	// The reports lie close together, so their order is that of the TSNs.
	return slices.BinarySearchFunc(j.reports, tsn, func(r report, t uint32) int { return int(int32(r.tsn - t)) })
}

// arrived notes that the TSNs from a up to b were received.
func (j *judge) arrived(now int64, a, b uint32) {
	i, _ := j.find(a)
	for ; i < len(j.reports) && int32(b-j.reports[i].tsn) > 0; i++ {
		if r := &j.reports[i]; !r.done {
			r.done, r.at = true, now
		}
	}
}

// settle counts a chunk that was reported or sent again and arrived.
func (s *SCTP) settle(r report) {
	if r.again {
		s.Network++
	}
}

// twice: the receiver got a chunk for the second time.
func (s *SCTP) twice(tsn uint32) {
	if i, ok := s.judge.find(tsn); ok && s.judge.reports[i].again {
		s.Needless++
		s.judge.reports = slices.Delete(s.judge.reports, i, i+1)
	}
}

// reported: the receiver lacks the chunks from a up to b, which others behind them have
// overtaken.
func (j *judge) reported(now int64, a, b uint32) {
	i, _ := j.find(a)
	for ; a != b; a, i = a+1, i+1 {
		if i == len(j.reports) || j.reports[i].tsn != a {
			if len(j.reports) >= maxReports {
				return
			}
			j.reports = slices.Insert(j.reports, i, report{tsn: a, at: now})
		}
		if r := &j.reports[i]; !r.done {
			r.n = min(r.n+1, fastReports)
		}
	}
}

const reportSize = 16

// Again takes a chunk that the capture had before, and that is no second copy of the
// same packet: the sender sent it again.
func (s *SCTP) Again(now int64, tsn uint32, c *Counters) {
	if s.judge == nil {
		s.judge = &judge{}
	}
	j := s.judge
	i, ok := j.find(tsn)
	if ok {
		j.reports[i].again = true
		return
	}
	if s.heard && int32(tsn-s.acked) < 0 {
		s.Needless++
		return
	}
	if len(j.reports) < maxReports && s.Expects(tsn) {
		size := cap(j.reports)
		j.reports = slices.Insert(j.reports, i, report{tsn: tsn, at: now, again: true})
		c.Grown += uint64(cap(j.reports)-size) * reportSize
		s.judging = true
	}
}

// Judging says that chunks were reported missing, or sent again, and are not settled.
func (s *SCTP) Judging() bool { return s.judging }

// Reported says that the receiver reported a chunk missing and that it was not sent
// again since.
func (s *SCTP) Reported(tsn uint32) bool {
	if !s.judging {
		return false
	}
	i, ok := s.judge.find(tsn)
	return ok && s.judge.reports[i].n > 0 && !s.judge.reports[i].again
}

// Acknowledged is how many chunks of a direction the receiver acknowledged since it
// is known.
func (s *SCTP) Acknowledged() uint64 {
	if d := int32(s.acked - s.floor); s.heard && d > 0 {
		return uint64(d)
	}
	return 0
}

// Late takes a chunk that came out of order and for the first time.
func (s *SCTP) Late(now int64, tsn uint32) {
	if !s.judging {
		return
	}
	if i, ok := s.judge.find(tsn); ok {
		if r := &s.judge.reports[i]; r.n >= fastReports || !r.done && now-r.at >= lateAfter {
			r.again = true
		}
	}
}

// Forward takes the word of the sender that it gave up all TSNs up to cum that the
// receiver has not acknowledged (RFC 3758 3.2).
func (s *SCTP) Forward(cum uint32, c *Counters) {
	if d := int32(cum - s.next); !s.started || d < -tsnWindowMax || d >= tsnWindowMax {
		return
	}
	end := cum + 1
	from := s.next // where the receiver is not heard, only what the capture lacks counts
	if s.heard && s.acked-s.next+tsnWindowMax < 2*tsnWindowMax {
		from = s.acked
	}
	if s.joined {
		from = later(from, s.floor)
	}
	if s.forwarded && s.forward-from <= 2*tsnWindowMax { // else it was long ago
		from = s.forward
	}
	s.forward, s.forwarded = later(end, from), true
	if j := s.judge; j != nil {
		if j.hasGaps && int32(j.gapEnd-from) > 0 { // what lies between gap blocks was reported
			i, _ := j.find(from)
			for ; i < len(j.reports) && int32(end-j.reports[i].tsn) > 0 && int32(j.gapEnd-j.reports[i].tsn) > 0; i++ {
				if r := j.reports[i]; !r.done {
					s.abandon(r.tsn, r.tsn+1, c)
				}
			}
			from = j.gapEnd
		}
		j.reports = slices.DeleteFunc(j.reports, func(r report) bool { return !r.done && int32(end-r.tsn) > 0 })
		s.judging = len(j.reports) > 0
	}
	if int32(end-from) > 0 {
		s.abandon(from, end, c)
	}
}

// abandon counts the TSNs from a up to b as given up; nobody waits for them.
func (s *SCTP) abandon(a, b uint32, c *Counters) {
	s.Abandoned += uint64(b - a)
	n := s.holes(a, b)
	if n == 0 {
		return
	}
	s.AbandonedUnseen += n
	s.Missing += n
	s.fit(b-1, c)
	if a = later(a, s.next); int32(b-a) > 0 {
		for w, mask := range s.words(a, b) {
			*w |= mask
		}
	}
	s.high = later(s.high, b-1)
	s.advance()
}

// Settle judges what has been outstanding for so long that it will not come any
// more. It is called now and then.
func (s *SCTP) Settle(now int64) {
	// A direction that began in the middle may be acknowledged up to before its floor.
	if n := s.acked - s.floor; s.heard && n > 1<<30 && (!s.started || int32(n) > 0) {
		s.floor += 1 << 29 // so that the difference does not wrap
		if !s.started {
			s.Tap += 1 << 29
			s.Missing += 1 << 29
		}
	}
	if !s.started {
		return
	}
	if s.judging {
		s.settleReports(now)
	}
	end := s.sent()
	if s.next == end {
		s.soon.at, s.late.at = 0, 0
		if len(s.frags) == 0 {
			s.streams.settle()
		}
		return
	}
	if s.soon.at != 0 && now-s.soon.at >= settleAfter {
		if s.heard {
			s.passOver(earlier(s.soon.tsn, s.acked))
		}
		s.soon.at = 0
	}
	if s.late.at != 0 && now-s.late.at >= giveUpAfter {
		s.passOver(s.late.tsn)
		s.late.at = 0
	}
	for _, m := range []*mark{&s.soon, &s.late} {
		if m.at == 0 || m.at > now {
			*m = mark{end, now}
		}
	}
}

func (s *SCTP) settleReports(now int64) {
	j := s.judge
	j.reports = slices.DeleteFunc(j.reports, func(r report) bool {
		if age := now - r.at; age < giveUpAfter && !(r.done && age > lingerAfter) {
			return false
		}
		s.settle(r)
		return true
	})
	s.judging = len(j.reports) > 0
}

// settleAll judges all that is outstanding: nothing more comes.
func (s *SCTP) settleAll() {
	if n := s.unseen(); n > 0 {
		s.Tap += n
		s.Missing += n
		s.heard = false
	}
	if !s.started {
		return
	}
	if s.judge != nil {
		for _, r := range s.judge.reports {
			s.settle(r)
		}
		s.judge.reports, s.judging = s.judge.reports[:0], false
	}
	s.passOver(s.sent())
	s.soon.at, s.late.at = 0, 0
	s.streams.settle()
}

// Finish judges what is outstanding at the end of a capture.
func (s *SCTP) Finish() { s.settleAll() }
