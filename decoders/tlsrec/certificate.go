package tlsrec

import (
	"bytes"

	"sigtransit/decoders/ber"
)

// MaxNames bounds the alternative names that are kept of a certificate; more are
// counted only. Certificates of Diameter peers name a host or a few.
const MaxNames = 8

// Certificate is what names its owner in an X.509 certificate (RFC 5280 4.1).
// Slices alias the input; text is as it stands there, in whatever string type.
type Certificate struct {
	// SubjectCN and IssuerCN are the common names (OID 2.5.4.3), SubjectO and
	// IssuerO the organisations (2.5.4.10), the last one of several: the most
	// specific. nil when there is none.
	SubjectCN, SubjectO []byte
	IssuerCN, IssuerO   []byte

	names    [MaxNames][]byte
	NumNames int // dNSNames of subjectAltName; at most MaxNames are kept
	// Truncated: the certificate goes on past the end of the input.
	Truncated bool
}

// Names are the dNSNames of subjectAltName (RFC 5280 4.2.1.6) in wire order, at
// most MaxNames. The slice aliases c.
func (c *Certificate) Names() [][]byte {
	n := min(c.NumNames, MaxNames)
	return c.names[:n:n]
}

// Tags inside of a TBSCertificate (RFC 5280 4.1) that are no universal ones.
const (
	tagExtensions ber.Tag = 0xa3
	tagDNSName    ber.Tag = 0x82
)

const (
	tagOctetString ber.Tag = 0x04
	tagOID         ber.Tag = 0x06
	tagSequence    ber.Tag = 0x30
	tagSet         ber.Tag = 0x31
)

var (
	oidCommonName   = []byte{0x55, 0x04, 0x03} // 2.5.4.3
	oidOrganisation = []byte{0x55, 0x04, 0x0a} // 2.5.4.10
	oidAltName      = []byte{0x55, 0x1d, 0x11} // 2.5.29.17
)

// Bounds of the walk. A name has a handful of attributes, a certificate a dozen
// extensions.
const (
	maxAttributes = 32
	maxExtension  = 64
)

// Decode reads the certificate at the start of der and resets c. ErrTruncated: it
// goes on past the end; what stands before is set. ErrNotCertificate: der does not
// begin like one.
//
//	Certificate ::= SEQUENCE { tbsCertificate SEQUENCE {
//	   [0] version, serial INTEGER, signature SEQUENCE, issuer Name, validity SEQUENCE,
//	   subject Name, key SEQUENCE, [1] [2] unique ids, [3] extensions }, ... }
func (c *Certificate) Decode(der []byte) error {
	*c = Certificate{}
	var e ber.TLV
	r := ber.NewReader(der)
	if !r.Next(&e) || e.Tag != tagSequence {
		return ErrNotCertificate
	}
	c.Truncated = e.Truncated
	r = e.Children()
	if !r.Next(&e) || e.Tag != tagSequence {
		return ErrNotCertificate
	}
	c.Truncated = c.Truncated || e.Truncated
	r = e.Children()
	sequences := 0
	for n := 0; n < 16 && r.Next(&e); n++ {
		c.Truncated = c.Truncated || e.Truncated
		switch e.Tag {
		case tagSequence:
			switch sequences++; sequences {
			case 2:
				c.IssuerCN, c.IssuerO = name(e.Children())
			case 4:
				c.SubjectCN, c.SubjectO = name(e.Children())
			}
		case tagExtensions:
			c.extensions(e.Children())
		}
	}
	if sequences == 0 {
		return ErrNotCertificate
	}
	if c.Truncated {
		return ErrTruncated
	}
	return nil
}

// name reads a distinguished name (RFC 5280 4.1.2.4): a sequence of sets of
// attributes, each a type and a value.
func name(r ber.Reader) (cn, o []byte) {
	var set, attribute, oid, value ber.TLV
	for n := 0; n < maxAttributes && r.Next(&set); n++ {
		rs := set.Children()
		for m := 0; m < 4 && set.Tag == tagSet && rs.Next(&attribute); m++ {
			ra := attribute.Children()
			if !ra.Next(&oid) || oid.Tag != tagOID || !ra.Next(&value) || value.Truncated || len(value.Value) == 0 {
				continue
			}
			switch {
			case bytes.Equal(oid.Value, oidCommonName):
				cn = value.Value
			case bytes.Equal(oid.Value, oidOrganisation):
				o = value.Value
			}
		}
	}
	return cn, o
}

// extensions looks for subjectAltName (RFC 5280 4.2): each extension is its OID,
// perhaps a BOOLEAN, and an OCTET STRING with the value.
func (c *Certificate) extensions(r ber.Reader) {
	var list, ext, e ber.TLV
	if !r.Next(&list) || list.Tag != tagSequence {
		return
	}
	r = list.Children()
	for n := 0; n < maxExtension && r.Next(&ext); n++ {
		rx := ext.Children()
		if !rx.Next(&e) || e.Tag != tagOID || !bytes.Equal(e.Value, oidAltName) {
			continue
		}
		for rx.Next(&e) {
			if e.Tag == tagOctetString {
				c.altNames(e.Children())
			}
		}
	}
}

// altNames reads GeneralNames (RFC 5280 4.2.1.6). Those that are cut off are no
// names.
func (c *Certificate) altNames(r ber.Reader) {
	var list, e ber.TLV
	if !r.Next(&list) || list.Tag != tagSequence {
		return
	}
	r = list.Children()
	for r.Next(&e) {
		if e.Tag != tagDNSName || e.Truncated || len(e.Value) == 0 {
			continue
		}
		if c.NumNames < MaxNames {
			c.names[c.NumNames] = e.Value
		}
		c.NumNames++
	}
}
