package partners

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Change is one thing that differs between two imports.
type Change struct {
	Kind     ChangeKind         `json:"kind"`
	Severity signaling.Severity `json:"-"`
	Partner  string             `json:"partner"`
	Name     string             `json:"name,omitempty"`
	Country  string             `json:"country,omitempty"`

	// Of carriers: which one (an id, or the name that a partner writes where no
	// carrier is known by it), for what, and whether it is watched.
	Carrier string            `json:"carrier,omitempty"`
	Service signaling.Service `json:"-"`
	Watched bool              `json:"watched,omitempty"`
	// Onto: signaling moves onto a watched carrier: a new one, or one that was backup.
	Onto bool `json:"onto_watched,omitempty"`

	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// ChangeKind says what changed.
type ChangeKind string

// Kinds of changes.
const (
	PartnerAdded   ChangeKind = "partner_added"
	PartnerRemoved ChangeKind = "partner_removed"
	CarrierAdded   ChangeKind = "carrier_added"
	CarrierRemoved ChangeKind = "carrier_removed"
	CarrierUse     ChangeKind = "carrier_use"
	PLMNsChanged   ChangeKind = "plmns"
	GTsChanged     ChangeKind = "gt_ranges"
	MGTsChanged    ChangeKind = "mgts"
	RealmsChanged  ChangeKind = "realms"
	HostsChanged   ChangeKind = "hosts"
	IPsChanged     ChangeKind = "ip_ranges"
	ASNsChanged    ChangeKind = "asns"
	Encryption     ChangeKind = "encryption"
)

// Compare tells what differs from old to new, worst first. watched tells which
// carriers are on the watchlist; nil: all that are known.
func Compare(old, new *File, watched func(carrier string) bool) []Change {
	if watched == nil {
		watched = func(string) bool { return true }
	}
	before := map[string]*Partner{}
	for _, p := range old.Partners {
		before[p.ID] = p
	}
	var out []Change
	for _, p := range new.Partners {
		b := before[p.ID]
		delete(before, p.ID)
		out = append(out, compare(b, p, watched)...)
	}
	for _, p := range old.Partners {
		if before[p.ID] != nil {
			out = append(out, compare(p, nil, watched)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Partner, b.Partner))
	})
	return out
}

// compare is Compare for one partner; nil is one that is not there.
func compare(old, new *Partner, watched func(string) bool) []Change {
	who := new
	if new == nil {
		who, new = old, &Partner{}
	}
	c := comparison{base: Change{Partner: who.ID, Name: who.Name, Country: who.Country}, watched: watched}
	switch {
	case old == nil:
		old = &Partner{}
		c.add(Change{Kind: PartnerAdded, Severity: signaling.SeverityInfo})
	case who == old:
		c.add(Change{Kind: PartnerRemoved, Severity: signaling.SeverityLow})
		return c.out
	}
	c.carriers(old, new)
	if len(c.out) > 0 && c.out[0].Kind == PartnerAdded {
		return c.out // its numbers are all new
	}
	set(&c, PLMNsChanged, old.PLMNs, new.PLMNs, telecom.PLMN.String)
	set(&c, GTsChanged, old.GTs, new.GTs, Range.String)
	set(&c, MGTsChanged, old.MGTs, new.MGTs, strings.Clone)
	set(&c, RealmsChanged, old.Realms, new.Realms, strings.Clone)
	set(&c, HostsChanged, old.Hosts, new.Hosts, strings.Clone)
	set(&c, IPsChanged, old.IPs, new.IPs, netip.Prefix.String)
	set(&c, ASNsChanged, old.ASNs, new.ASNs, func(n uint32) string { return fmt.Sprintf("AS%d", n) })
	if old.Encrypts != new.Encrypts {
		s := map[bool]string{true: "ipsec", false: "none"}
		severity := signaling.SeverityInfo
		if old.Encrypts {
			severity = signaling.SeverityMedium
		}
		c.add(Change{Kind: Encryption, Severity: severity, From: s[old.Encrypts], To: s[new.Encrypts]})
	}
	return c.out
}

func (r Range) String() string {
	s := r.First
	if r.Last != r.First {
		s += "-" + r.Last
	}
	if r.Node != "" {
		s += " " + r.Node
	}
	return s
}

type comparison struct {
	base    Change
	watched func(string) bool
	out     []Change
}

func (c *comparison) add(x Change) {
	x.Partner, x.Name, x.Country = c.base.Partner, c.base.Name, c.base.Country
	c.out = append(c.out, x)
}

