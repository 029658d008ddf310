package numbering

import (
	_ "embed" // for the tables
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigtransit/decoders/telecom"
)

// The tables as they are kept.
var (
	//go:embed data/countries.tsv
	countriesTSV string
	//go:embed data/e164.tsv
	e164TSV string
	//go:embed data/mcc.tsv
	mccTSV string
	//go:embed data/sanc.tsv
	sancTSV string
	//go:embed data/operators.tsv
	operatorsTSV string
	//go:embed data/plmn.tsv
	plmnTSV string
	//go:embed data/gt.tsv
	gtTSV string
)

// tables is what data says, indexed. Countries are named by their place in countries;
// place 0 is no country.
type tables struct {
	countries []CountryInfo
	byAlpha2  [26 * 26]uint8
	byAlpha3  map[string]uint8
	e164      prefixes
	mccs      [1000]int16 // -1: not listed
	sanc      [2048]uint8 // 0: not listed
	operators []Operator  // by id
	plmns     []uint32    // keys, sorted
	networks  []Operator  // of plmns
}

// load is the tables. That they can be read is held by a test: that they cannot be is a
// fault of the build.
var load = sync.OnceValue(func() *tables {
	t, err := read(shipped)
	if err != nil {
		panic("numbering: " + err.Error())
	}
	return t
})

// loadGTs is the blocks of numbers: places in operators. Most of the reading is theirs,
// and not all callers ask for them.
var loadGTs = sync.OnceValue(func() *prefixes {
	p, err := load().readGTs(shipped.gt)
	if err != nil {
		panic("numbering: " + err.Error())
	}
	return p
})

var (
	errFields   = errors.New("want other fields")
	errCountry  = errors.New("want a country of countries.tsv")
	errOperator = errors.New("want an operator of operators.tsv")
	errCode     = errors.New("want a code in its range")
)

// source is the text of the tables.
type source struct{ countries, e164, mcc, sanc, operators, plmn, gt string }

var shipped = source{countriesTSV, e164TSV, mccTSV, sancTSV, operatorsTSV, plmnTSV, gtTSV}

// read makes the tables of their text.
func read(s source) (*tables, error) {
	t := &tables{countries: make([]CountryInfo, 1, 256), byAlpha3: make(map[string]uint8, 256)}
	for i := range t.mccs {
		t.mccs[i] = -1
	}
	n := strings.Count(s.operators, "\n")
	t.operators = make([]Operator, 0, n)
	ids := make(map[string]uint16, n)
	n = strings.Count(s.plmn, "\n")
	t.plmns, t.networks = make([]uint32, 0, n), make([]Operator, 0, n)
	t.e164.grow(strings.Count(s.e164, "\n"))
	for _, f := range []struct {
		name, text string
		line       func(f [3]string, n int) error
	}{
		{"countries", s.countries, t.addCountry},
		{"e164", s.e164, t.addE164},
		{"mcc", s.mcc, t.addMCC},
		{"sanc", s.sanc, t.addSANC},
		{"operators", s.operators, func(f [3]string, n int) error { return t.addOperator(ids, f, n) }},
		{"plmn", s.plmn, func(f [3]string, n int) error { return t.addPLMN(ids, f, n) }},
	} {
		if err := lines(f.text, f.line); err != nil {
			return nil, fmt.Errorf("%s.tsv:%w", f.name, err)
		}
	}
	return t, nil
}

// lines calls fn with the fields of each line that is no comment: three at most, and how
// many there are.
func lines(text string, fn func(f [3]string, n int) error) error {
	for at := 1; text != ""; at++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var f [3]string
		n := 0
		for more := true; more && n < len(f); n++ {
			f[n], line, more = strings.Cut(line, "\t")
			if more && n == len(f)-1 {
				return fmt.Errorf("%d: %w", at, errFields)
			}
		}
		if err := fn(f, n); err != nil {
			return fmt.Errorf("%d: %w", at, err)
		}
	}
	return nil
}

// country is the place of an alpha-2 code; 0: there is none.
func (t *tables) country(iso string) uint8 {
	if len(iso) != 2 {
		return 0
	}
	a, b := iso[0]-'A', iso[1]-'A'
	if a > 25 || b > 25 {
		return 0
	}
	return t.byAlpha2[int(a)*26+int(b)]
}

