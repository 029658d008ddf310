package partners

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sigtransit/pkg/signaling"
)

// Exposure is what partners declare about a list of carriers: which operators in which
// countries send what over each of them.
type Exposure struct {
	Carriers  []CarrierExposure
	Countries []CountryExposure // by number of operators, then by code
	Operators []OperatorExposure

	// Exposed and Countries with an exposed operator, each counted once; Of are those
	// that were asked about, with or without.
	ExposedOperators, ExposedCountries int
	OfOperators, OfCountries           int
}

// CarrierExposure counts the operators that declare a carrier.
type CarrierExposure struct {
	Carrier              string
	Operators, Countries int
	// Uses counts operators by service and the use that means most.
	Uses [signaling.NumServices][NumUses]int
}

// Of is the number of operators that declare the carrier for a service.
func (c *CarrierExposure) Of(s signaling.Service) (n int) {
	for _, u := range c.Uses[s] {
		n += u
	}
	return n
}

// CountryExposure counts the exposed operators of a country.
type CountryExposure struct {
	Country   string // ISO 3166-1 alpha-2; "" unknown
	Operators int
	Carriers  []string // in the order asked
}

// OperatorExposure is what one operator declares of a carrier for a service, for its
// networks in a country, with what it writes.
type OperatorExposure struct {
	Operator, Country string
	Name              string   // of the first network
	Networks          []string // ids of the partners that declare it
	Carrier           string
	Service           signaling.Service
	Use               Use
	Texts             []string  // names as written
	Since             time.Time // newest
	Status            Status
}

// Status says whether what is declared counts.
type Status uint8

// Statuses.
const (
	InEffect       Status = iota
	Announced             // for a day to come: until then counts what is in effect for the service
	AnnouncedAlone        // the same, where nothing is in effect for it: it counts
)

func (s Status) String() string {
	return [...]string{"in_effect", "announced", "announced_alone"}[min(s, AnnouncedAlone)]
}

// Declared adds up what partners declare about carriers, given by id in the order of
// the result. Networks of one sender count as one operator, in each country that they
// are of. Declarations of domestic carriers do not count, nor those of a day after now
// beside others that are in effect.
func Declared(list []*Partner, carriers []string, now time.Time) *Exposure {
	type key struct {
		operator, country string
		carrier           int
		service           signaling.Service
		status            Status
	}
	e := &Exposure{}
	byKey := map[key]*OperatorExposure{}
	operators, countries := map[string]bool{}, map[string]bool{}
	for _, p := range list {
		operators[p.Operator()] = true
		countries[p.Country] = true
		inEffect := p.InEffect(now)
		for i := range p.Carriers {
			d := &p.Carriers[i]
			status := InEffect
			switch {
			case !Ahead(d.Since, now):
			case inEffect[d.Service]:
				status = Announced
			default:
				status = AnnouncedAlone
			}
			for _, id := range d.Carriers {
				n := slices.Index(carriers, id)
				if n < 0 {
					continue
				}
				k := key{p.Operator(), p.Country, n, d.Service, status}
				o := byKey[k]
				if o == nil {
					o = &OperatorExposure{Operator: k.operator, Name: p.Name, Country: p.Country, Carrier: id, Service: d.Service, Use: d.Use, Status: status}
					byKey[k] = o
				}
				o.add(p, d)
			}
		}
	}
	for _, o := range byKey {
		e.Operators = append(e.Operators, *o)
	}
	slices.SortFunc(e.Operators, func(a, b OperatorExposure) int {
		return cmp.Or(cmp.Compare(slices.Index(carriers, a.Carrier), slices.Index(carriers, b.Carrier)),
			strings.Compare(a.Country, b.Country), strings.Compare(a.Operator, b.Operator), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Status, b.Status))
	})
	e.sum(carriers)
	delete(countries, "")
	e.OfOperators, e.OfCountries = len(operators), len(countries)
	return e
}

func (o *OperatorExposure) add(p *Partner, d *Declaration) {
	o.Use = d.Use.Or(o.Use)
	if !slices.Contains(o.Networks, p.ID) {
		o.Networks = append(o.Networks, p.ID)
	}
	if !slices.Contains(o.Texts, d.Name) {
		o.Texts = append(o.Texts, d.Name)
	}
	if d.Since.After(o.Since) {
		o.Since = d.Since
	}
}

// InEffect says for which services a partner declares something that is in effect.
func (p *Partner) InEffect(now time.Time) (yes [signaling.NumServices]bool) {
	for i := range p.Carriers {
		if d := &p.Carriers[i]; d.Service < signaling.NumServices && !Ahead(d.Since, now) {
			yes[d.Service] = true
		}
	}
	return yes
}

// sum counts e.Operators, but for what is announced beside what is in effect.
func (e *Exposure) sum(carriers []string) {
	exposed := map[string]bool{}
	byCountry := map[string]map[string]bool{} // operators
	over := map[string]map[string]bool{}      // carriers by country
	put := func(m map[string]map[string]bool, key, value string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		m[key][value] = true
	}
	for _, id := range carriers {
		c := CarrierExposure{Carrier: id}
		operators, countries := map[string]bool{}, map[string]bool{}
		type entry struct {
			operator string
			service  signaling.Service
		}
		uses := map[entry]Use{}
		for i := range e.Operators {
			o := &e.Operators[i]
			if o.Carrier != id || o.Status == Announced {
				continue
			}
			k := entry{o.Operator, o.Service}
			uses[k] = o.Use.Or(uses[k])
			operators[o.Operator] = true
			exposed[o.Operator] = true
			put(byCountry, o.Country, o.Operator)
			put(over, o.Country, id)
			if o.Country != "" {
				countries[o.Country] = true
			}
		}
		for k, use := range uses {
			c.Uses[k.service][use]++
		}
		c.Operators, c.Countries = len(operators), len(countries)
		e.Carriers = append(e.Carriers, c)
	}
	for country, operators := range byCountry {
		c := CountryExposure{Country: country, Operators: len(operators)}
		for _, id := range carriers {
			if over[country][id] {
				c.Carriers = append(c.Carriers, id)
			}
		}
		e.Countries = append(e.Countries, c)
		if country != "" {
			e.ExposedCountries++
		}
	}
	slices.SortFunc(e.Countries, func(a, b CountryExposure) int {
		return cmp.Or(cmp.Compare(b.Operators, a.Operators), strings.Compare(a.Country, b.Country))
	})
	e.ExposedOperators = len(exposed)
}