// set compares two lists: From has what is gone, To what is new.
func set[T comparable](c *comparison, kind ChangeKind, old, new []T, text func(T) string) {
	minus := func(a, b []T) string {
		in := make(map[T]bool, len(b))
		for _, x := range b {
			in[x] = true
		}
		var s []string
		for _, x := range a {
			if !in[x] {
				s = append(s, text(x))
			}
		}
		return strings.Join(s, ", ")
	}
	from, to := minus(old, new), minus(new, old)
	if from != "" || to != "" {
		c.add(Change{Kind: kind, Severity: signaling.SeverityLow, From: from, To: to})
	}
}

// route is a carrier for a service; known: carrier is an id.
type route struct {
	service signaling.Service
	carrier string
	known   bool
}

// routes are the carriers that a partner declares, each with the use that means most.
func (p *Partner) routes() map[route]Use {
	m := map[route]Use{}
	put := func(r route, u Use) {
		m[r] = u.Or(m[r])
	}
	for i := range p.Carriers {
		d := &p.Carriers[i]
		for _, id := range d.Carriers {
			put(route{d.Service, id, true}, d.Use)
		}
		if len(d.Carriers) == 0 {
			put(route{d.Service, d.Name, false}, d.Use)
		}
	}
	return m
}

func (c *comparison) carriers(old, new *Partner) {
	before, after := old.routes(), new.routes()
	var all []route
	for r := range before {
		all = append(all, r)
	}
	for r := range after {
		if _, ok := before[r]; !ok {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b route) int {
		return cmp.Or(cmp.Compare(a.service, b.service), strings.Compare(a.carrier, b.carrier))
	})
	for _, r := range all {
		b, had := before[r]
		a, has := after[r]
		if had && has && a == b {
			continue
		}
		x := Change{Kind: CarrierUse, Severity: signaling.SeverityInfo, Carrier: r.carrier, Service: r.service, Watched: r.known && c.watched(r.carrier)}
		if had {
			x.From = b.String()
		} else {
			x.Kind = CarrierAdded
		}
		if has {
			x.To = a.String()
		} else {
			x.Kind = CarrierRemoved
		}
		if x.Watched && has && (!had || b == Backup) {
			x.Onto = true
			x.Severity = signaling.SeverityHigh
			if a == Backup {
				x.Severity = signaling.SeverityMedium
			}
		}
		c.add(x)
	}
}

// Text is the change in words. name gives the names of carriers.
func (x *Change) Text(name func(carrier string) string) string {
	who := x.Partner
	if x.Name != "" {
		who += " (" + x.Name
		if x.Country != "" {
			who += ", " + x.Country
		}
		who += ")"
	}
	carrier := x.Carrier
	if name != nil {
		carrier = name(carrier)
	}
	if x.Watched {
		carrier = "watchlisted carrier " + carrier
	} else if x.Carrier != "" {
		carrier = "carrier " + carrier
	}
	use := func(u string) string {
		if u == useNames[UseUnknown] {
			return "use not said"
		}
		return strings.ReplaceAll(u, "_", " ")
	}
	switch x.Kind {
	case PartnerAdded:
		return who + ": new partner"
	case PartnerRemoved:
		return who + ": no longer among the partners"
	case CarrierAdded:
		if x.Onto {
			return fmt.Sprintf("%s moved to %s for %s (%s)", who, carrier, serviceText(x.Service), use(x.To))
		}
		return fmt.Sprintf("%s: new %s for %s (%s)", who, carrier, serviceText(x.Service), use(x.To))
	case CarrierRemoved:
		return fmt.Sprintf("%s: %s gone for %s (was %s)", who, carrier, serviceText(x.Service), use(x.From))
	case CarrierUse:
		verb := ": " + carrier
		if x.Onto {
			verb = " moved to " + carrier
		}
		return fmt.Sprintf("%s%s for %s (%s → %s)", who, verb, serviceText(x.Service), use(x.From), use(x.To))
	case Encryption:
		return fmt.Sprintf("%s: encryption %s → %s", who, x.From, x.To)
	}
	s := who + ": " + strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(string(x.Kind), "_", " "), "gt ", "GT "), "ip ", "IP ")
	if x.Kind == PLMNsChanged || x.Kind == MGTsChanged || x.Kind == ASNsChanged {
		s = who + ": " + strings.ToUpper(strings.TrimSuffix(string(x.Kind), "s")) + "s"
	}
	if x.To != "" {
		s += ", new: " + x.To
	}
	if x.From != "" {
		s += ", gone: " + x.From
	}
	return s
}

func serviceText(s signaling.Service) string {
	switch s {
	case signaling.ServiceSS7:
		return "SS7"
	case signaling.ServiceDiameter:
		return "Diameter"
	}
	return s.String()
}
