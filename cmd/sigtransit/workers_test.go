//go:build linux

package main

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/capture/live/livetest"
)

// otherSide is a frame of SIGTRAN over IPv4 and a VLAN as it looks on another link of
// a transit point: other addresses, another association. nil: it is none with data.
func otherSide(f []byte, n byte) []byte {
	const ip, sctp = 18, 38
	if len(f) < sctp+28 || f[12] != 0x81 || f[16] != 0x08 || f[ip] != 0x45 || f[ip+9] != 132 || f[sctp+12] != 0 || binary.BigEndian.Uint16(f[sctp:]) != 2905 {
		return nil
	}
	f = append([]byte(nil), f...)
	f[ip+15] += 20 * n
	f[ip+19] += 20 * n
	var sum uint32
	f[ip+10], f[ip+11] = 0, 0
	for i := ip; i < sctp; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(f[i:]))
	}
	for sum > 0xFFFF {
		sum = sum>>16 + sum&0xFFFF
	}
	binary.BigEndian.PutUint16(f[ip+10:], ^uint16(sum))
	p := f[sctp : ip+int(binary.BigEndian.Uint16(f[ip+2:]))]
	p[4] ^= n // verification tag
	copy(p[8:12], "\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(p[8:], crc32.Checksum(p, castagnoli))
	return f
}

// TestCaptureMirroredSTP: four sights of each message on four links, which go to two
// workers, make one finding, and the dialogues are whole.
func TestCaptureMirroredSTP(t *testing.T) {
	if !isolated(t) {
		return
	}
	var frames [][]byte
	copies := 0
	for _, f := range passing(t, livetest.Frames(t, demo)) {
		frames = append(frames, f)
		for n := byte(1); n <= 3; n++ {
			if c := otherSide(f, n); c != nil {
				frames = append(frames, c)
				copies++
			}
		}
	}
	if copies < 100 {
		t.Fatalf("%d copies", copies)
	}
	dir := folder(t)
	p := start(t, dir, strings.Replace(basis, "[mirror0]", "[mirror0], workers: 2", 1)+"sinks: [{type: file, path: findings.jsonl, events: [finding, stats]}]\n")
	out := livetest.NewSender(t, "mirror0")
	// Dialogues that are over are kept for copies once a mirror was noticed: until then
	// frames must not come in the same block to both workers.
	noticed := false
	for _, f := range frames {
		out.Send(f)
		if noticed {
			time.Sleep(100 * time.Microsecond)
			continue
		}
		time.Sleep(25 * time.Millisecond)
		noticed = sum(p.metrics(), "duplicate_messages_total") > 0
	}
	p.settled(uint64(len(frames)))
	p.stop()
	got, want := events(t, filepath.Join(dir, "findings.jsonl")), replayed(t, frames)
	// Which of the sights came first is a matter of the workers; what was found is not.
	essence := func(list []event) (keys []string) {
		for _, e := range list {
			if f, _ := e["finding"].(map[string]any); f != nil {
				b, _ := json.Marshal([]any{f["rule"], f["carrier"], e["protocol"], e["operation"], e["kind"], e["tcap"], e["subscriber"]})
				keys = append(keys, string(b))
			}
		}
		slices.Sort(keys)
		return keys
	}
	same(t, essence(got), essence(want))
	a, b := got[len(got)-1]["stats"].(map[string]any), want[len(want)-1]["stats"].(map[string]any)
	if n, _ := b["duplicates"].(float64); n < 50 {
		t.Errorf("%v duplicates in the replay", n)
	}
	for _, key := range []string{"frames", "messages", "duplicates", "decoded"} {
		if sprint(a[key]) != sprint(b[key]) {
			t.Errorf("%s: %v, want %v", key, a[key], b[key])
		}
	}
}
