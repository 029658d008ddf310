package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/synth/raex"
)

// The captures have home 001-01 with the numbers of 99901, and eight networks, 999-70 to
// 999-77, with those of 99970 to 99977.
const capturedNetworks = 8

// writeExposure makes, in a child, what harness.exposed needs: partners, rules, a
// watchlist, configurations that name them, and IR.21 documents.
func writeExposure(dir string) error {
	in := func(name string) string { return filepath.Join(dir, name) }
	errs := []error{
		writePartners(in("few.json"), 2), writePartners(in("many.json"), exposurePartners),
		os.WriteFile(in("rules.yaml"), messageRules(exposureRules), 0o666), writeWatchlistFile(in("watchlist.yaml"), exposureWatchlist),
		os.Mkdir(in("ir21"), 0o777),
	}
	const home = "home: {name: Bench, plmns: [001-01], gt_prefixes: [\"99901\"]}\n"
	for name, text := range map[string]string{
		"small.yaml":    "partners: [few.json]\n",
		"partners.yaml": "partners: [many.json]\n",
		"large.yaml":    "partners: [many.json]\ndetections: [rules.yaml]\nwatchlists: [watchlist.yaml]\n",
	} {
		errs = append(errs, os.WriteFile(in(name), []byte(home+text), 0o666))
	}
	for n := range exposureDocuments {
		var b bytes.Buffer
		errs = append(errs, raex.Write(&b, []raex.Network{raex.Numbered(n)}), os.WriteFile(in(fmt.Sprintf("ir21/%04d.xml", n)), b.Bytes(), 0o666))
	}
	return errors.Join(errs...)
}

// writePartners writes partners with 20 ranges of global titles each: first the networks
// of the captures, two of which declare a watchlisted carrier, then others, whose numbers
// resemble theirs.
func writePartners(name string, n int) error {
	f := partners.File{}
	for i := range n {
		network, cc := fmt.Sprintf("%03d", i), "996"+fmt.Sprintf("%03d", i)
		p := &partners.Partner{ID: fmt.Sprintf("Z%04d", i), Name: fmt.Sprintf("Operator %d", i), Country: "IS"}
		p.PLMNs = []telecom.PLMN{{MCC: 998, MNC: uint16(i), Digits: 3}}
		if i < capturedNetworks {
			network, cc = fmt.Sprintf("%02d", 70+i), fmt.Sprintf("999%02d", 70+i)
			p.PLMNs = []telecom.PLMN{{MCC: 999, MNC: uint16(70 + i), Digits: 2}}
		}
		for k := range 20 {
			// The captures have "00000" behind the first digits.
			p.GTs = append(p.GTs, partners.Range{First: fmt.Sprintf("%s%02d0", cc, k), Last: fmt.Sprintf("%s%02d9", cc, k)})
		}
		p.MGTs = []string{cc}
		p.Realms = []string{"epc.mnc" + network + ".example.net"}
		carrier := partners.Declaration{Service: signaling.ServiceSS7, Name: "Fictional Transit One", Use: partners.Primary}
		if i < 2 {
			carrier = partners.Declaration{Service: signaling.ServiceSS7, Name: "PCCW Global", Carriers: []string{"pccw-global"}, Use: partners.Primary}
		}
		p.Carriers = []partners.Declaration{carrier}
		f.Partners = append(f.Partners, p)
	}
	return f.WriteFile(name)
}

// messageRules are rules about messages as an operator would have them: what a partner
// or a country must not send, most with an operation, a fifth with a condition. Nothing in
// the captures fits one; some rules are asked to the end.
func messageRules(n int) []byte {
	operations := []string{
		"updateLocation", "sendAuthenticationInfo", "insertSubscriberData", "cancelLocation", "provideSubscriberInfo", "anyTimeInterrogation",
		"sendRoutingInfoForSM", "mt-ForwardSM", "mo-ForwardSM", "purgeMS", "updateGprsLocation", "sendRoutingInfo", "AIR", "ULR", "CLR", "IDR", "S6a/PUR", "NOR",
	}
	directions := []string{"inbound", "outbound", "inbound"}
	classes := []string{"location", "sms", "authentication"}
	var b strings.Builder
	b.WriteString("detections:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: bench-%d\n    rev: 1\n    title: Bench rule %d\n    severity: low\n    match:\n      about: message\n      direction: [%s]\n", i, i, directions[i%3])
		switch i % 5 {
		case 0, 1:
			fmt.Fprintf(&b, "      operation: [%s]\n      partner: [Z%04d, Z%04d]\n", operations[i%len(operations)], 100+i, 300+i)
		case 2:
			fmt.Fprintf(&b, "      class: [%s]\n      country: [AQ, BV]\n", classes[i%3])
		case 3:
			fmt.Fprintf(&b, "      operation: [%s]\n      kind: [invoke, request]\n      subscriber: [foreign]\n", operations[i%len(operations)])
			b.WriteString("      partner: [Z0900]\n")
		case 4:
			// Anytime interrogations are asked for the condition, the rest by partner before.
			op, partner := operations[i%len(operations)], fmt.Sprintf("      partner: [Z%04d]\n", 500+i)
			if i%20 == 4 {
				op, partner = "anyTimeInterrogation", ""
			}
			fmt.Fprintf(&b, "      operation: [%s]\n      kind: [invoke, request]\n%s", op, partner)
			b.WriteString("    condition: sccp.calling.gt.startsWith(\"99699\") && !diameter.origin_realm.endsWith(\".example.net\")\n")
		}
	}
	return []byte(b.String())
}