// countryOrNone is the place of an alpha-2 code or of "-".
func (t *tables) countryOrNone(iso string) (uint8, error) {
	if i := t.country(iso); i > 0 || iso == "-" {
		return i, nil
	}
	return 0, errCountry
}

func (t *tables) addCountry(f [3]string, n int) error {
	i := len(t.countries)
	if n != 3 || i > 255 || len(f[0]) != 2 || f[0][0]-'A' > 25 || f[0][1]-'A' > 25 || len(f[1]) != 3 {
		return errFields
	}
	t.byAlpha2[int(f[0][0]-'A')*26+int(f[0][1]-'A')] = uint8(i)
	t.byAlpha3[f[1]] = uint8(i)
	t.countries = append(t.countries, CountryInfo{Alpha2: f[0], Alpha3: f[1], Name: f[2]})
	return nil
}

func (t *tables) addE164(f [3]string, n int) error {
	i, err := t.countryOrNone(f[1])
	if err != nil || n != 2 {
		return errors.Join(err, errFields)
	}
	if c := &t.countries[i]; i > 0 {
		c.E164 = append(c.E164, f[0])
	}
	return t.e164.add(f[0], uint16(i))
}

func (t *tables) addMCC(f [3]string, n int) error {
	i, err := t.countryOrNone(f[1])
	if err != nil || n != 2 {
		return errors.Join(err, errFields)
	}
	d, ok := telecom.DigitsFromASCII([]byte(f[0]))
	if !ok || d.Len() != 3 {
		return errCode
	}
	mcc := uint16(d.At(0))*100 + uint16(d.At(1))*10 + uint16(d.At(2))
	t.mccs[mcc] = int16(i)
	if c := &t.countries[i]; i > 0 {
		c.MCCs = append(c.MCCs, mcc)
	}
	return nil
}

func (t *tables) addSANC(f [3]string, n int) error {
	i := t.country(f[1])
	if i == 0 || n != 2 {
		return errCountry
	}
	pc, err := telecom.ParsePointCode(f[0] + "-0")
	if err != nil {
		return err
	}
	t.sanc[pc>>3] = i
	return nil
}

func (t *tables) addOperator(ids map[string]uint16, f [3]string, n int) error {
	i, err := t.countryOrNone(f[1])
	if err != nil || n != 3 || len(t.operators) > 65535 {
		return errors.Join(err, errFields)
	}
	ids[f[0]] = uint16(len(t.operators))
	t.operators = append(t.operators, Operator{ID: f[0], Name: f[2], Country: t.countries[i].Alpha2})
	return nil
}

func (t *tables) addPLMN(ids map[string]uint16, f [3]string, n int) error {
	p, err := telecom.ParsePLMN(f[0])
	if err != nil {
		return err
	}
	i, ok := ids[f[1]]
	inactive := n == 3 && f[2] == "inactive"
	if !ok || n == 3 != inactive {
		return errOperator
	}
	op := &t.operators[i]
	t.plmns = append(t.plmns, plmnKey(p))
	t.networks = append(t.networks, Operator{ID: op.ID, Name: op.Name, Country: op.Country, PLMN: p, Inactive: inactive})
	if op.PLMN.IsZero() && !inactive {
		op.PLMN = p
	}
	return nil
}

// readGTs reads the blocks of numbers of operators.
func (t *tables) readGTs(text string) (*prefixes, error) {
	p := &prefixes{}
	p.grow(3 * strings.Count(text, "\n"))
	at := 0 // of the operator of the line before
	err := lines(text, func(f [3]string, n int) error {
		if n != 2 {
			return errFields
		}
		if t.operators[at].ID != f[1] {
			i, ok := slices.BinarySearchFunc(t.operators, f[1], func(o Operator, id string) int { return strings.Compare(o.ID, id) })
			if !ok {
				return errOperator
			}
			at = i
		}
		return p.addBlocks(f[0], uint16(at))
	})
	if err != nil {
		return nil, fmt.Errorf("gt.tsv:%w", err)
	}
	return p, nil
}
