package report

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"sigtransit/pkg/numbering"
	"sigtransit/pkg/partners"
	"sigtransit/pkg/signaling"
	"sigtransit/rules"
)

// Declared is what partners declare about watched carriers, from their IR.21 documents
// alone: how many operators in how many countries hand their signaling to each of them.
type Declared struct {
	Created time.Time         `json:"created"`
	Exposed DeclaredCount     `json:"exposed"` // each operator and country once
	Of      DeclaredCount     `json:"of"`      // all that were asked about
	Over    []DeclaredCarrier `json:"carriers"`
	In      []DeclaredCountry `json:"countries"`
	Rows    []DeclaredRow     `json:"declarations"`
}

// DeclaredCount counts operators and countries.
type DeclaredCount struct {
	Operators int `json:"operators"`
	Countries int `json:"countries"`
}

// DeclaredCarrier counts the operators that declare a carrier.
type DeclaredCarrier struct {
	Carrier string `json:"carrier"`
	Name    string `json:"name"`
	DeclaredCount
	SS7      DeclaredUses `json:"ss7"`
	Diameter DeclaredUses `json:"diameter"`
	Data     DeclaredUses `json:"data"`
}

// DeclaredUses counts operators by the use that means most.
type DeclaredUses struct {
	Primary     int `json:"primary"`
	Backup      int `json:"backup"`
	LoadSharing int `json:"load_sharing"`
	Unknown     int `json:"unknown"`
}

// DeclaredCountry counts the exposed operators of a country.
type DeclaredCountry struct {
	Country   string   `json:"country"` // ISO 3166-1 alpha-2
	Name      string   `json:"name"`
	Operators int      `json:"operators"`
	Carriers  []string `json:"carriers"`
}

// DeclaredRow is what one operator declares about a carrier for a service, for its networks
// in a country.
type DeclaredRow struct {
	Operator    string   `json:"operator"`
	Name        string   `json:"name"`
	Country     string   `json:"country"`
	CountryName string   `json:"country_name"`
	Networks    []string `json:"networks"`
	Carrier     string   `json:"carrier"`
	CarrierName string   `json:"carrier_name"`
	Service     string   `json:"service"`
	Use         string   `json:"use"`
	As          []string `json:"as"` // as the operator writes it
	Since       string   `json:"since,omitempty"`
	Days        *int     `json:"days,omitempty"` // since then; of what is in effect alone
	// Status is in_effect, announced (Since is to come, and something else is in effect: in
	// no figure) or announced_alone (nothing is: it counts).
	Status string `json:"status"`
}

// NewDeclared adds up what partners declare about the watched carriers of a set.
func NewDeclared(list []*partners.Partner, set *rules.Set, now time.Time) *Declared {
	var ids []string
	names := map[string]string{}
	for _, c := range set.Carriers {
		if c.Watched && !c.Jurisdictional() {
			ids = append(ids, c.ID)
			names[c.ID] = c.Name
		}
	}
	slices.Sort(ids)
	e := partners.Declared(list, ids, now)
	d := &Declared{
		Created: now,
		Exposed: DeclaredCount{e.ExposedOperators, e.ExposedCountries},
		Of:      DeclaredCount{e.OfOperators, e.OfCountries},
	}
	for _, c := range e.Carriers {
		uses := func(s signaling.Service) DeclaredUses {
			u := c.Uses[s]
			return DeclaredUses{u[partners.Primary], u[partners.Backup], u[partners.LoadSharing], u[partners.UseUnknown]}
		}
		d.Over = append(d.Over, DeclaredCarrier{c.Carrier, names[c.Carrier], DeclaredCount{c.Operators, c.Countries},
			uses(signaling.ServiceSS7), uses(signaling.ServiceDiameter), uses(signaling.ServiceData)})
	}
	slices.SortStableFunc(d.Over, func(a, b DeclaredCarrier) int {
		return cmp.Or(cmp.Compare(b.Operators, a.Operators), strings.Compare(a.Carrier, b.Carrier))
	})
	for _, c := range e.Countries {
		d.In = append(d.In, DeclaredCountry{c.Country, countryName(c.Country), c.Operators, c.Carriers})
	}
	for _, o := range e.Operators {
		r := DeclaredRow{
			Operator: o.Operator, Name: o.Name, Country: o.Country, CountryName: countryName(o.Country), Networks: o.Networks,
			Carrier: o.Carrier, CarrierName: names[o.Carrier], Service: o.Service.String(), Use: o.Use.String(), As: o.Texts, Status: o.Status.String(),
		}
		if !o.Since.IsZero() {
			r.Since = o.Since.Format(time.DateOnly)
			if o.Status == partners.InEffect {
				days := int(now.Sub(o.Since).Hours() / 24)
				r.Days = &days
			}
		}
		d.Rows = append(d.Rows, r)
	}
	return d
}

