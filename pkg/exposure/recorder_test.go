package exposure

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

const tenOClock = 1795341600 // at(0), in seconds

// TestRows: what stands in which row, counted by hand.
func TestRows(t *testing.T) {
	key := func(carrier string, class signaling.Class, e, watched signaling.Evidence) Key {
		return Key{Partner: "NPLTE", Carrier: carrier, Service: signaling.ServiceSS7, Class: class, Direction: signaling.Outbound, Evidence: e, Watched: watched, Subscriber: signaling.WhoseHome}
	}
	const (
		auth     = signaling.ClassAuthentication
		location = signaling.ClassLocation
		none     = signaling.EvidenceNone
		adjacent = signaling.EvidenceAdjacent
		address  = signaling.EvidenceAddress
		declared = signaling.EvidenceDeclared
	)
	type sent struct {
		m *signaling.Message
		v []rules.Verdict
	}
	request := func(class signaling.Class, imsi string) *signaling.Message { return message(at(1), class, imsi) }
	answer := func(to *signaling.Message, k signaling.Kind) *signaling.Message {
		m := *to
		m.Kind = k
		return &m
	}
	again := func(m *signaling.Message) *signaling.Message {
		n := *m
		n.Duplicate = true
		return &n
	}
	a, b := request(auth, "001010000000001"), request(auth, "001010000000002")
	back := *a
	back.Memory, back.Faults = nil, signaling.FaultReturned
	asked, told := answer(a, signaling.KindInvoke), answer(a, signaling.KindResult)
	asked.IMSI, asked.MSISDN = telecom.Digits{}, telecom.MustDigits("99970123456")
	told.MSISDN = asked.MSISDN
	tests := []struct {
		name string
		sent []sent
		want []flat
	}{
		{"path unknown", []sent{{a, nil}, {answer(a, signaling.KindResult), nil}}, []flat{
			{Key: key(PathUnknown, auth, none, none), Messages: 2, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, auth, none, none), Messages: 2, Dialogues: 1, Subscribers: 1},
		}},
		{"one carrier, refused", []sent{{a, []rules.Verdict{verdict(blue, adjacent)}}, {answer(a, signaling.KindError), []rules.Verdict{verdict(blue, adjacent)}}, {b, []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 3, Dialogues: 2, Refused: 1, Subscribers: 2},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 3, Dialogues: 2, Refused: 1, Subscribers: 2},
		}},
		{"two carriers are one message", []sent{{a, []rules.Verdict{verdict(green, adjacent), verdict(blue, address)}}}, []flat{
			{Key: key(Total, auth, adjacent, address), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, address, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("green-hub", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"a declaration proves no path", []sent{{a, []rules.Verdict{verdict(blue, declared)}}}, []flat{
			{Key: key(PathUnknown, auth, declared, declared), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, auth, declared, declared), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, declared, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"a dialogue of two classes", []sent{{a, nil}, {func() *signaling.Message { m := answer(a, signaling.KindInvoke); m.Class = location; return m }(), nil}}, []flat{
			{Key: key(PathUnknown, auth, none, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key(PathUnknown, location, none, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, auth, none, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, location, none, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		// sendRoutingInfoForSM: asked by number, answered by IMSI.
		{"a dialogue that names one by both", []sent{{asked, nil}, {told, nil}, {answer(told, signaling.KindResult), nil}}, []flat{
			{Key: key(PathUnknown, auth, none, none), Messages: 3, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, auth, none, none), Messages: 3, Dialogues: 1, Subscribers: 1},
		}},
		{"a dialogue that asks about two", []sent{{asked, nil}, {told, nil}, {answer(told, signaling.KindInvoke), nil}}, []flat{
			{Key: key(PathUnknown, auth, none, none), Messages: 3, Dialogues: 1, Subscribers: 2},
			{Key: key(Total, auth, none, none), Messages: 3, Dialogues: 1, Subscribers: 2},
		}},
		{"a second copy that tells nothing more", []sent{{a, []rules.Verdict{verdict(blue, adjacent)}}, {again(a), nil}, {again(a), []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"SCCP sends it back: read twice, in one dialogue", []sent{{a, []rules.Verdict{verdict(blue, adjacent)}}, {&back, []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 2, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 2, Dialogues: 1, Subscribers: 1},
		}},
		// The mirror of an STP: in from home's HLR, out to the carrier.
		{"a second copy that comes over a carrier", []sent{{a, nil}, {again(a), []rules.Verdict{verdict(blue, adjacent)}}, {again(a), []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		// The internal copy came first: what a partner declares, and no more.
		{"a second copy that knows better", []sent{{a, []rules.Verdict{verdict(blue, declared)}}, {again(a), []rules.Verdict{verdict(blue, adjacent)}}, {again(a), []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"a second copy that knows better, and a third", []sent{{a, []rules.Verdict{verdict(blue, declared)}}, {again(a), []rules.Verdict{verdict(blue, address)}},
			{again(a), []rules.Verdict{verdict(blue, adjacent), verdict(green, address)}}, {again(a), []rules.Verdict{verdict(blue, address), verdict(green, adjacent)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("green-hub", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"a second copy of an answer that knows better", []sent{{a, []rules.Verdict{verdict(blue, address)}}, {answer(a, signaling.KindError), []rules.Verdict{verdict(blue, address)}},
			{again(answer(a, signaling.KindError)), []rules.Verdict{verdict(blue, adjacent)}}}, []flat{
			{Key: key(Total, auth, address, address), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Refused: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, address, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Refused: 1, Subscribers: 1},
		}},
		{"a second copy that knows less", []sent{{a, []rules.Verdict{verdict(blue, adjacent)}}, {again(a), []rules.Verdict{verdict(blue, address)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
		{"a second copy that knows better of one that is not the best", []sent{{a, []rules.Verdict{verdict(blue, adjacent), verdict(green, declared)}}, {again(a), []rules.Verdict{verdict(blue, address), verdict(green, address)}}}, []flat{
			{Key: key(Total, auth, adjacent, adjacent), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("blue-transit", auth, adjacent, none), Messages: 1, Dialogues: 1, Subscribers: 1},
			{Key: key("green-hub", auth, address, none), Messages: 1, Dialogues: 1, Subscribers: 1},
		}},
	}
	for n := range 2 * len(tests) {
		x, written := tests[n/2], n%2 != 0
		t.Run(fmt.Sprintf("%s, written between: %t", x.name, written), func(t *testing.T) {
			*a.Memory, *b.Memory = signaling.Memory{}, signaling.Memory{}
			l := open(t, Options{})
			r := NewRecorder(l)
			r.SetPartners(func(n uint32) (Partner, bool) {
				return Partner{ID: "NPLTE", Name: "Nepal Fictional", Country: "NP"}, n == 1
			})
			for _, s := range x.sent {
				s.m.Roaming = signaling.Roaming{Direction: signaling.Outbound, Subscriber: signaling.WhoseHome, Partner: 1}
				r.Add(s.m, s.v)
				if written {
					r.Flush()
					if err := l.Flush(); err != nil {
						t.Fatal(err)
					}
				}
			}
			r.Flush()
			if err := l.Flush(); err != nil {
				t.Fatal(err)
			}
			for i := range x.want {
				x.want[i].Hour, x.want[i].Span = tenOClock, 3600
			}
			// By carrier: unknown ones stand behind the totals they are made of.
			got := map[Key]flat{}
			for _, f := range readRows(t, l.Path()) {
				got[f.Key] = f
			}
			want := map[Key]flat{}
			for _, f := range x.want {
				want[f.Key] = f
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("rows are\n%+v, want\n%+v", got, want)
			}
		})
	}
}

// TestFullByCells: a batch is handed on while there is room in it, for cells as for
// subscribers.
func TestFullByCells(t *testing.T) {
	r := NewRecorder(open(t, Options{}))
	for i := range maxCells / 2 {
		if r.Full() {
			t.Fatalf("full with %d cells", i)
		}
		m := message(at(0), signaling.ClassSMS, "")
		m.Roaming.Partner = uint32(i)
		r.Add(m, nil)
		r.settle()
	}
	m := message(at(0), signaling.ClassSMS, "")
	m.Roaming.Partner = maxCells
	r.Add(m, nil)
	if r.settle(); !r.Full() {
		t.Errorf("not full with %d cells", len(r.batch.cells))
	}
}

// TestFullBatch: a worker that counts more partners and carriers than a batch holds, up
// to the message that fills it and beyond, loses none, and ends.
func TestFullBatch(t *testing.T) {
	over := []rules.Verdict{verdict(green, signaling.EvidenceAdjacent)}
	for _, messages := range []int{maxCells/2 - 1, maxCells / 2, maxCells/2 + 1, 3 * maxCells} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		l := openAt(t, path, Options{})
		r := NewRecorder(l)
		r.Add(message(at(0), signaling.ClassCall, ""), nil) // so that a carrier's cell comes last
		ended := make(chan error, 1)
		go func() {
			for i := range messages {
				m := message(at(0), signaling.ClassSMS, "")
				m.Roaming.Partner = uint32(i + 1)
				r.Add(m, over)
				if i%maxCells == maxCells-1 {
					r.Flush()
				}
			}
			r.Flush()
			r.Add(message(at(1), signaling.ClassSMS, ""), over)
			r.Flush()
			ended <- l.Flush()
		}()
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%d messages: the recorder waits for ever", messages)
		}
		if n := sum(readRows(t, path)); n != uint64(messages)+2 {
			t.Errorf("%d messages, want %d", n, messages+2)
		}
	}
}

// TestSecondCopyElsewhere: what the second copy of a message tells of its ends puts it into
// another row than the first, which it leaves. One of an hour that is over stays there.
func TestSecondCopyElsewhere(t *testing.T) {
	outbound := signaling.Roaming{Direction: signaling.Outbound, Subscriber: signaling.WhoseVisitor, Partner: 1}
	for name, x := range map[string]struct {
		first, second signaling.Roaming
		was, is       signaling.Protection
		later         int // seconds
		want          signaling.Evidence
		before        []rules.Verdict
	}{
		"told a partner, and who is at its end": {signaling.Roaming{}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, []rules.Verdict{verdict(blue, signaling.EvidenceAddress)}},
		"told the other carrier":                {signaling.Roaming{}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, []rules.Verdict{verdict(green, signaling.EvidenceAdjacent)}},
		"in the hour behind, of what it named":  {outbound, outbound, 0, 0, 1, signaling.EvidenceAddress, []rules.Verdict{verdict(blue, signaling.EvidenceAddress)}},
		"told nothing before":                   {signaling.Roaming{}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, nil},
		"told a direction":                      {signaling.Roaming{Direction: signaling.Outbound}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, nil},
		"told a subscriber":                     {signaling.Roaming{Subscriber: signaling.WhoseVisitor}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, nil},
		"told a partner":                        {signaling.Roaming{Partner: 1}, outbound, 0, 0, 0, signaling.EvidenceAdjacent, nil},
		"behind IPsec":                          {outbound, outbound, signaling.IPsec, signaling.Clear, 0, signaling.EvidenceAdjacent, nil},
		"in the hour behind":                    {outbound, outbound, 0, 0, 1, signaling.EvidenceNone, nil},
		"told, an hour behind":                  {signaling.Roaming{}, outbound, 0, 0, 1, signaling.EvidenceNone, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, Options{})
			r := NewRecorder(l)
			r.SetPartners(func(n uint32) (Partner, bool) { return Partner{ID: "NPLTE"}, n == 1 })
			m := message(at(3599), signaling.ClassSMS, "001010000000001")
			m.Roaming, m.Protection = x.first, x.was
			r.Add(m, x.before)
			m.Roaming, m.Protection, m.Duplicate, m.Time = x.second, x.is, true, at(3599+x.later)
			r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
			r.Add(m, []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)})
			r.Flush()
			if err := l.Flush(); err != nil {
				t.Fatal(err)
			}
			messages, dialogues, over := uint64(0), uint64(0), uint64(0)
			for _, f := range readRows(t, l.Path()) {
				switch f.Carrier {
				case Total:
					messages += f.Messages
					dialogues += f.Dialogues
					if f.Messages != 0 && (f.Evidence != x.want || x.later == 0 && f.Partner != "NPLTE") {
						t.Errorf("counted in %+v", f.Key)
					}
				case blue.ID:
					if over += f.Messages; x.later == 0 && (f.Evidence != x.want || f.Partner != "NPLTE") {
						t.Errorf("counted for the carrier in %+v", f.Key)
					}
				}
			}
			if messages != 1 || dialogues != 1 || over != 1 {
				t.Errorf("%d messages, %d over the carrier, %d dialogues, want 1 of each", messages, over, dialogues)
			}
		})
	}
}

// TestClockJumps: a capture whose clock jumps has as many hours as frames. They are held
// within bounds, and none is lost that there is time to write.
func TestClockJumps(t *testing.T) {
	const hours = 3 * manyListed
	l := open(t, Options{})
	r := NewRecorder(l)
	begin(t, l, "a.pcap", "1-a")
	rule, link := &rules.Detection{ID: "rule"}, linkOf(signaling.SCTP, "192.0.2.1:2905", "198.51.100.1:2905")
	m := message(0, signaling.ClassSMS, "")
	for i := range hours {
		m.Time = at(0) - int64(i)*nsPerHour
		r.AddFinding(&rules.Finding{Rule: rule, Message: m})
		r.AddLink(m.Time, link, blue)
		r.Cover("tap", m.Time, &Counts{Frames: 2, Bytes: 100, Decoded: 2})
		if n := r.batch.listed(); n > maxListed {
			t.Fatalf("a batch lists %d", n)
		}
		if r.Full() {
			r.Flush()
			if n := l.Stats().Pending; n > 2*manyListed {
				t.Fatalf("%d rows wait", n)
			}
		}
	}
	r.Flush()
	if err := l.End(hours, true); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Lost != 0 || s.LostFrames != 0 {
		t.Errorf("lost: %+v", s)
	}
	rd, err := OpenForReading(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer rd.Close()
	cover, err := rd.Coverage(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := rd.Findings(time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	links, err := rd.Links(time.Time{}, time.Time{})
	if err != nil || len(cover) != hours || len(found) != hours || len(links) != 1 {
		t.Errorf("error %v, %d hours covered, %d with findings, want %d, links %+v", err, len(cover), len(found), hours, links)
	}
}

// TestClockJumpsLate: where the ledger is late by as much, frames are lost, and counted.
func TestClockJumpsLate(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	<-r.spare // the ledger has not given it back
	for i := range 2 * maxListed {
		r.Cover("tap", at(0)-int64(i)*nsPerHour, &Counts{Frames: 2})
	}
	if n := len(r.batch.covered); n != maxListed || r.batch.lostFrames != 2*maxListed {
		t.Errorf("%d hours in the batch, %d frames lost", n, r.batch.lostFrames)
	}
}

// TestSecondLink: a carrier that shows on the link of the second copies alone has each
// message but those few whose tag is by chance that of another.
func TestSecondLink(t *testing.T) {
	l := open(t, Options{})
	r := NewRecorder(l)
	v := []rules.Verdict{verdict(blue, signaling.EvidenceAdjacent)}
	const dialogues, each = 5000, 8
	signature := uint32(1)
	for range dialogues {
		m := message(at(0), signaling.ClassLocation, "")
		for range each {
			signature = signature*1664525 + 1013904223
			m.Memory.Signature, m.Duplicate = uint64(signature), false
			r.Add(m, nil)
			m.Duplicate = true
			r.Add(m, v)
		}
	}
	r.Flush()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, x := range readRows(t, l.Path()) {
		got[x.Carrier] += x.Messages
	}
	if n := got["blue-transit"]; got[Total] != dialogues*each || n > dialogues*each || n < dialogues*each*9995/10000 {
		t.Errorf("%d messages, %d of them over the carrier that all passed", got[Total], n)
	}
}
