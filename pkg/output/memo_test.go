package output

import (
	"fmt"
	"net/netip"
	"testing"

	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// TestMemo: an encoder that remembers writes what one without a past writes, for
// many more forms than it has room for, each met more than once.
func TestMemo(t *testing.T) {
	old := NewEncoder(Options{Keys: testKeys})
	links := []*signaling.Link{nil, testLink(), testLink(), testLink()}
	links[2].ID += memoSize / 2 // the same place
	links[3].Transport = signaling.TCP
	for i := range 4000 {
		n := i % 997
		f := locationFinding()
		m := *f.Message
		m.Link, m.From = links[n%len(links)], uint8(n/2%2)
		m.Protection = signaling.Protection(n/4) % signaling.NumProtections
		if n%5 == 0 {
			m.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n % 7)}), uint16(n%3))
		}
		if n%11 == 0 {
			m.Dst = netip.AddrPort{}
		}
		f.Message = &m
		f.Rule = &rules.Detection{ID: fmt.Sprint("rule-", n%6), Index: n % 3}
		f.Carrier = &rules.Carrier{ID: fmt.Sprint("carrier-", n%9), Name: [2]string{"", "A \"name\""}[n%2], Index: n % 4}
		f.Severity = signaling.Severity(n / 3 % 5)
		f.Evidence = signaling.Evidence(n/5) % signaling.NumEvidence
		f.Confidence = signaling.Confidence(n / 7 % 3)
		f.Reason = [3]string{"", "evidence: hop", "confidence: low"}[n%3]
		for range 2 {
			got, want := old.AppendFinding(nil, f), NewEncoder(Options{Keys: testKeys}).AppendFinding(nil, f)
			if string(got) != string(want) {
				t.Fatalf("case %d:\n%s\nwant\n%s", n, got, want)
			}
		}
	}
}
