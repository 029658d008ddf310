package numbering

import (
	"slices"
	"strings"

	"sigtransit/decoders/telecom"
)

// CountryInfo is a country or territory of ISO 3166-1, and Kosovo as XK.
type CountryInfo struct {
	Alpha2, Alpha3, Name string
	E164                 []string // country codes; longer prefixes where it shares one
	MCCs                 []uint16 // E.212
}

// Operator is who runs a network or was given numbers.
type Operator struct {
	// ID is the country in lower case ("int" for international networks, "test" for test
	// and private ones), a hyphen, and the name in a-z, 0-9 and hyphens.
	ID      string
	Name    string // one brand or company
	Country string // ISO 3166-1 alpha-2; "" for none
	// PLMN is the network asked for, or for an operator found by a number the first of its
	// networks in service; zero: it has none that is known.
	PLMN telecom.PLMN
	// Inactive: the network asked for is listed as out of service.
	Inactive bool
}

// Country is the country of an ISO 3166-1 alpha-2 code in upper case.
func Country(iso string) (CountryInfo, bool) {
	t := load()
	if i := t.country(iso); i > 0 {
		return t.countries[i], true
	}
	return CountryInfo{}, false
}

// CountryOfAlpha3 is the country of an ISO 3166-1 alpha-3 code in upper case.
func CountryOfAlpha3(iso string) (CountryInfo, bool) {
	t := load()
	if i, ok := t.byAlpha3[iso]; ok {
		return t.countries[i], true
	}
	return CountryInfo{}, false
}

// Countries are all countries by alpha-2 code.
func Countries() []CountryInfo {
	t := load()
	return t.countries[1:len(t.countries):len(t.countries)]
}

// CountryOfGT is the country of an international number (E.164): of its country code,
// or of its area where countries share a code. A number of a global service (+800, +881)
// is known and has no country: "", true.
func CountryOfGT(d telecom.Digits) (iso string, ok bool) {
	t := load()
	i, ok := t.e164.longest(d)
	return t.countries[i].Alpha2, ok
}

// CodeLength is the length of the country code of an international number by its first
// two digits (ITU-T E.164, list of assigned codes: zones 1 and 7 have one digit, the codes
// below two, all others three).
func CodeLength(first, second byte) int {
	if first == 1 || first == 7 {
		return 1
	}
	if first < 10 && second < 10 && shortCodes[first]>>second&1 != 0 {
		return 2
	}
	return 3
}

// shortCodes are the country codes of two digits: for the first digit, one bit for each
// second.
var shortCodes = [10]uint16{
	2: 1<<0 | 1<<7,
	3: 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<6 | 1<<9,
	4: 1<<0 | 1<<1 | 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<8 | 1<<9,
	5: 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<8,
	6: 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<6,
	8: 1<<1 | 1<<2 | 1<<4 | 1<<6,
	9: 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<8,
}

// CountryOfMCC is the country of a mobile country code (E.212). Codes of test, shared and
// private networks (001, 901, 999) are known and have none: "", true.
func CountryOfMCC(mcc uint16) (iso string, ok bool) {
	t := load()
	if int(mcc) >= len(t.mccs) || t.mccs[mcc] < 0 {
		return "", false
	}
	return t.countries[t.mccs[mcc]].Alpha2, true
}

// CountryOfPointCode is the country that an international point code of ITU-T was
// assigned to by its zone and area (Q.708). Only network indicators 0 and 1 carry such
// codes; 14 bits of a national network say nothing of the kind.
func CountryOfPointCode(pc telecom.PointCode) (iso string, ok bool) {
	if pc >= 1<<14 {
		return "", false
	}
	t := load()
	i := t.sanc[pc>>3]
	return t.countries[i].Alpha2, i > 0
}

// OperatorOfGT is the operator that a block of numbers was given to: the longest listed
// prefix of an international number.
func OperatorOfGT(d telecom.Digits) (op *Operator, ok bool) {
	i, ok := loadGTs().longest(d)
	if !ok {
		return nil, false
	}
	return &load().operators[i], true
}

// Known reports that an id is that of an operator here, or a country's alpha-2 code in
// lower case, which stands for an operator that is not known.
func Known(id string) bool {
	t := load()
	if _, ok := slices.BinarySearchFunc(t.operators, id, func(o Operator, id string) int { return strings.Compare(o.ID, id) }); ok {
		return true
	}
	return id == strings.ToLower(id) && t.country(strings.ToUpper(id)) > 0
}

// PLMNOfE214 reads a mobile global title: country code and network code, then digits of
// the MSIN (E.214). How an operator derives it from IMSIs is its own choice and stands in
// its IR.21; what numbers can say is the operator whose code follows the country code,
// else nil and the country.
func PLMNOfE214(d telecom.Digits) (op *Operator, iso string, ok bool) {
	if op, ok := OperatorOfGT(d); ok {
		return op, op.Country, true
	}
	iso, ok = CountryOfGT(d)
	return nil, iso, ok
}
