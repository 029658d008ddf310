package exposure

import (
	"reflect"
	"testing"
)

// TestHome: a ledger keeps who records, through what says nothing and until it changes.
func TestHome(t *testing.T) {
	a, b := Home{Name: "A", PLMNs: []string{"001-01"}, Carriers: []string{"green-hub"}}, Home{Name: "B"}
	l := open(t, Options{})
	home := func(want Home) {
		t.Helper()
		r, err := OpenForReading(l.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := r.Home(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("home is %+v, %v; want %+v", got, err, want)
		}
	}
	home(Home{})
	for _, x := range []struct{ say, want Home }{{a, a}, {Home{}, a}, {Home{PLMNs: []string{"999-70", "001-01"}}, a}, {b, b}, {a, a}, {Home{PLMNs: []string{"999-70"}}, Home{PLMNs: []string{"999-70"}}}, {b, b}} {
		if err := l.Judge(nil, x.say); err != nil {
			t.Fatal(err)
		}
		home(x.want)
	}
	path := l.Path()
	for _, x := range []struct{ say, want Home }{{Home{}, b}, {a, a}} {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = openAt(t, path, Options{Home: x.say})
		home(x.want)
	}
}
