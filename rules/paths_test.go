package rules

import (
	"reflect"
	"testing"
	"time"
)

func TestPathRules(t *testing.T) {
	const head = "detections:\n  - id: mine\n    title: Mine\n"
	for _, tc := range []struct {
		match string
		want  PathRule
	}{
		{"path: first_seen", PathRule{Kind: PathFirstSeen, Learning: 168 * time.Hour, Minimum: 1}},
		{"path: {kind: first_seen, learning: 0h, minimum: 5}", PathRule{Kind: PathFirstSeen, Minimum: 5}},
		{"path: {kind: share_shift, window: 2h, minimum: 10, points: 30}", PathRule{Kind: PathShareShift, Window: 2 * time.Hour, Minimum: 10, Points: 30}},
		{"path: {kind: volume, threshold: 1000}", PathRule{Kind: PathVolume, Window: time.Hour, Threshold: 1000}},
		{"path: declared_unseen", PathRule{Kind: PathDeclaredUnseen, Window: 168 * time.Hour, Minimum: 100}},
	} {
		s, err := Load(Options{NoBuiltinDetections: true, DetectionFiles: []string{writeFile(t, "d.yaml", head+"    match: {"+tc.match+"}\n")}})
		if err != nil {
			t.Errorf("%s: %v", tc.match, err)
			continue
		}
		if got := s.PathRules(); len(got) != 1 || !reflect.DeepEqual(*got[0].Path(), tc.want) {
			t.Errorf("%s: %+v, want %+v", tc.match, got, tc.want)
		}
	}
	for _, tc := range []struct{ match, want string }{
		{"path: often", `FILE:4:19: path: "often", want one of first_seen, undeclared, declared_unseen, route_mismatch, backup_primary, share_shift, volume`},
		{"path: {window: 2h}", `FILE:4:19: path: no "kind", want one of first_seen, undeclared, declared_unseen, route_mismatch, backup_primary, share_shift, volume`},
		{"path: volume", `FILE:4:19: path: volume has no "threshold", want a number of messages`},
		{"path: {kind: volume, threshold: 5, window: 90m}", `FILE:4:56: window: "90m", want whole hours of at most 744h, for example 24h`},
		{"path: {kind: first_seen, points: 5}", `FILE:4:46: points: is nothing that first_seen has; want some of learning, minimum`},
		{"path: undeclared, kind: [invoke]", `FILE:4:19: path: a rule about paths has no protocol, kind, operation, subscriber, confidence, role, position or contradicts: the ledger adds them up`},
		{"path: undeclared, class: [sms]", `FILE:4:19: path: undeclared compares services with declarations: it has no class or direction`},
		{"path: first_seen, evidence: [group]", `FILE:4:19: path: want evidence of address, hop or adjacent: a path that was seen`},
		{"path: first_seen, flow: [new]", `FILE:4:19: path: a rule about paths has no "flow" and no "about"`},
	} {
		p := writeFile(t, "d.yaml", head+"    match: {"+tc.match+"}\n")
		check(t, Options{DetectionFiles: []string{p}}, p, tc.want)
	}
}
