package dissect

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"sigtransit/pkg/signaling"
)

const caseFolder = "../../testdata/"

// replay feeds a case and closes the run.
func replay(t *testing.T, name string) *tap {
	t.Helper()
	p := newTap()
	for _, f := range caseFrames(t, caseFolder+name+"/input.pcapng") {
		p.Feed(&f)
	}
	p.Close()
	checkAccounts(t, p.Dissector)
	return p
}

// problem is a layer's and a reason's count.
type problem struct {
	layer  Layer
	reason Problem
}

// TestFaultCases says in numbers what each case is for: messages that none of its
// faults hides, and what is counted for the faults.
func TestFaultCases(t *testing.T) {
	for name, want := range map[string]struct {
		messages, duplicates, missing, mirrored uint64
		problems                                map[problem]uint64
	}{
		"fault-chunk-padding":       {messages: 15, problems: map[problem]uint64{{LayerSCTP, Malformed}: 2}},
		"fault-chunk-lengths":       {messages: 10, duplicates: 1, missing: 1, problems: map[problem]uint64{{LayerSCTP, Malformed}: 5, {LayerSCTP, Truncated}: 1, {LayerM3UA, Truncated}: 1}},
		"fault-chunk-types":         {messages: 9, duplicates: 2},
		"fault-ppid":                {messages: 32},
		"fault-tsn-wrap":            {messages: 9, duplicates: 1},
		"fault-out-of-order":        {messages: 15, duplicates: 1, missing: 1},
		"fault-interleaved-streams": {messages: 9},
		"fault-endless-begin":       {messages: 5},
		"fault-handshake-data":      {messages: 9, duplicates: 1},
		"fault-control-between":     {messages: 29},
		"fault-draft-m3ua":          {messages: 5},
		"fault-isup-beside-sccp":    {messages: 5},
		"fault-sccp-pointers":       {messages: 8},
		"fault-digits":              {messages: 18},
		"fault-invoke-ids":          {messages: 20},
		"fault-tcap-loop":           {messages: 15, mirrored: 5},
		"fault-transaction-ids":     {messages: 20},
		"fault-no-protocol-version": {messages: 3},
		"fault-indefinite-lengths":  {messages: 6},
		"fault-command-24-bits":     {messages: 45},
		"exported-pdus":             {messages: 23},
		"links":                     {messages: 12, problems: map[problem]uint64{{LayerMTP3, Truncated}: 1}},
		"hostile-tunnels":           {messages: 4, missing: 12, problems: map[problem]uint64{{LayerIP, TooLong}: 12}},
	} {
		t.Run(name, func(t *testing.T) {
			p := replay(t, name)
			c := &p.Counters
			if c.Messages != want.messages || c.SCTPDuplicates != want.duplicates || c.SCTPMissing != want.missing || c.MirroredTwice != want.mirrored {
				t.Errorf("%d messages, %d duplicate and %d missing chunks, %d messages seen twice; want %d, %d, %d, %d",
					c.Messages, c.SCTPDuplicates, c.SCTPMissing, c.MirroredTwice, want.messages, want.duplicates, want.missing, want.mirrored)
			}
			for l := range NumLayers {
				for r := range NumProblems {
					if got := c.Problems[l][r]; got != want.problems[problem{l, r}] {
						t.Errorf("%v %v: %d, want %d", l, r, got, want.problems[problem{l, r}])
					}
				}
			}
			// Each message knows what it is about, and whom.
			for _, m := range p.messages {
				whom := m.IMSI.Len() > 0 || m.MSISDN.Len() > 0
				if m.Operation == 0 && m.Kind != signaling.KindEnd || !whom && m.Kind != signaling.KindEnd {
					t.Errorf("frame %d: %s %s of subscriber %q", m.Frame, m.Operation.Info().Name, m.Kind, m.IMSI.String())
				}
			}
		})
	}
}

// What transit points hand round, and what others call by the same id, belongs to
// the subscriber who asked.
func TestTransactionsOfOthers(t *testing.T) {
	p := replay(t, "fault-tcap-loop")
	var got []string
	for _, m := range p.messages {
		if m.Frame >= 13 {
			got = append(got, m.IMSI.String())
		}
	}
	if want := []string{"001010000000012", "001010000000010", "001010000000011"}; !slices.Equal(got, want) {
		t.Errorf("answers to %q, want %q", got, want)
	}
}

// A stranger's AVPs are not taken for those whose codes they have.
func TestUnknownVendor(t *testing.T) {
	p := replay(t, "fault-unknown-vendor")
	p.expect(t, "PUR request", "PUR answer", "PUR request", "PUR answer")
	for i, want := range []string{"001010000000001", "001010000000001", "001010000000002", "001010000000002"} {
		if m := p.messages[i]; m.IMSI.String() != want || m.Kind == signaling.KindRequest && (m.origin != "mme1.epc.mnc070.mcc999.3gppnetwork.org" || m.columns == nil) {
			t.Errorf("message %d: subscriber %s, origin %s", i, m.IMSI.String(), m.origin)
		}
	}
}

// TestHostileCost: what is made to hurt costs no more than other frames. Nothing is
// allocated by what a length says, and no frame takes long.
func TestHostileCost(t *testing.T) {
	for _, name := range []string{"hostile-tunnels", "hostile-lengths", "fault-chunk-lengths", "fault-endless-begin"} {
		t.Run(name, func(t *testing.T) {
			frames := caseFrames(t, caseFolder+name+"/input.pcapng")
			const rounds = 200
			d := New(silent{}, Options{})
			for i := range frames { // what is made once: tables, buffers, the stack of layers
				d.Feed(&frames[i])
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			for range rounds {
				for i := range frames {
					frames[i].Number += uint64(len(frames))
					d.Feed(&frames[i])
				}
			}
			took := time.Since(start) / time.Duration(rounds*len(frames))
			runtime.ReadMemStats(&after)
			if perFrame := (after.TotalAlloc - before.TotalAlloc) / uint64(rounds*len(frames)); perFrame > 512 {
				t.Errorf("%d octets allocated for each frame", perFrame)
			}
			if took > time.Millisecond {
				t.Errorf("%v a frame", took)
			}
			checkBounds(t, d)
		})
	}
}

// silent takes what a dissector finds and keeps nothing.
type silent struct{}

func (silent) Message(*signaling.Message) {}
func (silent) Flow(*signaling.FlowEvent)  {}
func (silent) Warning(*signaling.Warning) {}
