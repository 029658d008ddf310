package reassembly

import (
	"testing"

	"sigtransit/decoders/sctp"
)

// TestIDataNumbering puts messages of I-DATA fragments together whose sender
// numbers the second fragment 1, as RFC 8260 2.1 has it, or 0, as Linux does.
func TestIDataNumbering(t *testing.T) {
	type piece struct {
		tsn, mid, fsn uint32
		begin, end    bool
		data          string
	}
	for name, tt := range map[string]struct {
		in   []piece
		want []string
	}{
		"from one": {
			[]piece{{10, 1, 0, true, false, "a"}, {11, 1, 1, false, false, "b"}, {12, 1, 2, false, true, "c"}},
			[]string{"abc"},
		},
		"from zero": {
			[]piece{{10, 1, 0, true, false, "a"}, {11, 1, 0, false, false, "b"}, {12, 1, 1, false, true, "c"}},
			[]string{"abc"},
		},
		"from zero, two pieces": {
			[]piece{{10, 1, 0, true, false, "a"}, {11, 1, 0, false, true, "b"}},
			[]string{"ab"},
		},
		"from one, two messages interleaved": {
			[]piece{
				{10, 1, 0, true, false, "a"}, {11, 2, 0, true, false, "A"}, {12, 1, 1, false, false, "b"},
				{13, 2, 1, false, true, "B"}, {14, 1, 2, false, true, "c"},
			},
			[]string{"AB", "abc"},
		},
		"from zero, two messages interleaved": {
			[]piece{
				{10, 1, 0, true, false, "a"}, {11, 2, 0, true, false, "A"}, {12, 1, 0, false, false, "b"},
				{13, 2, 0, false, true, "B"}, {14, 1, 1, false, true, "c"},
			},
			[]string{"AB", "abc"},
		},
		"from zero, the second piece comes last": {
			[]piece{{10, 1, 0, true, false, "a"}, {12, 1, 1, false, true, "c"}, {11, 1, 0, false, false, "b"}},
			[]string{"abc"},
		},
		"from zero, backwards": {
			[]piece{{12, 1, 1, false, true, "c"}, {11, 1, 0, false, false, "b"}, {10, 1, 0, true, false, "a"}},
			[]string{"abc"},
		},
		"from zero, the second piece of the second message lost": {
			[]piece{
				{10, 1, 0, true, false, "a"}, {11, 1, 0, false, true, "b"},
				{12, 2, 0, true, false, "A"}, {14, 2, 1, false, true, "C"},
			},
			[]string{"ab"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s SCTP
			var c Counters
			s.Start(10)
			var got []string
			for _, p := range tt.in {
				s.Accept(p.tsn, &c)
				d := sctp.Data{TSN: p.tsn, StreamID: 3, Sequence: p.mid, FSN: p.fsn, Begin: p.begin, End: p.end, IData: true, Payload: []byte(p.data)}
				if p.begin {
					d.PPID = 3
				}
				if msg, ppid, ok := s.Fragment(0, &d, &c); ok {
					if ppid != 3 {
						t.Errorf("PPID %d", ppid)
					}
					got = append(got, string(msg))
				}
			}
			if len(got) != len(tt.want) {
				t.Fatalf("messages %q, want %q", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("message %d is %q, want %q", i, got[i], tt.want[i])
				}
			}
		})
	}
}
