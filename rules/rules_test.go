package rules

import "testing"

func TestLoadBuiltin(t *testing.T) {
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Generation == 0 {
		t.Error("generation 0")
	}
}
