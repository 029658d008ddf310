package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/dissect"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Link is what the operator knows of a signaling link. All that is given has to
// fit for a link of the network to be it.
type Link struct {
	Name       string
	Peers      []netip.Prefix // addresses of an end
	Ports      []uint16
	PointCodes []telecom.PointCode // of the routing label, either one
	// NetworkIndicator is that of the routing label, 0 to 3; nil is any.
	NetworkIndicator *uint8
	// MTP is the variant of MTP3 and SCCP; nil: found by evidence.
	MTP *telecom.Variant
	// Carrier is the id of the carrier at the other end, and where it stands in the
	// file; empty: not said.
	Carrier   string
	CarrierAt rules.Place
}

// linkForm is a link as YAML has it.
type linkForm struct {
	Name             *string  `yaml:"name"`
	Peers            []string `yaml:"peers"`
	Ports            []int    `yaml:"ports"`
	PointCodes       []string `yaml:"point_codes"`
	NetworkIndicator *int     `yaml:"network_indicator"`
	MTP              *string  `yaml:"mtp"`
	Carrier          *string  `yaml:"carrier"`
}

// Dissect is what the configuration tells the dissector.
func (c *Config) Dissect() dissect.Options {
	o := dissect.Options{Networks: c.Networks}
	for _, l := range c.Links {
		if l.MTP == nil {
			continue
		}
		d := dissect.Link{Peers: l.Peers, Ports: l.Ports, PointCodes: l.PointCodes, Variant: *l.MTP}
		if l.NetworkIndicator != nil {
			d.Networks = 1 << *l.NetworkIndicator
		}
		o.Links = append(o.Links, d)
	}
	return o
}

// LinkCarriers are the links whose other end is known.
func (c *Config) LinkCarriers() (list []rules.LinkCarrier) {
	for _, l := range c.Links {
		if l.Carrier != "" {
			list = append(list, rules.LinkCarrier{
				Name: l.Name, Peers: l.Peers, Ports: l.Ports, PointCodes: l.PointCodes, NetworkIndicator: l.NetworkIndicator,
				Carrier: l.Carrier, At: l.CarrierAt,
			})
		}
	}
	return list
}

// variant reads the name of a variant.
func (r *reading) variant(path, s string) (v telecom.Variant, ok bool) {
	if v, ok = telecom.ParseVariant(s); !ok {
		r.wrong(path, "unknown variant %q; want one of %s", s, strings.Join(signaling.Names(telecom.NumVariants), ", "))
	}
	return v, ok
}

// links reads the links and the variants of networks.
func (f *form) links(c *Config, r *reading) {
	for ni, s := range f.NetworkIndicators {
		path := fmt.Sprintf("network_indicators.%d", ni)
		if ni < 0 || ni > 3 {
			r.wrong(path, "no network indicator %d; want 0 to 3", ni)
		} else if v, ok := r.variant(path, s); ok {
			c.Networks[ni] = dissect.Network{Variant: v, Set: true}
		}
	}
	for i := range f.Links {
		path := fmt.Sprintf("links[%d]", i)
		l := f.Links[i].link(path, r)
		if l.Name != "" && slices.ContainsFunc(c.Links, func(o Link) bool { return o.Name == l.Name }) {
			r.wrong(path+".name", "a second link %q; want a name of its own for each", l.Name)
		}
		c.Links = append(c.Links, l)
	}
}

func (f *linkForm) link(path string, r *reading) (l Link) {
	if f.Name == nil || *f.Name == "" {
		r.wrong(path, "a link without a name; want name: and a word for it")
	} else {
		l.Name = *f.Name
	}
	if f.Peers == nil && f.Ports == nil && f.PointCodes == nil && f.NetworkIndicator == nil {
		r.wrong(path, "link %q says nothing of where it is; want peers, ports, point_codes or network_indicator", l.Name)
	}
	for i, s := range f.Peers {
		p, err := ipPrefix(s)
		if err != nil {
			r.wrong(fmt.Sprintf("%s.peers[%d]", path, i), "%q: %v", s, err)
		}
		l.Peers = append(l.Peers, p)
	}
	for i, n := range f.Ports {
		if n < 1 || n > 65535 {
			r.wrong(fmt.Sprintf("%s.ports[%d]", path, i), "no port %d; want 1 to 65535", n)
		}
		l.Ports = append(l.Ports, uint16(n))
	}
	if n := f.NetworkIndicator; n != nil {
		if *n < 0 || *n > 3 {
			r.wrong(path+".network_indicator", "no network indicator %d; want 0 to 3", *n)
		}
		ni := uint8(*n)
		l.NetworkIndicator = &ni
	}
	if f.Carrier != nil {
		if l.Carrier = *f.Carrier; l.Carrier == "" {
			r.wrong(path+".carrier", "an empty id; want that of a carrier, for example pccw-global")
		}
		// Whether there is such a carrier is found out later, by who reads watchlists.
		l.CarrierAt = r.place(path + ".carrier")
	}
	form := telecom.ITU
	if f.MTP != nil {
		var ok bool
		if form, ok = r.variant(path+".mtp", *f.MTP); !ok {
			return l // nobody knows how its point codes are written
		}
		l.MTP = &form
	}
	for i, s := range f.PointCodes {
		pc, err := form.ParsePointCode(s)
		if err != nil {
			r.wrong(fmt.Sprintf("%s.point_codes[%d]", path, i), "%q: %v", s, err)
		}
		l.PointCodes = append(l.PointCodes, pc)
	}
	return l
}
