// Package partners is the model of roaming partners: what names each of them on the
// wire, and which carriers it declares (IR.21). It reads and writes the partner
// file that an import makes and that replay and daemon load.
package partners

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

// Partner is one operator. Lists are sorted and hold each value once.
type Partner struct {
	// ID is its TADIG code in upper case where an IR.21 gave one, else a word of
	// a-z, 0-9 and hyphens. It is the partner's name in events, metrics and the ledger.
	ID      string
	Name    string
	Country string // ISO 3166-1 alpha-2; "" unknown
	TADIGs  []string
	// Sender is the TADIG code of the operator whose IR.21 this is. Networks of one
	// sender are one operator. "" where no IR.21 is behind it.
	Sender string

	PLMNs  []telecom.PLMN
	GTs    []Range  // global titles of its nodes, E.164
	MSRNs  []Range  // roaming numbers; MSISDN ranges are not kept: they name subscribers
	MGTs   []string // E.214 prefixes: country code and network code
	Realms []string
	Hosts  []string
	IPs    []netip.Prefix
	ASNs   []uint32

	Carriers []Declaration
	// Domestic are carriers inside the partner's own country: no signaling with other
	// countries crosses them, so they are no exposure and kept apart.
	Domestic []Declaration
	// Encrypts: it declares IPsec for Diameter.
	Encrypts bool

	// At is where it stands, as file:line of a partner file or document: for messages,
	// and not written. "" unknown.
	At string
	// Source names the file that this comes from, Declared is the newest effective
	// date in it, Created when it was made; zero: not said.
	Source            string
	Declared, Created time.Time
}

// Range is all numbers that begin with a number from First to Last: strings of
// decimal digits of one length. First equals Last where it is a single prefix.
type Range struct {
	First, Last string
	Node        string // HLR, MSC/VLR, SMSC, ...; "" for any
}

// Declaration is a carrier that a partner declares for a service.
type Declaration struct {
	Service signaling.Service
	Name    string // as the partner writes it
	// Carriers are the ids of carriers that Name was resolved to; empty: none known.
	Carriers   []string
	Use        Use
	UseText    string   // as the partner writes it
	PointCodes []string // of the carrier's gateways, as written
	ASN        uint32
	Since      time.Time // effective date of its section; zero: not said
	SinceText  string    // as the partner writes it, where that is no ISO date
}

// Use is what a carrier is declared for.
type Use uint8

// Uses, behind the one that is not said by what they mean for the traffic: a carrier that
// shares the load carries all the time, a backup should not.
const (
	UseUnknown Use = iota
	Primary
	LoadSharing
	Backup
	NumUses
)

var useNames = [NumUses]string{"unknown", "primary", "load_sharing", "backup"}

// Or is the use that means more: of a carrier that is declared twice for a service, or by
// two networks of an operator.
func (u Use) Or(v Use) Use {
	if order(v) < order(u) {
		return v
	}
	return u
}

func (u Use) String() string { return useNames[min(u, NumUses-1)] }

// ParseUse is the inverse of Use.String.
func ParseUse(s string) (Use, bool) {
	i := slices.Index(useNames[:], s)
	return Use(max(i, 0)), i >= 0
}

// Operator is what counts the operators of an IR.21: the networks of one sender are
// one operator.
func (p *Partner) Operator() string {
	if p.Sender != "" {
		return p.Sender
	}
	return p.ID
}

// Codes are the point codes of a declaration as numbers: zone-network-point, decimal
// or hexadecimal, as partners write them. What cannot be read is left out.
func (d *Declaration) Codes() []telecom.PointCode {
	var out []telecom.PointCode
	for _, text := range d.PointCodes {
		if c, ok := PointCode(text); ok {
			out = append(out, c)
		}
	}
	return out
}

// PointCode reads a point code as people write it into IR.21: 4-106-6, 4.106.6,
// "4 - 106 - 6", 9046, 0x2356, 2356h, H'2356.
func PointCode(text string) (telecom.PointCode, bool) {
	s := strings.ToLower(strings.Join(strings.Fields(text), ""))
	if strings.Count(s, "-") != 2 && strings.Count(s, ".") == 2 {
		s = strings.ReplaceAll(s, ".", "-")
	}
	for _, prefix := range []string{"h'", "x'"} {
		if h, ok := strings.CutPrefix(s, prefix); ok {
			s = "0x" + strings.TrimSuffix(h, "'")
		}
	}
	if h, ok := strings.CutSuffix(s, "h"); ok {
		s = "0x" + strings.TrimPrefix(h, "0x")
	}
	c, err := telecom.ParsePointCode(s)
	return c, err == nil
}
