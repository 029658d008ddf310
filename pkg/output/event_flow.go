package output

import (
	"strconv"

	"sigtransit/decoders/tlsrec"
	"sigtransit/pkg/signaling"
)

// AppendFlow appends an event of type flow.
func (e *Encoder) AppendFlow(b []byte, f *signaling.FlowEvent) []byte {
	e.privacy.numSubject = 0
	b = append(b, `{"timestamp":"`...)
	b = e.clock.append(b, f.Time)
	b = append(b, `","event_type":"flow"`...)
	if f.Source != "" {
		b = appendText(b, "source", f.Source)
	}
	if f.Frame != 0 {
		b = appendUint(b, "frame", f.Frame)
	}
	if l := f.Link; l != nil {
		if l.Transport != signaling.TransportNone {
			b = appendWord(b, "proto", l.Transport.String())
		}
		if l.ID != 0 {
			b = appendUint(b, "link", l.ID)
		}
		b = appendWord(b, "protection", l.Protection.String())
	}
	b = e.flow(b, f)
	return append(b, '}', '\n')
}

// flow appends what happened to a link, its ends and how it is protected.
func (e *Encoder) flow(b []byte, f *signaling.FlowEvent) []byte {
	b = append(key(b, "flow"), '{')
	b = appendText(b, "state", f.State)
	if f.Reason != "" {
		b = appendText(b, "reason", f.Reason)
	}
	if f.Was != signaling.Clear {
		b = appendWord(b, "was", f.Was.String())
	}
	if f.Former != 0 {
		b = appendUint(b, "former_link", f.Former)
	}
	if l := f.Link; l != nil {
		b = append(key(b, "ends"), '[')
		b = e.end(b, &l.Ends[0])
		b = append(b, ',')
		b = e.end(b, &l.Ends[1])
		b = append(b, ']')
		if l.Security != nil {
			b = e.security(b, l)
		}
	}
	return append(b, '}')
}

func (e *Encoder) end(b []byte, end *signaling.End) []byte {
	b = append(b, '{')
	b = append(key(b, "addresses"), '[')
	for i, a := range end.Addrs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = a.AppendTo(b)
		b = append(b, '"')
	}
	b = append(b, ']')
	if end.Port != 0 {
		b = appendUint(b, "port", uint64(end.Port))
	}
	b = e.peer(b, "host", end.Host)
	b = e.peer(b, "realm", end.Realm)
	return append(b, '}')
}

// security appends what the handshakes and headers of a link said. Nothing is
// appended while they said nothing.
func (e *Encoder) security(b []byte, l *signaling.Link) []byte {
	s, start := l.Security, len(b)
	b = append(key(b, "security"), '{')
	open := len(b)
	if s.Version != 0 {
		b = appendVersion(b, s)
		b = appendBool(b, "negotiated", s.Negotiated)
		if s.Negotiated {
			b = append(key(b, "cipher_id"), `"0x`...)
			b = append(appendHex(b, uint64(s.Cipher), 4), '"')
			if name := tlsrec.CipherName(s.Cipher); name != "" {
				b = appendWord(b, "cipher", name)
			}
			if tlsrec.CipherIsNull(s.Cipher) {
				b = appendBool(b, "null_cipher", true)
			}
		}
		b = appendUint(b, "server_end", uint64(s.Server))
	}
	b = e.peer(b, "server_name", s.ServerName)
	b = e.peer(b, "alpn", s.ALPN)
	if s.HidesCertificates() {
		b = appendBool(b, "certificates_encrypted", true)
	}
	if s.Certificates[0].Seen() || s.Certificates[1].Seen() {
		b = append(key(b, "certificates"), '[')
		for end := range s.Certificates {
			c := &s.Certificates[end]
			if !c.Seen() {
				continue
			}
			if b[len(b)-1] != '[' {
				b = append(b, ',')
			}
			b = append(b, '{')
			b = appendUint(b, "end", uint64(end))
			b = e.peer(b, "subject", c.Subject)
			b = e.peer(b, "issuer", c.Issuer)
			if len(c.Names) != 0 {
				b = append(key(b, "names"), '[')
				for i, n := range c.Names {
					if i > 0 {
						b = append(b, ',')
					}
					b = append(b, '"')
					b = appendScrubbed(&e.privacy, b, n, longRun)
					b = append(b, '"')
				}
				b = append(b, ']')
			}
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	if s.AH {
		b = appendBool(b, "ah", true)
	}
	if s.IKE != 0 {
		b = appendUint(b, "ike_version", uint64(s.IKE))
	}
	if s.NATT {
		b = appendBool(b, "nat_traversal", true)
	}
	if s.ESP != 0 {
		b = appendUint(b, "esp_packets", s.ESP)
		b = appendUint(b, "spis", uint64(s.SPIs))
		b = appendWord(b, "null_encryption", "unknown") // no header says it
	}
	if len(b) == open {
		return b[:start]
	}
	return append(b, '}')
}

// appendVersion appends the version of TLS or DTLS by name, else by number.
func appendVersion(b []byte, s *signaling.Security) []byte {
	if name := tlsrec.VersionName(s.Version); name != "" {
		return appendWord(b, "version", name)
	}
	b = append(key(b, "version"), `"0x`...)
	return append(appendHex(b, uint64(s.Version), 4), '"')
}

// securityText is what a person wants to know of the protection of a link, in a few
// words.
func securityText(p *Privacy, b []byte, l *signaling.Link) []byte {
	p.numSubject = 0
	s := l.Security
	if s == nil {
		return b
	}
	start := len(b)
	sep := func() {
		if len(b) > start {
			b = append(b, ", "...)
		}
	}
	if s.Version != 0 {
		if !s.Negotiated {
			b = append(b, "offered "...)
		}
		if name := tlsrec.VersionName(s.Version); name != "" {
			b = append(b, name...)
		} else {
			b = appendHex(append(b, "version 0x"...), uint64(s.Version), 4)
		}
		if s.Negotiated {
			if name := tlsrec.CipherName(s.Cipher); name != "" {
				b = append(append(b, ' '), name...)
			} else {
				b = appendHex(append(b, " cipher 0x"...), uint64(s.Cipher), 4)
			}
		}
	}
	if s.ServerName != "" {
		sep()
		b = appendScrubbed(p, append(b, "server "...), s.ServerName, longRun)
	}
	if s.HidesCertificates() {
		sep()
		b = append(b, "certificates encrypted"...)
	}
	for i := range s.Certificates {
		if c := &s.Certificates[i]; c.Subject != "" {
			sep()
			b = appendScrubbed(p, append(b, "certificate "...), c.Subject, longRun)
		}
	}
	if s.ESP != 0 {
		sep()
		b = append(strconv.AppendUint(b, s.ESP, 10), " ESP packets, "...)
		b = append(strconv.AppendInt(b, int64(s.SPIs), 10), " SPIs"...)
	}
	if s.IKE != 0 {
		sep()
		b = strconv.AppendUint(append(b, "IKEv"...), uint64(s.IKE), 10)
	}
	if s.NATT {
		b = append(b, " over UDP"...)
	}
	if s.AH {
		sep()
		b = append(b, "AH: authenticated, readable"...)
	}
	return b
}
