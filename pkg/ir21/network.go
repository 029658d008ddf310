package ir21

import (
	"net/netip"
	"strings"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
)

func (p *parser) networkItem(name string) {
	if name != "Network" {
		p.unknown(name, "NetworkList")
		return
	}
	n := &network{line: p.line()}
	p.networks = append(p.networks, n)
	p.count()
	p.children(func(name string) {
		switch name {
		case "TADIGCode":
			n.tadig = p.tadigCode()
		case "NetworkName":
			n.name = p.text()
		case "NetworkData":
			p.children(func(name string) { p.networkData(n, name) })
		case "NetworkType", "SupportedTechnologies", "SupportedFrequencies", "PresentationOfCountryInitialsAndMNN", "NetworkColourCode", "AbbreviatedMNN":
			p.skip()
		case "ContactInfoSection", "TestNumbersInfoSection", "TestingAPNs":
			p.private()
		default:
			p.unknown(name, "Network")
		}
	})
}

// networkData reads the sections that say how a network is reached.
func (p *parser) networkData(n *network, name string) {
	n.section, n.text = time.Time{}, ""
	switch name {
	case "RoutingInfoSection":
		p.children(func(name string) { p.routing(n, name) })
	case "InternationalSCCPGatewaySection":
		p.children(func(name string) { p.gateway(n, &n.out.Carriers, name) })
	case "DomesticSCCPGatewaySection":
		p.children(func(name string) { p.gateway(n, &n.out.Domestic, name) })
	case "NetworkElementsInfoSection":
		p.children(func(name string) { p.elementsInfo(n, name) })
	case "IPRoaming_IW_InfoSection", "GRXIPXRoutingForDataRoamingSection":
		p.children(func(name string) { p.dataRoaming(n, name) })
	case "LTEInfoSection", "SignallingInfoSection":
		p.children(func(name string) { p.lte(n, name) })
	default: // contacts and test numbers among them
		p.private()
	}
}

// date reads the effective date of the section at hand.
func (p *parser) date(n *network) {
	line := p.line()
	text := p.text()
	if text == "" {
		return
	}
	t, iso, ok := parseDate(text)
	switch {
	case !ok:
		p.note(line, "EffectiveDateOfChange: %q is no date; want one such as 2026-01-31", text)
		n.text = text
		return
	case !iso && ambiguous(text):
		p.note(line, "EffectiveDateOfChange: %q read as day, month, year: %s", text, t.Format(time.DateOnly))
	}
	n.section, n.text = t, ""
	if !iso {
		n.text = text
	}
	if t.After(n.out.Declared) {
		n.out.Declared = t
	}
}

func (p *parser) routing(n *network, name string) {
	switch name {
	case "RoutingInfo", "CCITT_E164_NumberSeries":
		p.children(func(name string) { p.routing(n, name) })
	case "EffectiveDateOfChange":
		p.date(n)
	case "GT_NumberRanges":
		p.children(func(name string) { p.rangeData(&n.out.GTs, name) })
	case "MSRN_NumberRanges":
		p.children(func(name string) { p.rangeData(&n.out.MSRNs, name) })
	case "CCITT_E212_NumberSeries":
		var x plmn
		p.children(func(name string) {
			if name == "MCC" || name == "MNC" {
				x.set(name, p.text(), p.line())
			} else {
				p.unknown(name, "CCITT_E212_NumberSeries")
			}
		})
		p.addPLMN(n, x)
	case "CCITT_E214_MGT":
		p.mgt(n)
	case "MSISDN_NumberRanges", "E212E214Translation", "DoesNumberPortabilityApply", "NP_E164NumberRangesList", "ChangeHistory", "SectionNA", "SectionId":
		p.skip()
	default:
		p.unknown(name, "RoutingInfoSection")
	}
}

// mgt reads the E.214 mobile global title: country code and network code, which the
// rest of an IMSI follows.
func (p *parser) mgt(n *network) {
	var cc, nc string
	line := p.line()
	p.children(func(name string) {
		switch name {
		case "MGT_CC":
			cc = p.text()
		case "MGT_NC":
			nc = p.text()
		default:
			p.unknown(name, "CCITT_E214_MGT")
		}
	})
	if cc == "" && nc == "" || !p.count() {
		return
	}
	c, ok1 := digits(cc)
	d, ok2 := digits(nc)
	if !ok1 || !ok2 || len(c) > 3 || len(c+d) > maxE164 {
		p.note(line, "CCITT_E214_MGT: country code %q, network code %q are no digits", cc, nc)
		return
	}
	n.out.MGTs = append(n.out.MGTs, c+d)
}

// rangeData reads one range; the older layout has NumberRange without RangeData.
func (p *parser) rangeData(to *[]partners.Range, name string) {
	switch name {
	case "RangeData":
		p.children(func(name string) { p.rangeData(to, name) })
	case "NumberRange":
		p.addRanges(to, p.numberRange(name), "")
	case "NetworkOwner", "SectionNA":
		p.skip()
	default:
		p.unknown(name, "RangeData")
	}
}

