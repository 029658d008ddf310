// Package raex makes IR.21 documents of fictional operators in the XML form that
// package ir21 reads, in both layouts in circulation: for tests, for the set in
// testdata/ir21, and for measurements. Its numbers belong to nobody: country code and
// mobile country code 999, addresses and AS numbers for documentation or private use.
package raex

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Network is one network of a fictional operator.
type Network struct {
	TADIG, Sender string
	Country       string // ISO 3166-1 alpha-3
	Name          string
	Old           bool // layout
	MCC, MNC      string
	SS7           []Carrier
	Diameter      []Carrier
	Data          []Carrier
	Truth         []string // carrier:service:use of what is to be understood

	Number int // from 1: what the numbers are made of
	Ranges int // of global titles; 0: one
}

// Carrier is a carrier as a document names it.
type Carrier struct {
	Name, Use string
	ASN       string
}

// columns of a table of networks.
var columns = []string{"tadig", "sender", "country", "name", "layout", "plmn", "ss7", "diameter", "data", "truth"}

// ReadTable reads networks from a table with tabs between columns, the first line with
// their names, and comments after #.
func ReadTable(r io.Reader) (out []Network, err error) {
	s := bufio.NewScanner(r)
	head := false
	for line := 1; s.Scan(); line++ {
		if strings.HasPrefix(s.Text(), "#") || s.Text() == "" {
			continue
		}
		f := strings.Split(s.Text(), "\t")
		switch {
		case len(f) != len(columns):
			return nil, fmt.Errorf("raex: line %d: %d columns, want %d", line, len(f), len(columns))
		case !head:
			if got, want := strings.Join(f, " "), strings.Join(columns, " "); got != want {
				return nil, fmt.Errorf("raex: line %d: columns %q, want %q", line, got, want)
			}
			head = true
			continue
		}
		n := Network{TADIG: f[0], Sender: f[1], Country: f[2], Name: f[3], Old: f[4] == "old", Truth: strings.Fields(f[9]), Number: len(out) + 1}
		n.MCC, n.MNC, _ = strings.Cut(f[5], "-")
		n.SS7, n.Diameter, n.Data = cell(f[6]), cell(f[7]), cell(f[8])
		out = append(out, n)
	}
	return out, s.Err()
}

// cell reads "name @ use || name # asn".
func cell(s string) (out []Carrier) {
	if s == "" {
		return nil
	}
	for item := range strings.SplitSeq(s, " || ") {
		var c Carrier
		c.Name, c.ASN, _ = strings.Cut(item, " # ")
		c.Name, c.Use, _ = strings.Cut(c.Name, " @ ")
		c.Name = strings.TrimSpace(strings.TrimSuffix(c.Name, " @"))
		out = append(out, c)
	}
	return out
}

// Documents puts the networks of one sender together, in their order.
func Documents(networks []Network) (out [][]Network) {
	at := map[string]int{}
	for _, n := range networks {
		i, ok := at[n.Sender]
		if !ok {
			i = len(out)
			at[n.Sender] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], n)
	}
	return out
}

// Numbered makes the network of a large operator out of its number, for measurements:
// 20 ranges, three carriers for SS7, two for packet data, one for Diameter.
func Numbered(n int) Network {
	return Network{
		TADIG: fmt.Sprintf("Z%04d", n%10000), Sender: fmt.Sprintf("Z%04d", n%10000), Country: "ISL", Name: fmt.Sprintf("Operator %d", n), Old: n%3 == 0,
		MCC: "999", MNC: fmt.Sprintf("%03d", n%1000), Number: n, Ranges: 20,
		SS7:      []Carrier{{Name: "Fictional Transit One", Use: "Primary"}, {Name: "Imaginary Hub & Madeup Wholesale", Use: "Backup"}, {Name: "PCCW Global", Use: "Backup"}},
		Diameter: []Carrier{{Name: "Imaginary Hub"}},
		Data:     []Carrier{{Name: "Fictional Transit One", ASN: "64496"}, {Name: "CMI", ASN: "58453"}},
	}
}

