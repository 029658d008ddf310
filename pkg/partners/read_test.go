package partners

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadFiles: every fault with line and column, and what would be right.
func TestBadFiles(t *testing.T) {
	// with is a file whose one partner, in line 2, has this besides its id.
	with := func(more string) string {
		return "{\"format\":\"sigtransit-partners\",\"version\":1,\"created\":\"2026-01-31T12:00:00Z\",\"partners\":[\n{\"id\":\"ZZXA1\"," + more + "}\n]}\n"
	}
	const head = `{"format":"sigtransit-partners","version":1,"partners":[` + "\n"
	for _, tt := range []struct{ name, file, want string }{
		{"empty", " \n", "FILE: is empty; want a partner file (sigtransit ir21 import)"},
		{"XML", "<a/>", "FILE:1:1: not JSON: invalid character '<' looking for beginning of value"},
		{"cut off", head + `{"id":"A",`, "FILE:2:11: ends too early; want a partner file (sigtransit ir21 import)"},
		{"cut off behind a partner", head + `{"id":"A"}`, "FILE:2:11: ends too early; want a partner file (sigtransit ir21 import)"},
		{"a list", "[]", "FILE:1:1: partner file: got a list, want an object"},
		{"other JSON", `{"carriers":[]}`, `FILE:1:2: partner file: unknown key "carriers"`},
		{"another format", `{"format":"x"}`, `FILE:1:11: format: "x", want "sigtransit-partners"`},
		{"no version", `{"format":"sigtransit-partners"}`, `FILE:1:1: no "format" and "version"; want a partner file (sigtransit ir21 import)`},
		{"partners first", `{"partners":[]}`, `FILE:1:2: "format" and "version" have to stand before "partners"; want a partner file (sigtransit ir21 import)`},
		{"newer", `{"format":"sigtransit-partners","version":2,"more":1}`, "FILE:1:43: version: 2, this program reads up to 1: use a newer sigtransit, or import again with this one"},
		{"version 0", `{"format":"sigtransit-partners","version":0}`, "FILE:1:43: version: 0, want 1 to 1"},
		{"more behind the end", head + "]}\n{}", "FILE:2:3: something stands behind the end of the partner file"},
		{"no id", head + `{"name":"A"}]}`, `FILE:2:1: partner: no "id"`},
		{"same id", head + "{\"id\":\"A\"},\n{\"id\":\"A\"}]}", `FILE:3:1: partner: id "A" stands in line 2 already`},
		{"key twice", with(`"name":"A","name":"B"`), `FILE:2:26: partner: key "name" stands there twice`},
		{"unknown key", with(`"nme":"A"`), `FILE:2:15: partner: unknown key "nme"`},
		{"bad id", head + `{"id":"a b"}]}`, `FILE:2:7: id: "a b", want a TADIG code or a word of letters, digits and hyphens, at most 63`},
		{"number for a name", with(`"name":7`), "FILE:2:22: name: got 7, want text"},
		{"control character", with(`"name":"A\u001b[2J"`), `FILE:2:22: name: "A\x1b[2J", want text without control characters`},
		{"null", with(`"name":null`), "FILE:2:22: name: got null, want text"},
		{"country", with(`"country":"ISL"`), `FILE:2:25: country: "ISL", want an ISO 3166 code of two capital letters`},
		{"PLMN", with(`"plmns":["999-1"]`), `FILE:2:24: plmns: "999-1", want a PLMN as MCC-MNC, for example 001-01 or 310-410`},
		{"range", with(`"gts":[{"first":"99x"}]`), `FILE:2:31: first: "99x", want 1 to 15 digits`},
		{"range of two lengths", with(`"gts":[{"first":"99","last":"999"}]`), `FILE:2:43: gts: from "99" to "999", want as many digits in both, and the lower number first`},
		{"range turned round", with(`"msrns":[{"first":"99","last":"98"}]`), `FILE:2:45: msrns: from "99" to "98", want as many digits in both, and the lower number first`},
		{"long digits", with(`"mgts":["1234567890123456"]`), `FILE:2:23: mgts: "1234567890123456", want 1 to 15 digits`},
		{"prefix", with(`"ips":["192.0.2.1/24"]`), `FILE:2:22: ips: "192.0.2.1/24", want an IP prefix such as 192.0.2.0/24`},
		{"AS number", with(`"asns":[4294967296]`), "FILE:2:23: asns: got 4294967296, want a whole number from 0 to 4294967295"},
		{"truth", with(`"encrypts":"no"`), `FILE:2:26: encrypts: got "no", want true or false`},
		{"date", with(`"declared":"31.1.2026"`), `FILE:2:26: declared: "31.1.2026", want a date such as 2026-01-31`},
		{"service", with(`"carriers":[{"service":"voice"}]`), `FILE:2:38: service: "voice", want one of ss7, diameter, data`},
		{"use", with(`"carriers":[{"service":"ss7","use":"main"}]`), `FILE:2:50: use: "main", want one of unknown, primary, load_sharing, backup`},
		{"carrier id", with(`"carriers":[{"service":"ss7","carriers":["a b"]}]`), `FILE:2:56: carriers: "a b", want the id of a carrier`},
		{"unknown key of a declaration", with(`"carriers":[{"service":"ss7","nme":""}]`), `FILE:2:44: carriers: unknown key "nme"`},
		{"deep", with(`"name":` + strings.Repeat("[", 1000)), "FILE:2:22: name: got a list, want text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "p.json")
			if err := os.WriteFile(name, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := Load(name)
			var e *Error
			if !errors.As(err, &e) || f != nil {
				t.Fatalf("%v, %v", f, err)
			}
			if got := strings.Replace(err.Error(), name, "FILE", 1); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if _, err := Load("none.json"); err == nil || err.Error() != "none.json: no such file or directory" {
		t.Error(err)
	}
}

// TestWriteFile: the old file stays when the new one cannot be written, and nothing
// stays beside it.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "p.json")
	f := &File{Partners: []*Partner{{ID: "A"}}}
	if err := f.WriteFile(name); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteFile(filepath.Join(dir, "none", "p.json")); err == nil {
		t.Error("a file in a folder that is not there")
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteFile(filepath.Join(dir, "folder")); err == nil {
		t.Error("a file in the place of a folder")
	}
	after, err := os.ReadFile(name)
	if err != nil || string(after) != string(before) {
		t.Errorf("%v %s", err, after)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v", entries)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format":"sigtransit-partners","version":1,"partners":[{"id":"A","gts":[{"first":"1","last":"2"}],"carriers":[{"service":"ss7"}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Read("p.json", b)
		if (err == nil) == (file == nil) {
			t.Fatal(file, err)
		}
	})
}

// TestByteOrderMark: an editor's mark before the file is none of it.
func TestByteOrderMark(t *testing.T) {
	f, err := Read("FILE", []byte("\ufeff{\"format\":\"sigtransit-partners\",\"version\":1,\"partners\":[{\"id\":\"A\"}]}"))
	if err != nil || len(f.Partners) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}