// numberRange reads CC, NDC and SN_Range in the open element.
func (p *parser) numberRange(in string) numbers {
	x := numbers{line: p.line()}
	p.children(func(name string) {
		switch name {
		case "CC":
			x.cc = p.text()
		case "NDC":
			x.ndc = p.text()
		case "SN_Range":
			p.children(func(name string) {
				switch name {
				case "SN_RangeStart":
					x.start = p.text()
				case "SN_RangeStop":
					x.stop = p.text()
				default:
					p.unknown(name, "SN_Range")
				}
			})
		case "NetworkOwner":
			p.skip()
		default:
			p.unknown(name, in)
		}
	})
	return x
}

func (p *parser) addRanges(to *[]partners.Range, x numbers, node string) {
	for _, r := range p.ranges(x) {
		if p.count() {
			r.Node = node
			*to = append(*to, r)
		}
	}
}

// gateway reads the carriers of an international or domestic SCCP gateway.
func (p *parser) gateway(n *network, to *[]partners.Declaration, name string) {
	switch name {
	case "InternationalSCCPGatewayInfo", "DomesticSCCPGatewayInfo",
		"InternationalSCCPCarrierList", "DomesticSCCPCarrierList", "SCCPCarrierList":
		p.children(func(name string) { p.gateway(n, to, name) })
	case "EffectiveDateOfChange":
		p.date(n)
	case "SCCPCarrierItem":
		d := partners.Declaration{Service: signaling.ServiceSS7, Since: n.section, SinceText: n.text}
		line := p.line()
		p.children(func(name string) { p.carrierItem(&d, name) })
		p.declare(to, d, line)
	case "ChangeHistory", "SectionNA", "SectionId":
		p.skip()
	default:
		p.unknown(name, "SCCPGatewaySection")
	}
}

func (p *parser) carrierItem(d *partners.Declaration, name string) {
	switch name {
	case "SCCPCarrierName":
		d.Name = p.text()
	case "SCCPConnectivityInformation":
		d.UseText = p.text()
	case "DPCList", "DPCItem":
		p.children(func(name string) { p.carrierItem(d, name) })
	case "DPC":
		line := p.line()
		for _, code := range list(p.text()) {
			if _, ok := partners.PointCode(code); !ok {
				p.note(line, "DPC: %q is no point code (zone-network-point, decimal or hex); kept as it is", code)
			}
			if p.count() {
				d.PointCodes = append(d.PointCodes, code)
			}
		}
	case "SCSignature", "SCType", "SCCPCarrierComments", "SCCPMNOsTADIGCodeList":
		p.skip()
	default:
		p.unknown(name, "SCCPCarrierItem")
	}
}

// declare takes a declaration over. A text that names several carriers with uses of
// their own ("A; B (backup)") becomes one each.
func (p *parser) declare(to *[]partners.Declaration, d partners.Declaration, line int) {
	if d.Name == "" && len(d.PointCodes) == 0 && d.ASN == 0 || !p.count() {
		return
	}
	d.Use = partners.UseOf(d.UseText)
	parts := partners.Split(d.Name)
	var own bool
	for _, x := range parts {
		own = own || partners.UseOf(d.Name[x.Begin:x.End]) != partners.UseUnknown
	}
	if !own || d.ASN != 0 {
		if d.UseText != "" && d.Use == partners.UseUnknown {
			p.note(line, "use of carrier %q: %q says none of primary, backup and load sharing, or several", clip(d.Name), clip(d.UseText))
		}
		if use := partners.UseOf(d.Name); d.Use == partners.UseUnknown {
			d.Use = use
		}
		*to = append(*to, d)
		return
	}
	for _, x := range parts {
		one := d
		one.Name = d.Name[x.Begin:x.End]
		if use := partners.UseOf(one.Name); use != partners.UseUnknown {
			one.Use, one.UseText = use, one.Name
		}
		one.PointCodes = append([]string(nil), d.PointCodes...)
		*to = append(*to, one)
	}
}

func (p *parser) elementsInfo(n *network, name string) {
	switch name {
	case "NetworkElementsInfo", "NwNodeList":
		p.children(func(name string) { p.elementsInfo(n, name) })
	case "EffectiveDateOfChange":
		p.date(n)
	case "NwNode":
		var kind string
		var numbers []numbers
		p.children(func(name string) {
			switch name {
			case "NwElementType":
				kind = p.text()
			case "GTAddressInfo":
				numbers = append(numbers, p.numberRange(name))
			case "IPAddressInfo":
				p.texts(func(line int, text string) { p.addIPs(n, line, text) })
			default: // software, vendors: nothing of use
				p.skip()
			}
		})
		for _, x := range numbers {
			p.addRanges(&n.out.GTs, x, kind)
		}
	case "ChangeHistory", "SectionNA", "SectionId":
		p.skip()
	default:
		p.unknown(name, "NetworkElementsInfoSection")
	}
}