// writer writes elements, indented.
type writer struct {
	b     *bufio.Writer
	depth int
}

func (w *writer) indent() {
	for range w.depth {
		w.b.WriteString(" ")
	}
}

// el writes an element with text.
func (w *writer) el(name, text string) {
	w.indent()
	w.b.WriteString("<" + name + ">")
	_ = xml.EscapeText(w.b, []byte(text)) // errors stay in w.b
	w.b.WriteString("</" + name + ">\n")
}

// in writes an element with elements.
func (w *writer) in(name string, body func()) {
	w.indent()
	w.b.WriteString("<" + name + ">\n")
	w.depth++
	body()
	w.depth--
	w.indent()
	w.b.WriteString("</" + strings.Fields(name)[0] + ">\n")
}

const date = "2026-01-15"

// Write writes the document of an operator with these networks.
func Write(to io.Writer, networks []Network) error {
	w := &writer{b: bufio.NewWriter(to)}
	w.b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	first := &networks[0]
	root := `TADIGRAEXIR21 xmlns="https://infocentre.gsm.org/TADIG-RAEX-IR21"`
	if first.Number%2 == 0 { // a prefix on the root alone
		root = `tadig-raex-21:TADIGRAEXIR21 xmlns:tadig-raex-21="https://infocentre.gsm.org/TADIG-RAEX-IR21"`
	}
	w.in(root, func() {
		w.in("RAEXIR21FileHeader", func() {
			w.el("FileCreationTimestamp", date+"T09:00:00+00:00")
			if !first.Old {
				w.el("SenderTADIG", first.Sender)
				w.el("TADIGRAEXIR21SchemaVersion", "18.0")
			}
		})
		w.in("OrganisationInfo", func() {
			w.el("OrganisationName", first.Name)
			w.el("CountryInitials", first.Country)
			if !first.Old {
				w.in("TADIGSummaryList", func() {
					for i := range networks {
						n := &networks[i]
						w.in("TADIGSummaryItem", func() {
							w.el("TADIGCode", n.TADIG)
							w.in("NetworkProperties", func() { w.el("MCC", n.MCC); w.el("MNC", n.MNC) })
						})
					}
				})
			}
			w.in("NetworkList", func() {
				for i := range networks {
					w.network(&networks[i])
				}
			})
		})
	})
	return w.b.Flush()
}

// layout puts a wrapper around a section's contents in the newer layout.
func (w *writer) layout(n *Network, wrapper string, body func()) {
	if n.Old {
		body()
		return
	}
	w.in(wrapper, body)
}

func (w *writer) network(n *Network) {
	w.in("Network", func() {
		w.el("TADIGCode", n.TADIG)
		w.el("NetworkName", n.Name)
		w.el("NetworkType", "Terrestrial")
		w.in("NetworkData", func() {
			w.routing(n)
			w.gateway(n)
			if n.Old {
				w.in("IPRoaming_IW_InfoSection", func() { w.in("IPRoaming_IW_Info_General", func() { w.data(n) }) })
			} else {
				w.in("GRXIPXRoutingForDataRoamingSection", func() { w.in("GRXIPXRoutingForDataRoaming", func() { w.data(n) }) })
			}
			w.lte(n)
			w.in("ContactInfoSection", func() { w.el("Contact", "not to be read") })
		})
	})
}

// ndc is the national destination code of the network's numbers.
func (n *Network) ndc() string { return fmt.Sprintf("7%03d", n.Number%1000) }

func (w *writer) rangeOf(n *Network, from, to string) {
	w.in("NumberRange", func() {
		w.el("CC", "999")
		w.el("NDC", n.ndc())
		if from != "" {
			w.in("SN_Range", func() { w.el("SN_RangeStart", from); w.el("SN_RangeStop", to) })
		}
	})
}

