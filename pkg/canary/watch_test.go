package canary_test

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/output"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth"
	"sigtransit/rules"
)

// tap is an emitter that counts what reaches the sinks.
type tap struct{ findings, messages int }

func (x *tap) Finding(*rules.Finding)     { x.findings++ }
func (x *tap) Message(*signaling.Message) { x.messages++ }
func (x *tap) Flow(*signaling.FlowEvent)  {}
func (x *tap) Warning(*signaling.Warning) {}

var began = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// frames is a capture of a conversation, a message a second. From which end messages
// are missing, keep says; nil: all are there.
func frames(t *testing.T, transport canary.Transport, all []canary.Said, keep func(canary.Said) bool) []byte {
	t.Helper()
	var b bytes.Buffer
	c, err := synth.NewPcap(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	wire := synth.Wire{Capture: c}
	addr := [2]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")}
	at := began
	packet := func(from int, protocol uint8, p []byte) {
		if err := wire.Packet(at, addr[from], addr[1-from], protocol, p); err != nil {
			t.Fatal(err)
		}
	}
	r := synth.NewRand(1)
	association := synth.NewAssociation(synth.SCTPEnd{Addrs: addr[:1], Port: 40000}, synth.SCTPEnd{Addrs: addr[1:], Port: 2905}, r)
	connection := synth.NewConnection(synth.TCPEnd{Addr: netip.AddrPortFrom(addr[0], 40000)}, synth.TCPEnd{Addr: netip.AddrPortFrom(addr[1], 3868)}, r)
	for _, s := range all {
		at = at.Add(time.Second)
		if keep != nil && !keep(s) {
			continue
		}
		if transport == canary.TCP {
			packet(s.From, synth.ProtoTCP, connection.Segment(nil, s.From, synth.PSH|synth.ACK, s.Octets))
			continue
		}
		p, open := association.Open(nil, s.From)
		packet(s.From, synth.ProtoSCTP, synth.CloseSCTP(association.Data(p, s.From, synth.Message{Stream: 1, PPID: canary.PPID, Payload: s.Octets}), open))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// watched runs captures through a worker that watches for canary 7.
func watched(t *testing.T, detections string, pcaps ...[]byte) (canary.Sight, *output.Stats, *tap) {
	t.Helper()
	list := []canary.Config{{Name: "tap-hk", ID: 7}}
	o := rules.Options{Own: canary.Carriers(list)}
	if detections != "" {
		name := filepath.Join(t.TempDir(), "rules.yaml")
		if err := os.WriteFile(name, []byte(detections), 0o600); err != nil {
			t.Fatal(err)
		}
		o.DetectionFiles = []string{name}
	}
	set, err := rules.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	watch, sink := canary.NewWatch(list, began, nil), &tap{}
	w := pipeline.New(set, pipeline.Options{Emit: sink, Canaries: watch})
	for _, p := range pcaps {
		src, err := capture.NewReader(bytes.NewReader(p), "test.pcap", capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Run(context.Background(), "test.pcap", src, nil); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.Finish(0)
	if err != nil {
		t.Fatal(err)
	}
	var sight canary.Sight
	watch.Each(func(x canary.Sight) { sight = x })
	return sight, s, sink
}

// second is when message n of a capture of frames was sent, from 1.
func second(n int) int64 { return began.Add(time.Duration(n) * time.Second).UnixNano() }

// TestWatch: a canary is flagged with the built-in rules, not with those of authentication
// turned off or turned down, and nothing of it reaches findings, exposure and
// sinks.
func TestWatch(t *testing.T) {
	const off = "detections:\n  - {id: authentication-in-clear, enabled: false}\n"
	// Another rule for the class, which never says critical: requests are flagged, answers
	// not as they should be.
	const down = off + `  - id: ours
    title: Ours
    severity: low
    match: {class: [authentication]}
`
	for _, transport := range transports {
		all, _ := canary.Converse(transport, 7, 3)
		last := second(len(all) - 4) // the last answer; keep-alive and leave follow
		for name, c := range map[string]struct {
			detections          string
			flagged, notFlagged uint64
		}{
			"builtin": {"", 6, 0},
			"off":     {off, 0, 6},
			"down":    {down, 3, 3},
		} {
			sight, s, sink := watched(t, c.detections, frames(t, transport, all, nil))
			want := canary.Sight{Config: canary.Config{Name: "tap-hk", ID: 7}, LastSeen: last, Flagged: c.flagged, NotFlagged: c.notFlagged}
			if sight != want {
				t.Errorf("%v, %s: %+v, want %+v", transport, name, sight, want)
			}
			if sink.findings != 0 || len(s.Findings()) != 0 || len(s.Flagged()) != 0 || len(s.CarrierMessages()) != 0 || len(s.CarrierFlows) != 0 {
				t.Errorf("%v, %s: %d findings emitted; %v %v %v %v", transport, name, sink.findings, s.Findings(), s.Flagged(), s.CarrierMessages(), s.CarrierFlows)
			}
			// Link management of Diameter is no canary's.
			if rest := int(s.Total()) - 6; sink.messages != rest || transport == canary.SCTP && rest != 0 {
				t.Errorf("%v, %s: %d messages counted, %d emitted", transport, name, s.Total(), sink.messages)
			}
		}
	}
}

// TestWatchOneWay: requests alone are no proof of a mirror that shows both
// directions, answers alone are nobody's.
func TestWatchOneWay(t *testing.T) {
	for _, transport := range transports {
		all, _ := canary.Converse(transport, 7, 3)
		for from := range 2 {
			sight, _, _ := watched(t, "", frames(t, transport, all, func(s canary.Said) bool { return s.From == from }))
			want := canary.Sight{Config: sight.Config, LastSeen: began.UnixNano()}
			if from == 0 {
				want.Flagged = 3
			}
			if sight != want {
				t.Errorf("%v, end %d alone: %+v, want %+v", transport, from, sight, want)
			}
		}
	}
}

// TestWatchOthers: a canary that nobody asked for is left alone, and kept out of
// findings all the same.
func TestWatchOthers(t *testing.T) {
	for _, transport := range transports {
		all, _ := canary.Converse(transport, 8, 1)
		sight, s, sink := watched(t, "", frames(t, transport, all, nil))
		if sight.Flagged+sight.NotFlagged != 0 || sight.LastSeen != began.UnixNano() || sink.findings != 0 || len(s.Findings()) != 0 {
			t.Errorf("%v: %+v, %v", transport, sight, s.Findings())
		}
	}
}

// TestNotCanary: with canaries, all others are judged as without.
func TestNotCanary(t *testing.T) {
	var b bytes.Buffer
	if err := synth.WriteDemo(&b, 1); err != nil {
		t.Fatal(err)
	}
	sight, s, sink := watched(t, "", b.Bytes())
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plain := &tap{}
	w := pipeline.New(set, pipeline.Options{Emit: plain})
	src, err := capture.NewReader(bytes.NewReader(b.Bytes()), "test.pcap", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(context.Background(), "test.pcap", src, nil); err != nil {
		t.Fatal(err)
	}
	if *sink != *plain || plain.findings == 0 || sight.Flagged+sight.NotFlagged != 0 || uint64(sink.messages) > s.Total() {
		t.Errorf("with canaries %+v, without %+v; %+v", *sink, *plain, sight)
	}
}

// TestNewWatch: a reload does not begin anew what it knows.
func TestNewWatch(t *testing.T) {
	if w := canary.NewWatch(nil, began, nil); w != nil {
		t.Error("a watch for nobody")
	}
	var nobody *canary.Watch
	nobody.Each(func(canary.Sight) { t.Error("a sight of nobody") })
	first := canary.NewWatch([]canary.Config{{Name: "a", ID: 1}, {Name: "b", ID: 2}}, began, nil)
	first.See(&signaling.Message{IMSI: canary.Mark{ID: 1}.IMSI(), Kind: signaling.KindInvoke}, canary.Flag{})
	later := began.Add(time.Hour)
	next := canary.NewWatch([]canary.Config{{Name: "c", ID: 3}, {Name: "a", ID: 1}, {Name: "b2", ID: 2}}, later, first)
	var got []canary.Sight
	next.Each(func(x canary.Sight) { got = append(got, x) })
	want := []canary.Sight{
		{Config: canary.Config{Name: "c", ID: 3}, LastSeen: later.UnixNano()},
		{Config: canary.Config{Name: "a", ID: 1}, LastSeen: began.UnixNano(), NotFlagged: 1},
		{Config: canary.Config{Name: "b2", ID: 2}, LastSeen: later.UnixNano()},
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
	}
}
