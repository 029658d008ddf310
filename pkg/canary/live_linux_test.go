package canary_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"testing"
	"time"

	"sigtransit/pkg/canary"
	"sigtransit/pkg/capture"
	"sigtransit/pkg/capture/live"
	"sigtransit/pkg/capture/live/livetest"
	"sigtransit/pkg/pipeline"
	"sigtransit/rules"
)

// recorded is a source that keeps its frames.
type recorded struct {
	capture.Source
	frames [][]byte
}

func (r *recorded) Read(frames []capture.Frame) (int, error) {
	n, err := r.Source.Read(frames)
	for _, f := range frames[:n] {
		r.frames = append(r.frames, bytes.Clone(f.Data))
	}
	return n, err
}

// exchange has both ends of a canary talk over the loopback interface, and what
// daemons do watch it there. It returns the frames.
func exchange(t *testing.T, transport canary.Transport) [][]byte {
	t.Helper()
	const n = 3
	list := []canary.Config{{Name: "tap", ID: 42}}
	set, err := rules.Load(rules.Options{Own: canary.Carriers(list)})
	if err != nil {
		t.Fatal(err)
	}
	k, err := live.Open(live.Config{Interfaces: []string{"lo"}, Ring: 2 << 20})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	watch, sink := canary.NewWatch(list, start, nil), &tap{}
	w := pipeline.New(set, pipeline.Options{Emit: sink, Canaries: watch, Live: true})
	src, ran := &recorded{Source: k.Sources()[0]}, make(chan error, 1)
	go func() { ran <- w.Run(context.Background(), "lo", src, nil) }()

	ctx, end := context.WithTimeout(context.Background(), time.Minute)
	defer end()
	address, listened := make(chan string, 1), make(chan error, 1)
	heard := 0
	go func() {
		listened <- canary.Listen(ctx, canary.ListenOptions{
			Transport: transport, Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
			Opened: func(a string) { address <- a },
			Report: func(x canary.Exchange) {
				if heard++; x.Err != nil || x.ID != 42 {
					t.Errorf("the listening end reports %+v", x)
				}
			},
		})
	}()
	var at string
	select {
	case at = <-address:
	case err := <-listened:
		t.Fatal(err)
	}
	told := 0
	err = canary.Send(ctx, canary.SendOptions{
		Transport: transport, Address: at, ID: 42, Interval: 50 * time.Millisecond, Count: n, Log: slog.New(slog.DiscardHandler),
		Report: func(x canary.Exchange) {
			if x.Err != nil || x.Vectors != 2 || int(x.Sequence) != told || x.Took <= 0 {
				t.Errorf("the sending end reports %+v", x)
			}
			told++
		},
	})
	if err != nil || told != n {
		t.Fatalf("sending: %v, %d exchanges", err, told)
	}
	var sight canary.Sight
	for deadline := time.Now().Add(10 * time.Second); sight.Flagged+sight.NotFlagged < 2*n && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		watch.Each(func(x canary.Sight) { sight = x })
	}
	end()
	if err := <-listened; err != nil || heard != n {
		t.Errorf("listening: %v, %d exchanges", err, heard)
	}
	time.Sleep(200 * time.Millisecond) // the end of the connection
	k.Close()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	s, err := w.Finish(0)
	if err != nil {
		t.Fatal(err)
	}
	if sight.Flagged != 2*n || sight.NotFlagged != 0 || sight.LastSeen <= start.UnixNano() || sink.findings != 0 || len(s.Findings()) != 0 {
		t.Errorf("the watch says %+v of %d frames, %d messages; %d findings", sight, s.Frames, s.Total(), sink.findings)
	}
	return src.frames
}

// TestLiveTCP: Diameter over the loopback interface, captured there.
func TestLiveTCP(t *testing.T) {
	if !livetest.Isolated(t) {
		return
	}
	exchange(t, canary.TCP)
}

// TestLiveSCTP: M3UA over an association of the kernel. What leaves the host says
// M3UA in network order, in both directions.
func TestLiveSCTP(t *testing.T) {
	if !withSCTP(t) || !livetest.Isolated(t) {
		return
	}
	const ethernet, ip, common = 14, 20, 12
	var data [2]int // chunks by direction
	var port uint16
	for _, f := range exchange(t, canary.SCTP) {
		if len(f) < ethernet+ip+common || f[ethernet+9] != 132 {
			continue
		}
		p := f[ethernet+int(f[ethernet]&15)*4:]
		from, to := binary.BigEndian.Uint16(p), binary.BigEndian.Uint16(p[2:])
		for c := p[common:]; len(c) >= 16; {
			n := int(binary.BigEndian.Uint16(c[2:]))
			if c[0] == 0 { // DATA (RFC 9260 3.3.1)
				if port == 0 {
					port = to
				}
				if !bytes.Equal(c[12:16], []byte{0, 0, 0, 3}) {
					t.Errorf("a payload protocol identifier of %x on the wire", c[12:16])
				}
				if from == port {
					data[1]++
				} else {
					data[0]++
				}
			}
			if n = (n + 3) &^ 3; n < 4 || n > len(c) {
				break
			}
			c = c[n:]
		}
	}
	// ASPUP, ASPAC, three requests, ASPDN; their answers.
	if data != [2]int{6, 6} {
		t.Errorf("%d and %d DATA chunks", data[0], data[1])
	}
}
