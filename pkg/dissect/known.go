package dissect

import (
	"net/netip"

	"sigtransit/pkg/signaling"
)

// KnownLink is what is worth keeping of a link beyond the end of the program: who
// its ends said they are. They say so once, when the link is set up (CER and CEA),
// and a link lives for months.
type KnownLink struct {
	Transport string      `json:"transport"` // SCTP or TCP
	Ends      [2]KnownEnd `json:"ends"`
	Last      int64       `json:"last"` // capture time of its last packet, nanoseconds since the epoch
}

// KnownEnd is one end of a KnownLink.
type KnownEnd struct {
	Addrs []netip.Addr `json:"addresses"`
	Port  uint16       `json:"port"`
	Host  string       `json:"host,omitempty"`
	Realm string       `json:"realm,omitempty"`
}

// MaxKnownLinks bounds what is kept and what is taken over.
const MaxKnownLinks = maxFlows

// KnownLinks calls f for every link whose ends have names.
func (d *Dissector) KnownLinks(f func(KnownLink)) {
	for _, x := range d.flows.all {
		l := &x.link
		if l.Ends[0].Host == "" && l.Ends[1].Host == "" || l.Transport == signaling.TransportNone {
			continue
		}
		k := KnownLink{Transport: l.Transport.String(), Last: x.last}
		for i := range l.Ends {
			e := &l.Ends[i]
			k.Ends[i] = KnownEnd{Addrs: append([]netip.Addr(nil), e.Addrs...), Port: e.Port, Host: e.Host, Realm: e.Realm}
		}
		f(k)
	}
}

// names is the names of both ends of a link known from before, the first those of
// the end that a pair calls source.
type names [2]struct{ host, realm string }

// recall keeps the links of an earlier run until their first packet comes.
func (t *flows) recall(links []KnownLink) {
	for i := range links {
		k := &links[i]
		proto := uint8(132)
		if k.Transport == signaling.TCP.String() {
			proto = 6
		}
		var n names
		for i, e := range k.Ends {
			n[i].host, n[i].realm = e.Host, e.Realm
		}
		for _, a := range k.Ends[0].Addrs {
			for _, b := range k.Ends[1].Addrs {
				if len(t.recalled) >= maxPaths || !a.IsValid() || !b.IsValid() {
					break
				}
				if t.recalled == nil {
					t.recalled = make(map[pair]names)
				}
				p := pair{a.As16(), b.As16(), uint32(k.Ends[0].Port)<<16 | uint32(k.Ends[1].Port), proto}
				t.recalled[p] = n
				t.recalled[p.reverse()] = names{n[1], n[0]}
			}
		}
	}
}

// recognise gives a new flow the names that its ends had before the program began.
func (t *flows) recognise(f *flow, k *pathKey) {
	n, ok := t.recalled[pair{k.src, k.dst, k.ports, k.proto}]
	if !ok {
		return
	}
	for i := range f.link.Ends {
		f.link.Ends[i].Host, f.link.Ends[i].Realm = n[i].host, n[i].realm
	}
	f.link.Version++
}
