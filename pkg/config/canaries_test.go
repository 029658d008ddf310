package config

import (
	"reflect"
	"strings"
	"testing"

	"sigtransit/pkg/canary"
)

func TestCanaries(t *testing.T) {
	got, err := Load(file(t, "canaries:\n  - {name: tap-hk, id: 7}\n  - name: tap_2\n    id: 0\n"))
	if want := []canary.Config{{Name: "tap-hk", ID: 7}, {Name: "tap_2", ID: 0}}; err != nil || !reflect.DeepEqual(got.Canaries, want) {
		t.Errorf("%+v, %v", got.Canaries, err)
	}
}

func TestCanariesRefused(t *testing.T) {
	for text, want := range map[string]string{
		"canaries:\n- {id: 7}\n":                                   ":2:3: a canary without a name; want name: and a word for it",
		"canaries:\n- {name: Tap, id: 7}\n":                        `:2:10: "Tap" is no name of a canary; want 1 to 32 of a-z, 0-9, hyphen and underscore`,
		"canaries:\n- {name: tap}\n":                               `:2:3: canary "tap" has no id; want id: and the number that its sender is given with --id`,
		"canaries:\n- {name: tap, id: 100}\n":                      ":2:19: 100 is out of range; want 0 to 99",
		"canaries:\n- {name: tap, id: x}\n":                        `:2:19: canaries[0].id: "x" is no whole number; want a whole number`,
		"canaries:\n- {name: tap, id: 7}\n- {name: tap, id: 8}\n":  `:3:10: a second canary "tap"; want a name of its own for each`,
		"canaries:\n- {name: tap, id: 7}\n- {name: tap2, id: 7}\n": ":3:20: a second canary with id 7; want an id of its own for each",
		"canaries:\n- {name: tap, id: 7, gt: 9}\n":                 `:2:22: unknown key "gt"; want one of name, id`,
		"canaries: tap\n":                                          `:1:11: canaries: "tap" is no list; want a list, one item a line after a dash`,
	} {
		name := file(t, text)
		if _, err := Load(name); err == nil || !strings.HasPrefix(err.Error(), name+want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}