// dataRoaming reads both layouts of what carries packet data between operators.
// DNS servers are passed over: many are the provider's.
func (p *parser) dataRoaming(n *network, name string) {
	switch name {
	case "GRXIPXRoutingForDataRoaming", "IPRoaming_IW_Info", "IPRoaming_IW_Info_General", "GRXIPXProvidersList", "GRXProvidersList":
		p.children(func(name string) { p.dataRoaming(n, name) })
	case "EffectiveDateOfChange":
		p.date(n)
	case "InterPMNBackboneIPList":
		p.children(func(name string) {
			if name != "IPAddressOrRange" {
				p.unknown(name, "InterPMNBackboneIPList")
				return
			}
			p.children(func(name string) {
				if name == "NetworkOwner" { // filled alike in every row
					p.skip()
					return
				}
				p.texts(func(line int, text string) { p.addIPs(n, line, text) })
			})
		})
	case "ASNsList":
		p.children(func(name string) { p.ownASN(n, name) })
	case "GRXIPXProviderItem", "GRXProvider":
		p.provider(n, name)
	case "PMNAuthoritativeDNSIPList", "PMNLocalDNSIPList", "PingTracerouteIPAddressList", "ChangeHistory", "SectionNA", "SectionId":
		p.skip()
	default:
		p.unknown(name, "data roaming section")
	}
}

func (p *parser) ownASN(n *network, name string) {
	switch name {
	case "ASNItem":
		p.children(func(name string) { p.ownASN(n, name) })
	case "ASN":
		line := p.line()
		for _, s := range list(p.text()) {
			if number, ok := asn(s); ok && p.count() {
				n.out.ASNs = append(n.out.ASNs, number)
			} else {
				p.note(line, "ASN: %q is no AS number", s)
			}
		}
	case "NetworkOwner":
		p.skip()
	default:
		p.unknown(name, "ASNsList")
	}
}

// provider reads a GRX or IPX provider: its bare name in the older layout, name and
// AS number in the newer one.
func (p *parser) provider(n *network, in string) {
	d := partners.Declaration{Service: signaling.ServiceData, Since: n.section, SinceText: n.text}
	line := p.line()
	if in == "GRXProvider" {
		p.texts(func(_ int, text string) {
			d.Name = text
			p.declare(&n.out.Carriers, d, line)
		})
		return
	}
	p.children(func(name string) {
		switch name {
		case "ProviderName":
			d.Name = p.text()
		case "ASN":
			text := p.text()
			var ok bool
			if d.ASN, ok = asn(text); !ok && text != "" {
				p.note(line, "ASN of provider %q: %q is no AS number", clip(d.Name), text)
			}
		case "NetworkOwner":
			p.skip()
		default:
			p.unknown(name, in)
		}
	})
	p.declare(&n.out.Carriers, d, line)
}

// lte reads the ends of Diameter and its providers. Documents differ in what they
// wrap, so that elements are looked for at any depth.
func (p *parser) lte(n *network, name string) {
	switch name {
	case "EffectiveDateOfChange":
		p.date(n)
	case "IPAddressesDiameterEdgeAgent", "IPAddressIPSecGW", "HostName", "EPCRealmsForRoaming":
		p.texts(func(line int, text string) {
			for _, s := range list(text) {
				switch {
				case name == "EPCRealmsForRoaming":
					p.addName(&n.out.Realms, name, line, s)
				case name == "HostName" || !isAddress(s):
					p.addName(&n.out.Hosts, name, line, s)
				default:
					p.addIPs(n, line, s)
				}
			}
		})
	case "CertificateIPSecGW":
		text := strings.ToLower(p.text())
		if text != "" && text != "none" && text != "no" && text != "n/a" && text != "na" && text != "not applicable" {
			n.out.Encrypts = true
		}
	case "IPXProviderName", "ProviderName", "CarrierName", "DiameterProviderName", "SignallingCarrierName":
		line := p.line()
		p.texts(func(_ int, text string) {
			p.declare(&n.out.Carriers, partners.Declaration{Service: signaling.ServiceDiameter, Name: text, Since: n.section, SinceText: n.text}, line)
		})
	case "ChangeHistory", "SectionNA", "SectionId":
		p.skip()
	case "ContactInfoSection", "TestNumbersInfoSection", "TestingAPNs":
		p.private()
	default:
		p.children(func(name string) { p.lte(n, name) })
	}
}

// isAddress: an address or a range of them, and no name.
func isAddress(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return strings.ContainsAny(s, "/:") || strings.Trim(s, "0123456789.- ") == ""
}

// addName takes a host or realm over.
func (p *parser) addName(to *[]string, in string, line int, text string) {
	if s, ok := dnsName(text); !ok {
		p.note(line, "%s: %q is no DNS name", in, clip(text))
	} else if p.count() {
		*to = append(*to, s)
	}
}

func (p *parser) addIPs(n *network, line int, text string) {
	for _, s := range list(text) {
		prefixes, odd := parseIPs(s)
		if odd != "" {
			p.note(line, "IP address %q: %s", clip(s), odd)
		}
		for _, x := range prefixes {
			if p.count() {
				n.out.IPs = append(n.out.IPs, x)
			}
		}
	}
}
