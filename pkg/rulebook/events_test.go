package rulebook

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// collected are the messages of events, as a worker is handed them.
type collected struct {
	collector
	messages []signaling.Message
}

func (c *collected) Message(m *signaling.Message) { c.messages = append(c.messages, *m) }

func play(t testing.TB, set *rules.Set, events string) (*collected, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(name, []byte("tests:\n  - name: a\n    only: true\n    events:\n"+events), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := rules.LoadTests(name)
	if err != nil {
		return nil, err
	}
	c := &collected{collector: collector{set: set}}
	err = newPlayer(pipeline.New(set, pipeline.Options{Emit: c}), nil).play(context.Background(), file.Tests[0].Events)
	if err != nil {
		err = errorText(strings.ReplaceAll(err.Error(), name, "FILE"))
	}
	return c, err
}

type errorText string

func (e errorText) Error() string { return string(e) }

func builtin(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestUnplayable: events that say what cannot be are told with their places, all of them.
func TestUnplayable(t *testing.T) {
	_, err := play(t, builtin(t), `      - {operation: updateLocation, kind: result}
      - {operation: nonsense}
      - {operation: MAR}
      - {operation: S6a/MAR}
      - {operation: ULR, protocol: map}
      - {operation: ULR, diameter: {returned: cug}}
      - {operation: purgeMS}
      - {operation: updateLocation, kind: result}
      - {kind: answer, protocol: diameter, diameter: {result_code: 2001}}
      - {operation: ULR, kind: invoke}
      - {operation: purgeMS, kind: request}
      - {operation: ULR, m3ua: {opc: 1}}
`)
	want := `FILE:5:9: answers nothing: no event before it asks for that, and no id joins the two
FILE:6:9: operation: "nonsense" is not known with the files of this test
FILE:7:9: operation: "MAR" is of several, say which: Cx/MAR, SWx/MAR, Zh/MAR
FILE:8:9: operation: "S6a/MAR" is not known with the files of this test
FILE:9:9: operation: "ULR" is not known with the files of this test
FILE:10:9: request discloses no cug
FILE:12:9: answers nothing: no event before it asks for that, and no id joins the two
FILE:14:9: kind: "invoke", want request or answer: ULR is of diameter
FILE:15:9: kind: "request" is of diameter, and purgeMS of map
FILE:16:9: ULR is of diameter, which has no m3ua, sccp, sua, map or cap`
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// TestPlay: what belongs together shares link and dialogue, and what is not said is
// what it is for most.
func TestPlay(t *testing.T) {
	c, err := play(t, builtin(t), `      - {operation: sendAuthenticationInfo, subscriber: {plmn: 001-01}, tcap: {otid: "01"}}
      - {operation: purgeMS, subscriber: {plmn: 999-70}, tcap: {otid: "02"}}
      - {kind: result, tcap: {otid: "03", dtid: "01"}, map: {returned: ["authentication_vectors:2"]}}
      - {protocol: map, kind: end, tcap: {dtid: "03"}}
      - {protocol: map, kind: error, tcap: {dtid: "02"}, map: {error: 1}}
      - {operation: S6a/ULR, src_ip: 192.0.2.7, dest_ip: 192.0.2.8, diameter: {hop_by_hop: 1, end_to_end: 9, peer: a.example, to_peer: b.example}}
      - {operation: S6a/ULR, src_ip: 192.0.2.9, dest_ip: 192.0.2.8, diameter: {hop_by_hop: 2, end_to_end: 9}, duplicate: true}
      - {kind: answer, src_ip: 192.0.2.8, dest_ip: 192.0.2.7, diameter: {hop_by_hop: 1, end_to_end: 9, result_code: 5001}}
      - {operation: purgeMS, repeat: 2}
`)
	if err != nil {
		t.Fatal(err)
	}
	m := c.messages
	if len(m) != 10 {
		t.Fatalf("%d messages", len(m))
	}
	sai := &m[0]
	for name, ok := range map[string]bool{
		"a request":          sai.Kind == signaling.KindInvoke && sai.Class == signaling.ClassAuthentication && sai.IMSI.String() == "001010000000000" && sai.Component.Code == 56 && sai.Side == 0,
		"another":            m[1].Memory != sai.Memory && m[1].Class == signaling.ClassLocation,
		"its result":         m[2].Memory == sai.Memory && m[2].Side == 1 && m[2].Inherited && m[2].Operation == sai.Operation && m[2].IMSI == sai.IMSI && m[2].Protocol == signaling.MAP,
		"its end":            m[3].Memory == sai.Memory && m[3].Side == 0 && m[3].Component == nil && m[3].Operation == sai.Operation,
		"an error":           m[4].Memory == m[1].Memory && m[4].Side == 1 && rules.Refused(&m[4]),
		"Diameter":           m[5].Kind == signaling.KindRequest && m[5].Diameter.AppID == 16777251 && m[5].Diameter.Command == 316 && m[5].Diameter.IsRequest(),
		"its link":           m[5].Link.Ends[0].Host == "a.example" && m[5].Link.Ends[1].Host == "b.example" && m[5].Link.ID != sai.Link.ID,
		"its copy":           m[6].Memory == m[5].Memory && m[6].Link != m[5].Link,
		"its answer":         m[7].Memory == m[5].Memory && m[7].Side == 1 && m[7].From == 1 && m[7].Link == m[5].Link && rules.Refused(&m[7]) && !m[7].Diameter.IsRequest(),
		"one that comes":     m[8].Memory != m[9].Memory && m[9].Time-m[8].Time == 1e6 && m[8].Frame == 9 && m[9].Frame == 9,
		"a millisecond each": m[1].Time-sai.Time == 1e6 && sai.Time == begun.UnixNano(),
	} {
		if !ok {
			t.Errorf("%s is wrong", name)
		}
	}
	if given, n := m[2].Disclosed(); given != signaling.DisclosedVectors || n != 2 {
		t.Errorf("the result returns %v", given.AppendNames(nil, n))
	}
	if given, _ := sai.Disclosed(); given != signaling.DisclosedIMSI {
		t.Errorf("the request carries %v", given.AppendNames(nil, 0))
	}
}

// FuzzEvents: whatever events say, they are refused or judged.
func FuzzEvents(f *testing.F) {
	set := builtin(f)
	for _, name := range []string{"interconnect-demo", "variant-sua", "diameter-dess", "tcap-opcodes", "variant-ansi-tcap"} {
		b, err := os.ReadFile("../../testdata/" + name + "/expected.jsonl")
		if err != nil {
			f.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, `"event_type":"message"`) {
				f.Add("      - " + line)
				if n++; n == 8 {
					break
				}
			}
		}
	}
	f.Add("      - {operation: purgeMS, repeat: 3, every: 1h}\n      - {kind: result, map: {returned: []}}\n")
	f.Fuzz(func(t *testing.T, events string) {
		if strings.Contains(events, "repeat") && len(events) > 100 {
			return // a hundred thousand of many are only slow
		}
		_, _ = play(t, set, events)
	})
}
