package raex

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/ir21/documents")

const bundled = "../../../testdata/ir21"

// TestBundled: the documents in testdata are what this package makes of the table
// beside them.
func TestBundled(t *testing.T) {
	f, err := os.Open(filepath.Join(bundled, "operators.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	networks, err := ReadTable(f)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{}
	size := 0
	for _, d := range Documents(networks) {
		var b bytes.Buffer
		if err := Write(&b, d); err != nil {
			t.Fatal(err)
		}
		want[strings.ToLower(d[0].Sender)+".xml"] = b.Bytes()
		size += b.Len()
	}
	if size > 300_000 {
		t.Errorf("%d octets of documents", size)
	}
	dir := filepath.Join(bundled, "documents")
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, b := range want {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("%d documents, want %d (write them with -update)", len(entries), len(want))
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want[e.Name()]) {
			t.Errorf("%s differs from what is made of the table (write it with -update)", e.Name())
		}
	}
}

// TestReadTable: a table that is wrong is refused with its line.
func TestReadTable(t *testing.T) {
	head := strings.Join(columns, "\t") + "\n"
	for table, want := range map[string]string{
		"# c\na\tb\n":            "raex: line 2: 2 columns, want 10",
		head + "x\n":             "raex: line 2: 1 columns, want 10",
		"x" + head:               `raex: line 1: columns "x` + strings.Join(columns, " ") + `", want "` + strings.Join(columns, " ") + `"`,
		head + "\n# c\n\tb\tc\n": "raex: line 4: 3 columns, want 10",
	} {
		if _, err := ReadTable(strings.NewReader(table)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", table, err, want)
		}
	}
}
