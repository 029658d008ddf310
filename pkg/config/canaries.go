package config

import (
	"fmt"
	"regexp"
	"slices"

	"sigtransit/pkg/canary"
)

// canaryForm is a canary as YAML has it.
type canaryForm struct {
	Name *string `yaml:"name"`
	ID   *int    `yaml:"id"`
}

var canaryName = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

// canaries reads whom to watch for. Names become labels of metrics.
func (f *daemonForm) canaries(c *Config, r *reading) {
	for i, x := range f.Canaries {
		at := fmt.Sprintf("canaries[%d]", i)
		switch {
		case x.Name == nil:
			r.wrong(at, "a canary without a name; want name: and a word for it")
		case !canaryName.MatchString(*x.Name):
			r.wrong(at+".name", "%q is no name of a canary; want 1 to 32 of a-z, 0-9, hyphen and underscore", *x.Name)
		case x.ID == nil:
			r.wrong(at, "canary %q has no id; want id: and the number that its sender is given with --id", *x.Name)
		case *x.ID < 0 || *x.ID > canary.MaxID:
			r.wrong(at+".id", "%d is out of range; want 0 to %d", *x.ID, canary.MaxID)
		default:
			one := canary.Config{Name: *x.Name, ID: uint8(*x.ID)}
			if slices.ContainsFunc(c.Canaries, func(o canary.Config) bool { return o.Name == one.Name }) {
				r.wrong(at+".name", "a second canary %q; want a name of its own for each", one.Name)
			}
			if slices.ContainsFunc(c.Canaries, func(o canary.Config) bool { return o.ID == one.ID }) {
				r.wrong(at+".id", "a second canary with id %d; want an id of its own for each", one.ID)
			}
			c.Canaries = append(c.Canaries, one)
		}
	}
}