func (w *writer) routing(n *Network) {
	w.in("RoutingInfoSection", func() {
		w.layout(n, "RoutingInfo", func() {
			w.el("EffectiveDateOfChange", date)
			w.in("CCITT_E164_NumberSeries", func() {
				w.in("MSISDN_NumberRanges", func() { w.in("RangeData", func() { w.rangeOf(n, "", "") }) })
				w.in("GT_NumberRanges", func() {
					for i := range max(1, n.Ranges) {
						w.in("RangeData", func() { w.rangeOf(n, fmt.Sprintf("%02d00", i), fmt.Sprintf("%02d99", i)) })
					}
				})
				w.in("MSRN_NumberRanges", func() {
					if n.Old {
						w.rangeOf(n, "9000", "9999")
					} else {
						w.in("RangeData", func() { w.rangeOf(n, "9000", "9999") })
					}
				})
			})
			w.in("CCITT_E212_NumberSeries", func() { w.el("MCC", n.MCC); w.el("MNC", n.MNC) })
			w.in("CCITT_E214_MGT", func() { w.el("MGT_CC", "999"); w.el("MGT_NC", n.ndc()) })
		})
	})
}

func (w *writer) gateway(n *Network) {
	w.in("InternationalSCCPGatewaySection", func() {
		if len(n.SS7) == 0 {
			w.el("SectionNA", "Section not applicable")
			return
		}
		w.layout(n, "InternationalSCCPGatewayInfo", func() {
			w.el("EffectiveDateOfChange", date)
			w.in("InternationalSCCPCarrierList", func() {
				for i, c := range n.SS7 {
					w.in("SCCPCarrierItem", func() {
						w.el("SCCPCarrierName", c.Name)
						w.el("SCCPConnectivityInformation", c.Use)
						// Zone 0 is assigned to nobody (Q.708).
						w.in("DPCList", func() { w.in("DPCItem", func() { w.el("DPC", fmt.Sprintf("0-%03d-%d", n.Number%256, i)) }) })
					})
				}
			})
		})
	})
	w.in("DomesticSCCPGatewaySection", func() { w.el("SectionNA", "Section not applicable") })
}

// prefix is of the ranges for documentation (RFC 5737, RFC 3849).
func (n *Network) prefix() string {
	i := n.Number
	if i >= 3*32 {
		return fmt.Sprintf("2001:db8:%x::/48", i%0x10000)
	}
	return fmt.Sprintf("%s.%d/29", [...]string{"192.0.2", "198.51.100", "203.0.113"}[i/32], i%32*8)
}

func (w *writer) data(n *Network) {
	w.el("EffectiveDateOfChange", date)
	w.in("InterPMNBackboneIPList", func() {
		w.in("IPAddressOrRange", func() { w.el("IPAddressRange", n.prefix()) })
	})
	own := fmt.Sprint(64512 + n.Number%1000)
	w.in("ASNsList", func() {
		if n.Old {
			w.el("ASN", own)
		} else {
			w.in("ASNItem", func() { w.el("ASN", own); w.el("NetworkOwner", "MNO") })
		}
	})
	if n.Old {
		w.in("GRXProvidersList", func() {
			for _, c := range n.Data {
				w.el("GRXProvider", c.Name)
			}
		})
		return
	}
	w.in("GRXIPXProvidersList", func() {
		for _, c := range n.Data {
			w.in("GRXIPXProviderItem", func() { w.el("ProviderName", c.Name); w.el("ASN", c.ASN); w.el("NetworkOwner", "MNO") })
		}
	})
}

func (w *writer) lte(n *Network) {
	w.in("LTEInfoSection", func() {
		realm := fmt.Sprintf("epc.mnc%03s.mcc%s.3gppnetwork.org", n.MNC, n.MCC)
		w.layout(n, "LTEInfo", func() {
			w.el("EffectiveDateOfChange", date)
			w.in("RoamingInterconnection", func() {
				w.in("S6a", func() { w.in("HostnamesHSS_MMEList", func() { w.el("HostName", "dea1."+realm) }) })
			})
			w.el("EPCRealmsForRoaming", realm)
			for _, c := range n.Diameter {
				w.el("IPXProviderName", c.Name)
			}
		})
	})
}