func countryName(iso string) string {
	c, ok := numbering.Country(iso)
	if !ok {
		return "unknown"
	}
	return c.Name
}

// JSON writes all of it.
func (d *Declared) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// CSV writes a line for each operator, country, carrier and service.
func (d *Declared) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	put := func(cells ...string) {
		for i := range cells {
			cells[i] = sheetText(cells[i])
		}
		_ = c.Write(cells) // Error has it
	}
	put("country", "country_name", "operator", "name", "networks", "carrier", "carrier_name", "service", "use", "as_written", "since", "days", "status")
	for _, r := range d.Rows {
		days := ""
		if r.Days != nil {
			days = strconv.Itoa(*r.Days)
		}
		put(r.Country, r.CountryName, r.Operator, r.Name, strings.Join(r.Networks, " "), r.Carrier, r.CarrierName,
			r.Service, r.Use, strings.Join(r.As, "; "), r.Since, days, r.Status)
	}
	c.Flush()
	return c.Error()
}

// sheetText keeps a spreadsheet from taking somebody else's text for a formula.
func sheetText(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return "'" + s
	}
	return s
}

//go:embed declared.html
var declaredText string

// HTML writes it as one file that needs nothing else.
func (d *Declared) HTML(w io.Writer) error {
	names := map[string]string{}
	for _, c := range d.Over {
		names[c.Carrier] = c.Name
	}
	t, err := template.New("declared").Funcs(pageFuncs).Funcs(template.FuncMap{
		"carrier": func(id string) string { return soft(names[id]) },
		"byname": func(list []DeclaredCountry) []DeclaredCountry {
			return slices.SortedStableFunc(slices.Values(list), func(a, b DeclaredCountry) int { return strings.Compare(a.Name, b.Name) })
		},
	}).Parse(declaredText)
	if err != nil {
		return err
	}
	return t.Execute(w, d)
}

// Table writes it for a person: carriers, then countries.
func (d *Declared) Table(w io.Writer) error {
	hand := "hand"
	if d.Exposed.Operators == 1 {
		hand = "hands"
	}
	fmt.Fprintf(w, "Declared in IR.21: %s in %s %s signaling or roaming data to watchlisted carriers, of %s in %s.\n\n",
		plural(d.Exposed.Operators, "operator", "operators"), plural(d.Exposed.Countries, "country", "countries"), hand,
		plural(d.Of.Operators, "operator", "operators"), plural(d.Of.Countries, "country", "countries"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "OPERATORS\tCOUNTRIES\tSS7\tprimary\tbackup\tshared\t?\tDIAMETER\tDATA\t  CARRIER\n")
	for _, c := range d.Over {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", c.Operators, c.Countries,
			c.SS7.Sum(), c.SS7.Primary, c.SS7.Backup, c.SS7.LoadSharing, c.SS7.Unknown, c.Diameter.Sum(), c.Data.Sum(), c.Name)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprint(w, "\nAn operator counts once for a carrier and service, by the use that means most; ?: it does not say which.\n\n")
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "COUNTRY\t\tOPERATORS\tOVER\n")
	for _, c := range d.In {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", c.Country, c.Name, c.Operators, strings.Join(c.Carriers, ", "))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	announced := d.announced()
	if len(announced) == 0 {
		return nil
	}
	fmt.Fprint(w, "\nAnnounced, and not in effect yet; counted above where nothing is in effect for the service:\n\n")
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "FROM\tOPERATOR\tCARRIER\tFOR\tUSE\tCOUNTED\n")
	for _, r := range announced {
		counted := "no"
		if r.Status == partners.AnnouncedAlone.String() {
			counted = "yes"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Since, r.Operator, r.CarrierName, serviceTitles[r.Service], strings.ReplaceAll(r.Use, "_", " "), counted)
	}
	return t.Flush()
}

// announced are the rows of what is to come, the next first.
func (d *Declared) announced() (rows []DeclaredRow) {
	for _, r := range d.Rows {
		if r.Status != partners.InEffect.String() {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b DeclaredRow) int { return strings.Compare(a.Since, b.Since) })
	return rows
}

// Sum is the number of operators.
func (u DeclaredUses) Sum() int { return u.Primary + u.Backup + u.LoadSharing + u.Unknown }
