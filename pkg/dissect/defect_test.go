package dissect

import (
	"strings"
	"testing"

	"sigtransit/decoders/sctp"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/signaling"
)

// faulty is a handler with a defect: it panics at one message.
type faulty struct {
	*tap
	at, n int
}

func (f *faulty) Message(m *signaling.Message) {
	if f.n++; f.n == f.at {
		panic("a defect")
	}
	f.tap.Message(m)
}

// TestDefect: a defect costs its frame and says where it is; the frames before and
// after it, of the same batch too, are dissected as ever.
func TestDefect(t *testing.T) {
	l := newLink(portM3UA)
	var frames []capture.Frame
	for n := range uint32(4) {
		b := ipFrame(addrA, addrB, 132, l.data(0, uint32(sctp.PPIDM3UA), purgeData(n+1)))
		frames = append(frames, capture.Frame{Time: int64(n), Number: uint64(n + 1), Length: len(b), LinkType: capture.LinkTypeEthernet, Data: b})
	}
	for name, feed := range map[string]func(*Dissector){
		"one by one": func(d *Dissector) {
			for i := range frames {
				d.Feed(&frames[i])
			}
		},
		"batch": func(d *Dissector) { d.FeedBatch(frames) },
	} {
		f := &faulty{tap: newTap(), at: 2}
		f.Dissector = New(f, Options{})
		feed(f.Dissector)
		if o := f.Counters.Outcomes; o[Decoded] != 3 || o[Panicked] != 1 || f.Counters.Frames != 4 {
			t.Errorf("%s: %d frames decoded, %d met a defect, of %d", name, o[Decoded], o[Panicked], f.Counters.Frames)
		}
		f.expect(t, "purgeMS invoke", "purgeMS invoke", "purgeMS invoke")
		if len(f.warnings) != 1 || f.warnings[0].Frame != 2 || !strings.Contains(f.warnings[0].Text, "a defect") || !strings.Contains(f.warnings[0].Text, "(*faulty).Message") {
			t.Errorf("%s: warnings %+v", name, f.warnings)
		}
	}
}
