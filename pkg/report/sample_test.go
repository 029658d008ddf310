package report

import "time"

// sample is a report made by hand, with something of everything a page shows.
func sample() *Data {
	at := func(h int) time.Time { return time.Date(2026, 11, 22, h, 0, 0, 0, time.UTC) }
	e := func(n uint64) Estimate { return Estimate{Value: n} }
	figures := func(m, d, s, r, read, home, visit uint64) Figures {
		return Figures{m, d, s, r, read, e(home), e(visit), Estimate{}}
	}
	d := &Data{
		Format: Format, Version: Version, Created: at(18), Tool: "1.0",
		Home:   Home{Name: "Example Mobile", PLMNs: []string{"001-01"}},
		Period: Period{at(6), at(12)},
		Total:  figures(12480, 6100, 1210, 96, 11950, 1240, 310), Unknown: figures(2260, 1100, 200, 10, 2260, 420, 120),
		Internal: 312, Declared: 840, Twice: 64, Watched: Part{6810, 0.5457},
		Trust: Trust{"limited", []string{"41 of 20,500 SCTP data chunks missing (0.2 %, 38 messages)"}},
		Coverage: Coverage{6, 5, []Period{{at(9), at(10)}}, []string{"hk-1", "fra-2"}, 240_000, 41_200, 0, 12, 0, 12300,
			[]Overlap{{[2]string{"hk-1", "fra-2"}, at(6), at(8)}}, []SourceHours{{"fra-2", 3}, {"hk-1", 5}}, 0},
	}
	d.Total.Home.Error = 0.0081
	for i, n := range []uint64{3100, 2870, 1804, 1250, 610, 2046, 800} {
		d.Classes = append(d.Classes, ClassTotal{classes[i], figures(n, n/2, n/9, n/90, n, 80+n/10, n/25)})
	}
	cells := func(best string, ms ...uint64) (out []Cell) {
		for i, m := range ms {
			c := Cell{Class: classes[i], Figures: figures(m, m/2, m/9, 0, m, m/11, m/40), Share: share(m, d.Classes[i].Messages), Best: best, Evidence: []ByEvidence{{best, "high", true, m}}}
			out = append(out, c)
		}
		return out
	}
	d.Carriers = []Carrier{
		{ID: "pccw-global", Name: "PCCW Global", Watched: true, Figures: figures(4012, 2000, 402, 20, 3800, 612, 40), Share: 0.3215, Best: "adjacent",
			Evidence: []ByEvidence{{"adjacent", "high", true, 3800}, {"hop", "medium", true, 180}, {"address", "low", true, 32}, {"declared", "not measured", false, 540}},
			Cells:    cells("adjacent", 1820, 1100, 402, 90, 0, 600, 0), Shields: []ByName{{"clear", 3800}, {"tls", 212}}, Links: []LinkCount{{"clear", 2}, {"tls", 1}}, Partners: 4, Nations: 3, Contract: CarrierTerms{DeclaredBy: 3, Kept: 2, Undeclared: 1, Silent: 1}},
		{ID: "cmi", Name: "China Mobile International", Watched: true, Figures: figures(2862, 1400, 210, 8, 2862, 300, 22), Share: 0.2293, Best: "adjacent",
			Evidence: []ByEvidence{{"adjacent", "high", true, 2300}, {"hop", "medium", true, 562}},
			Cells:    cells("hop", 280, 1100, 1102, 290, 90, 0, 0), Shields: []ByName{{"clear", 2862}}, Partners: 2, Nations: 2, Contract: CarrierTerms{DeclaredBy: 2, Kept: 2, Backups: 1}},
		{ID: "example-transit", Name: "Example Transit", Figures: figures(3410, 1700, 340, 12, 3092, 340, 90), Share: 0.2732, Best: "adjacent",
			Evidence: []ByEvidence{{"adjacent", "high", true, 3410}}, Cells: cells("adjacent", 700, 500, 300, 870, 520, 500, 20), Shields: []ByName{{"clear", 3092}, {"signed", 318}}, Partners: 3, Nations: 3},
		{ID: "ctg", Name: "China Telecom Global", Watched: true, Contract: CarrierTerms{DeclaredBy: 1}},
	}
	d.Partners = []Partner{
		{ID: "NORET", Name: "Example Norge", Country: "NO", CountryName: "Norway", Source: "ir21", Figures: figures(5200, 2500, 600, 12, 5200, 500, 80), Watched: Part{4100, 0.79}, Unknown: Part{300, 0.058},
			Carriers: []PartnerCarrier{{"pccw-global", "PCCW Global", true, figures(3100, 1500, 300, 0, 3100, 400, 20), 0.596, "adjacent"}, {"cmi", "China Mobile International", true, figures(1000, 500, 100, 0, 1000, 100, 10), 0.19, "hop"}}},
		{ID: "SGPEX", Name: "Example Singapore", Country: "SG", CountryName: "Singapore", Source: "ir21", Figures: figures(2100, 1000, 200, 0, 2100, 200, 40), Watched: Part{1500, 0.71}, Unknown: Part{0, 0},
			Carriers: []PartnerCarrier{{"cmi", "China Mobile International", true, figures(1500, 1500, 300, 0, 1500, 200, 20), 0.71, "adjacent"}}},
		{ID: "gb", Country: "GB", CountryName: "United Kingdom", Source: "numbering", Figures: figures(900, 400, 20, 0, 900, 90, 4), Unknown: Part{900, 1}},
	}
	d.Countries = []Country{
		{"NO", "Norway", 1, figures(5200, 2500, 600, 12, 5200, 500, 80), Part{4100, 0.79}, Part{300, 0.058}},
		{"SG", "Singapore", 1, figures(2100, 1000, 200, 0, 2100, 200, 40), Part{1500, 0.71}, Part{0, 0}},
		{"KE", "Kenya", 2, figures(1900, 1000, 200, 0, 2100, 200, 40), Part{410, 0.21}, Part{80, 0.04}},
		{"BR", "Brazil", 1, figures(800, 1000, 200, 0, 2100, 200, 40), Part{30, 0.0375}, Part{80, 0.1}},
		{"GB", "United Kingdom", 1, figures(900, 400, 20, 0, 900, 90, 4), Part{}, Part{900, 1}},
		{"", "unknown country", 1, figures(180, 400, 20, 0, 900, 90, 4), Part{}, Part{180, 1}},
	}
	d.Timeline.Step = "hour"
	for i := range 6 {
		p := Point{Time: at(6 + i), Covered: i != 3, Hours: 1}
		if p.Covered {
			p.Captured = 1
			n := uint64(1 + (i*7)%5)
			p.Carriers = []uint64{300 * n, 200 * n, 150 * (6 - n), 0}
			p.Unknown = 100 * n
			p.Total = p.Unknown + 500*n + 150*(6-n)
		} else {
			p.Carriers = []uint64{0, 0, 0, 0}
		}
		d.Timeline.Points = append(d.Timeline.Points, p)
	}
	d.Compared = []Comparison{
		{"NORET", "Example Norge", "ss7", "pccw-global", "PCCW Global", true, "", "", 3100, 0.72, 4300, 12, "adjacent", Undeclared},
		{"SGPEX", "Example Singapore", "diameter", "cmi", "China Mobile International", true, "backup", "", 900, 0.8, 1125, 12, "hop", BackupCarries},
		{"NORET", "Example Norge", "ss7", "example-transit", "Example Transit", false, "primary", "", 200, 0.046, 4300, 12, "adjacent", AsDeclared},
		{"KENEX", "Example Kenya", "ss7", "", "Northern Hub Ltd", false, "primary", "", 0, 0, 300, 12, "none", Unresolved},
		{"KENEX", "Example Kenya", "ss7", "ctg", "China Telecom Global", true, "backup", "", 0, 0, 300, 12, "none", DeclaredUnseen},
		{"gb", "", "ss7", "example-transit", "Example Transit", false, "", "", 60, 1, 60, 12, "adjacent", NoDeclaration},
	}
	for _, c := range []string{"*", "", "pccw-global", "cmi", "example-transit"} {
		for i, class := range classes {
			for j, p := range []string{"NORET", "SGPEX"} {
				m := uint64(100*i + 50*j + 7)
				ev, watched := "adjacent", ""
				switch c {
				case "*":
					ev, watched = "adjacent", []string{"adjacent", "hop"}[j]
				case "":
					ev, watched = "none", "none"
				}
				d.Counters = append(d.Counters, Counter{c, p, "ss7", class, "outbound", ev, watched, "clear", "home", m, m / 2, m / 9, 1, m / 10})
			}
		}
	}
	return d
}
