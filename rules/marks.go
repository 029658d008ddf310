package rules

import (
	"slices"

	"sigtransit/pkg/signaling"
)

// markLink computes the marks of both ends of a link and keeps them in it.
func (e *Engine) markLink(l *signaling.Link) {
	if l.MarksGeneration != e.set.Generation {
		l.NumCarriers = 0 // indexes of another set
	}
	l.MarksGeneration, l.MarksVersion, l.NumMarks = e.set.Generation, l.Version, 0
	e.numHits = 0
	if x := &e.set.inventory; x.plain != nil {
		if n := x.first(x.plain, l, len(x.links)); n < len(x.links) {
			e.note(hit{id: x.links[n].id.Index, pos: signaling.LinkInventory})
		}
	}
	for end := range l.Ends {
		n := &l.Ends[end]
		if e.index.hasIPs {
			for _, a := range n.Addrs {
				if ref := e.index.ip(a); ref != 0 {
					e.hit(ref, signaling.LinkPeerIP, uint8(end))
				}
			}
		}
		if e.index.hasNames {
			e.peer(n.Host, false, uint8(end))
			e.peer(n.Realm, true, uint8(end))
		}
	}
	if l.Security != nil && e.index.hasNames {
		e.secured(l.Security)
	}
	for _, h := range e.hits[:e.numHits] {
		if i := e.place(int(l.NumMarks), h.id, func(i int) uint32 { return l.Marks[i].Identifier }); i >= 0 {
			l.Marks[i] = signaling.LinkMark{Mark: signaling.Mark{Identifier: h.id, Position: h.pos}, End: h.sub}
			l.NumMarks = max(l.NumMarks, uint8(i+1))
		}
	}
	e.numHits = 0
}

// secured looks up the names that a handshake gave the ends of a link.
func (e *Engine) secured(s *signaling.Security) {
	look := func(name string, pos signaling.Position, end uint8) {
		for _, ref := range e.certName(name) {
			if ref != 0 {
				e.hit(ref, pos, end)
			}
		}
	}
	look(s.ServerName, signaling.TLSServerName, s.Server)
	for end := range s.Certificates {
		c := &s.Certificates[end]
		look(c.Subject, signaling.TLSCertificateName, uint8(end))
		for _, n := range c.Names {
			look(n, signaling.TLSCertificateName, uint8(end))
		}
	}
}

// certName finds what a name of a server or certificate is listed as, as a host and
// as a realm: either may stand there (RFC 6733 13.1 leaves it to the peers). A
// wildcard stands for the names below it.
func (e *Engine) certName(name string) (found [4]uint32) {
	if len(name) > 2 && name[:2] == "*." {
		name = name[2:]
	}
	if name == "" || len(name) > maxName+1 {
		return found
	}
	b := append(e.values[:0], name...)
	h, r := e.index.name(b, false), e.index.name(b, true)
	return [4]uint32{h[0], h[1], r[0], r[1]}
}

// certValue is the name of a server or certificate at an end that gave an
// identifier.
func (e *Engine) certValue(s *signaling.Security, h *hit) string {
	if h.pos == signaling.TLSServerName {
		return s.ServerName
	}
	c := &s.Certificates[h.sub&1]
	for _, n := range append([]string{c.Subject}, c.Names...) {
		for _, ref := range e.certName(n) {
			if ref != 0 && slices.Contains(e.index.at(ref), h.id) {
				return n
			}
		}
	}
	return c.Subject
}

func (e *Engine) peer(name string, realm bool, end uint8) {
	if name == "" || len(name) > maxName+1 {
		return
	}
	for _, ref := range e.index.name(append(e.values[:0], name...), realm) {
		if ref != 0 {
			e.hit(ref, signaling.DiameterPeer, end)
		}
	}
}
