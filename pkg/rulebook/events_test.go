package rulebook

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/exposure"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/pipeline"
	"sigtransit/pkg/roaming"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// collected are the messages of events, as a worker is handed them.
type collected struct {
	collector
	messages []signaling.Message
}

func (c *collected) Message(m *signaling.Message) { c.messages = append(c.messages, *m) }

func events(t testing.TB, text string) []rules.TestEvent {
	t.Helper()
	file, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return file.Tests[0].Events
}

func load(t testing.TB, events string) (*rules.TestFile, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(name, []byte("tests:\n  - name: a\n    only: true\n    events:\n"+events), 0o600); err != nil {
		t.Fatal(err)
	}
	return rules.LoadTests(name)
}

func play(t testing.TB, set *rules.Set, events string) (*collected, error) {
	t.Helper()
	file, err := load(t, events)
	if err != nil {
		return nil, err
	}
	c := &collected{collector: collector{set: set}}
	err = newPlayer(pipeline.New(set, pipeline.Options{Emit: c}), nil).play(context.Background(), file.Tests[0].Events)
	if err != nil {
		err = errorText(strings.ReplaceAll(err.Error(), file.Name, "FILE"))
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
      - {operation: cancelLocation, duplicate: true}
      - {operation: /ULR}
      - {operation: S6a/ULR, diameter: {app_id: 16777251, command: 9}}
      - {operation: sendRoutingInfoForSM}
      - {operation: sendRoutingInfoForSM, kind: result, map: {msc_number: "9991", returned: []}}
      - {protocol: cap, kind: result}
      - {operation: purgeMS, map: {opcode: 2}}
      - {operation: mt-ForwardSM, map: {opcode: 46}}
      - {operation: purgeMS, timestamp: "2199-12-01T00:00:00Z", repeat: 60, every: 24h}
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
FILE:16:9: ULR is of diameter, which has no m3ua, sccp, sua, map or cap
FILE:17:9: duplicate: no event before it has that operation, and no id joins the two
FILE:18:9: operation: "/ULR" is not known with the files of this test
FILE:19:9: operation: ULR has app_id 16777251 and command 316, and the event 16777251 and 9
FILE:21:9: result tells serving_node, and has an empty list of what it discloses
FILE:22:9: answers nothing: no event before it asks for that, and no id joins the two
FILE:23:9: operation: purgeMS has opcode 67, and the event 2
FILE:25:9: repeat: the last one is of 2200-01-02, want times before 2200`
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

// TestPlayTogether: what belongs together is found by ids that several dialogues may
// have, by nothing but the order, and by the link of what is answered.
func TestPlayTogether(t *testing.T) {
	c, err := play(t, builtin(t), `      - {operation: sendAuthenticationInfo, tcap: {otid: "0A"}, sccp: {calling: {gt: "9991"}, called: {gt: "9992"}}}
      - {operation: purgeMS, tcap: {otid: "0a"}, sccp: {calling: {gt: "9992"}, called: {gt: "9991"}}}
      - {protocol: map, kind: result, tcap: {dtid: "0a"}, sccp: {calling: {gt: "9992"}, called: {gt: "9991"}}}
      - {operation: S6a/ULR, src_ip: 192.0.2.7, dest_ip: 192.0.2.8, diameter: {peer: a.example, to_peer: b.example, hop_by_hop: 5}}
      - {operation: S6a/AIR, link: 1, diameter: {hop_by_hop: 5, origin_host: c.example}}
      - {kind: answer, diameter: {app_id: 16777251, command: 316, result_code: 2001}}
      - {kind: answer, src_ip: 192.0.2.8, dest_ip: 192.0.2.7, diameter: {hop_by_hop: 5, result_code: 2001}}
      - {operation: updateLocation, link: 2}
      - {operation: updateLocation, link: 3, duplicate: true}
      - {protocol: map, kind: result, link: 2, map: {returned: []}}
      - {protocol: diameter, diameter: {origin_host: d.example}}
      - {operation: CER, diameter: {origin_host: e.example, origin_realm: example}}
`)
	if err != nil {
		t.Fatal(err)
	}
	m := c.messages
	for name, ok := range map[string]bool{
		"an id of two nodes":            m[2].Memory == m[0].Memory && m[1].Memory != m[0].Memory,
		"an answer without ids":         m[5].Memory == m[3].Memory && m[5].Link == m[3].Link && m[5].From == 1 && m[5].Src.Addr() == m[3].Dst.Addr(),
		"an id of two links":            m[6].Memory == m[3].Memory && m[6].From == 1 && m[4].Link.ID != m[3].Link.ID,
		"a second sight without ids":    m[8].Memory == m[7].Memory && m[8].Link != m[7].Link && m[8].Memory.Signature == m[7].Memory.Signature,
		"a result of the last request":  m[9].Memory == m[7].Memory && m[9].Link == m[7].Link && m[9].Side == 1 && m[9].From != m[7].From,
		"no peer of a relayed message":  m[4].Link.Ends[0].Host == "" && m[10].Link.Ends[0].Host != "d.example",
		"the peer of a CER":             m[11].Link.Ends[0].Host == "e.example" && m[11].Link.Ends[0].Realm == "example",
		"links without and with number": m[4].Link.ID == 1 && m[3].Link.ID >= unnamed,
	} {
		if !ok {
			t.Errorf("%s is wrong", name)
		}
	}
}

// TestPathsInAnyOrder: the hours of events are judged once all were told, however long
// that takes and whatever goes back in time, and the ledger leaves nothing behind.
func TestPathsInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	set := builtin(t)
	ledger, err := openPaths(set)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "p.json")
	if err := os.WriteFile(name, []byte(`{"format":"sigtransit-partners","version":1,"partners":[{"id":"NORE1","plmns":["999-70"],"gts":[{"first":"99970"}],"carriers":[{"service":"ss7","name":"PCCW Global","carriers":["pccw-global"],"use":"primary"}]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := partners.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	ends, _ := roaming.Compile(roaming.Home{}, list.Partners, roaming.Transit{})
	c := &collector{set: set}
	recorder := exposure.NewRecorder(ledger.Ledger)
	p := newPlayer(pipeline.New(set, pipeline.Options{Emit: c, Roaming: ends, Ledger: recorder}), recorder)
	tell := func(day, code string) {
		t.Helper()
		if err := p.play(context.Background(), events(t, `      - {timestamp: `+day+`T00:00:00Z, operation: sendAuthenticationInfo, m3ua: {opc: `+code+`, dpc: 1-001-1}, sccp: {calling: {gt: "999700000010"}, called: {gt: "999010000010"}}, repeat: 20}`)); err != nil {
			t.Fatal(err)
		}
		p.worker.FlushLedger()
	}
	tell("2024-11-22", "4-176-0")
	tell("2024-11-24", "4-106-6")      // the day is over, and all of it came over what is not declared
	time.Sleep(700 * time.Millisecond) // longer than a ledger waits
	tell("2024-11-22", "4-106-6")
	err = ledger.judge(context.Background(), p.worker)
	ledger.close()
	kinds := map[string]int{}
	for _, f := range c.found {
		kinds[strings.Join(f["path"], "")]++
	}
	if err != nil || kinds["undeclared"] != 1 || kinds["route_mismatch"] != 0 {
		t.Errorf("findings by kind of path: %v, error %v", kinds, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
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
