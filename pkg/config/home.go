package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/roaming"
	"sigtransit/rules"
)

// homeForm is home as YAML has it.
type homeForm struct {
	Name           *string  `yaml:"name"`
	PLMNs          []digits `yaml:"plmns"`
	GTPrefixes     []digits `yaml:"gt_prefixes"`
	MGTPrefixes    []digits `yaml:"mgt_prefixes"`
	MSISDNPrefixes []digits `yaml:"msisdn_prefixes"`
	Realms         []string `yaml:"realms"`
	Hosts          []string `yaml:"hosts"`
	PointCodes     []digits `yaml:"point_codes"`
	IPPrefixes     []string `yaml:"ip_prefixes"`
	Carriers       []string `yaml:"carriers"`
}

// digits is a value as it stands in the file: to YAML 0041 is an octal number, and 33.
type digits string

// UnmarshalYAML takes what stands there, but for quotes.
func (d *digits) UnmarshalYAML(b []byte) error {
	s := strings.TrimSpace(string(b))
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = s[1 : n-1]
	}
	*d = digits(s)
	return nil
}

// home reads who home is. The variants of networks are read before.
func (f *form) home(c *Config, r *reading) {
	h := f.Home
	if h == nil {
		return
	}
	before := len(r.faults)
	if h.Name != nil {
		c.Home.Name = *h.Name
	}
	c.Home.PLMNs = each(r, "home.plmns", h.PLMNs, telecom.ParsePLMN)
	for _, x := range []struct {
		key  string
		from []digits
		to   *[]string
		read func(string) (string, error)
	}{
		{"gt_prefixes", h.GTPrefixes, &c.Home.GTs, numberPrefix},
		{"mgt_prefixes", h.MGTPrefixes, &c.Home.MGTs, numberPrefix},
		{"msisdn_prefixes", h.MSISDNPrefixes, &c.Home.MSISDNs, numberPrefix},
	} {
		*x.to = each(r, "home."+x.key, x.from, x.read)
	}
	c.Home.Realms = each(r, "home.realms", h.Realms, domainName)
	c.Home.Hosts = each(r, "home.hosts", h.Hosts, domainName)
	if !r.skipped["network_indicators"] { // they say how point codes are written
		c.Home.PointCodes = each(r, "home.point_codes", h.PointCodes, c.homePointCode)
	}
	c.Home.IPs = each(r, "home.ip_prefixes", h.IPPrefixes, ipPrefix)
	for i, id := range each(r, "home.carriers", h.Carriers, carrierID) {
		// Whether there is such a carrier is found out later, by who reads watchlists.
		c.HomeCarriers = append(c.HomeCarriers, rules.HomeCarrier{ID: id, At: r.place(fmt.Sprintf("home.carriers[%d]", i))})
	}
	if c.Home.IsZero() && len(r.faults) == before {
		r.wrong("home", "home says nothing of itself; want plmns at least")
	}
}

// each reads a list of values, each of which may stand in it once.
func each[S ~string, T comparable](r *reading, path string, from []S, read func(string) (T, error)) (to []T) {
	for i, s := range from {
		v, err := read(string(s))
		if err == nil && slices.Contains(to, v) {
			err = fmt.Errorf("stands in the list twice")
		}
		if err != nil {
			r.wrong(fmt.Sprintf("%s[%d]", path, i), "%q: %v", s, err)
			continue
		}
		to = append(to, v)
	}
	return to
}

func numberPrefix(s string) (string, error) {
	s = strings.TrimPrefix(s, "+")
	if len(s) < 1 || len(s) > 15 || strings.Trim(s, "0123456789") != "" || s[0] == '0' {
		return "", fmt.Errorf("want the first digits of an international number, country code first, at most 15")
	}
	return s, nil
}

func carrierID(s string) (string, error) {
	if s == "" {
		return "", errors.New("want the id of a carrier, for example pccw-global")
	}
	return s, nil
}

func domainName(s string) (string, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 253 || strings.ContainsAny(s, " \t/@:*") || strings.Contains(s, "..") || s[0] == '.' {
		return "", fmt.Errorf("want a domain name, for example epc.mnc001.mcc001.3gppnetwork.org")
	}
	return s, nil
}

func ipPrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		var a netip.Addr
		if a, err = netip.ParseAddr(s); err == nil && a.Zone() == "" {
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
	}
	switch {
	case err != nil || !p.IsValid():
		err = errors.New("want an IP prefix or address, for example 192.0.2.0/24 or 2001:db8::1")
	case p != p.Masked():
		err = fmt.Errorf("has bits set behind the prefix, want %v or %v", p.Masked(), p.Addr())
	}
	return p, err
}

// homePointCode reads a point code, perhaps behind its network indicator and a colon.
func (c *Config) homePointCode(s string) (p roaming.PointCode, err error) {
	code := s
	if ni, rest, ok := strings.Cut(s, ":"); ok {
		n, err := strconv.ParseUint(ni, 10, 8)
		if err != nil || n > 3 {
			return p, fmt.Errorf("want a network indicator of 0 to 3 before the colon, for example 2:1-2-3")
		}
		p.NI, code = uint8(n), rest
	}
	p.Variant = c.Networks[p.NI].Variant
	p.PC, err = p.Variant.ParsePointCode(code)
	return p, err
}
