package output

import (
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// TestTablePartner: the table says which way a message goes and who is at the far end,
// where that is known to somebody.
func TestTablePartner(t *testing.T) {
	for _, tt := range []struct {
		width int
		d     signaling.Direction
		party uint32
		want  string
	}{
		{0, signaling.Outbound, 1, "outbound to Alpha Mobile (XA)"},
		{0, signaling.Inbound, 1, "inbound from Alpha Mobile (XA)"},
		{0, signaling.Through, 1, "through, Alpha Mobile (XA)"},
		{0, signaling.Internal, 0, "internal"},
		{160, signaling.Outbound, 1, "to Alpha Mobile (XA)"},
		{120, signaling.Inbound, 1, "from Alpha\u2026 (XA)"},
	} {
		table := NewTable(Options{Keys: testKeys, Roaming: testRoaming}, Screen{Width: tt.width})
		m := roamer()
		m.Roaming.Direction, m.Roaming.Partner = tt.d, tt.party
		if line := string(table.AppendMessage(nil, m)); !strings.Contains(line, " "+tt.want+" ") || !strings.Contains(line, "PARTNER") {
			t.Errorf("%d columns: %s\nwant %q", tt.width, line, tt.want)
		}
	}
	if line := string(NewTable(Options{Keys: testKeys}, Screen{}).AppendMessage(nil, updateLocation())); strings.Contains(line, "PARTNER") {
		t.Errorf("a column for partners that nobody knows: %s", line)
	}
}

// TestDirections: messages are counted by direction once home is known.
func TestDirections(t *testing.T) {
	var s, other Stats
	s.AddMessage(updateLocation())
	if _, ok := s.Directions(); ok {
		t.Error("directions without home")
	}
	other.AddMessage(roamer())
	s.Merge(&other)
	page := string(NewSummary(Screen{}).AppendStats(nil, &s))
	for _, want := range []string{"1  outbound: from home", "1  direction unknown"} {
		if !strings.Contains(page, want) {
			t.Errorf("the summary lacks %q:\n%s", want, page)
		}
	}
}

// TestSubscriberNetwork: an event names the network that the IMSI was taken to be of.
func TestSubscriberNetwork(t *testing.T) {
	for imsi, want := range map[string]string{
		"350007123456789": "350-007", "350006123456789": "350-00", // two and three digits side by side
		"405010123456789": "405-01", // two where three are usual
		"310260123456789": "310-260", "999701123456789": "999-70",
	} {
		m := roamer()
		m.IMSI = telecom.MustDigits(imsi)
		if line := string(NewEncoder(Options{Keys: testKeys}).AppendMessage(nil, m)); !strings.Contains(line, `"plmn":"`+want+`"`) {
			t.Errorf("%s: %s\nwant %s", imsi, line, want)
		}
	}
}
