package exposure

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"sigtransit/decoders/telecom"
	"sigtransit/rules"
)

// Home is the network that records. In a ledger it stands beside what is counted.
type Home struct {
	Name  string   `json:"name"`
	PLMNs []string `json:"plmns"`
	// Carriers are the ids of its own carriers; empty: nobody said.
	Carriers []string `json:"carriers,omitempty"`
}

// HomeOf is home as a configuration names it, with the carriers that are its own.
func HomeOf(name string, networks []telecom.PLMN, set *rules.Set) Home {
	h := Home{Name: name, Carriers: set.HomeCarriers()}
	for _, p := range networks {
		h.PLMNs = append(h.PLMNs, p.String())
	}
	return h
}

// IsZero reports that nothing is said of home.
func (h *Home) IsZero() bool { return h.Name == "" && len(h.PLMNs) == 0 && len(h.Carriers) == 0 }

// Beside is h with what was known of home before, where h says no more than which networks
// are home's and shares one with it.
func (h Home) Beside(was Home) Home {
	shares := func(p string) bool { return slices.Contains(was.PLMNs, p) }
	if h.IsZero() || h.Name == "" && len(h.Carriers) == 0 && slices.ContainsFunc(h.PLMNs, shares) {
		return was
	}
	return h
}

// keepHome writes home down.
func (l *Ledger) keepHome(h Home) error {
	was, err := homeIn(l.db)
	if h = h.Beside(was); err != nil || h.IsZero() {
		return err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = l.db.Exec("INSERT INTO meta VALUES ('home', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value", string(text))
	return err
}

// Home is who recorded last; zero where nobody said.
func (r *Reader) Home() (Home, error) {
	h, err := homeIn(r.tx)
	return h, explain(r.path, err)
}

func homeIn(db interface {
	QueryRow(query string, args ...any) *sql.Row
}) (h Home, err error) {
	var text string
	switch err = db.QueryRow("SELECT value FROM meta WHERE name = 'home'").Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return h, nil
	case err == nil:
		err = json.Unmarshal([]byte(text), &h)
	}
	return h, err
}
