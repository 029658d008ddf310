package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOutputsThroughLinks: a file that is replaced may be named by a link, which stays.
func TestOutputsThroughLinks(t *testing.T) {
	for name, args := range map[string][]string{
		"partner file": {"ir21", "import", "-q", irDocuments, "-o"},
		"metrics":      {"replay", "-q", demo, "--metrics-file"},
		"report":       {"report", demo, "--format", "text", "-o"},
		"declarations": {"report", "--declared", irDocuments, "--format", "text", "-o"},
	} {
		dir := t.TempDir()
		file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
		if err := os.WriteFile(file, []byte("last month's"), 0o600); err != nil {
			t.Fatal(err)
		}
		was, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("file", link); err != nil {
			t.Skip(err)
		}
		if code, _, stderr := invoke(t, "", append(args, link)...); code != 0 {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
		if i, err := os.Lstat(link); err != nil || i.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: the link is none any more: %v", name, err)
		}
		b, err := os.ReadFile(file)
		if err != nil || len(b) == 0 || bytes.Contains(b, []byte("last month's")) {
			t.Errorf("%s: error %v, the file is %q", name, err, b)
		}
		// A new file was put in its place, so that no kill and no full disk leaves a torso.
		if is, err := os.Stat(file); err != nil || os.SameFile(is, was) || is.Mode() != was.Mode() {
			t.Errorf("%s: error %v, written in place, or with other rights", name, err)
		}
	}
}

// TestOutputsSpareInputs: no command writes over what it reads, by whatever name, nor over
// a ledger.
func TestOutputsSpareInputs(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	capture, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(irDocuments + "/*.xml")
	if err != nil || len(documents) == 0 {
		t.Fatal(err, documents)
	}
	document, err := os.ReadFile(documents[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"d.pcapng": capture, "z.xml": document, "c.yaml": []byte("privacy: mask\nwatchlists: [w.yaml]\n"),
		"w.yaml": []byte("carriers:\n  - {id: a, name: A}\n"), "folder.xml": document} {
		if err := os.WriteFile(in(name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{os.Mkdir(in("folder"), 0o700), os.Rename(in("folder.xml"), in("folder/f.xml")), os.Symlink("d.pcapng", in("link")), os.Link(in("d.pcapng"), in("hard"))} {
		if err != nil {
			t.Skip(err)
		}
	}
	if code, _, stderr := invoke(t, "", "replay", "-q", "--ledger", in("L"), in("d.pcapng")); code != 0 {
		t.Fatal(stderr)
	}
	if code, _, stderr := invoke(t, "", "ir21", "import", "-q", in("z.xml"), "-o", in("p.json")); code != 0 {
		t.Fatal(stderr)
	}
	files := func() map[string]string {
		all := map[string]string{}
		for _, name := range []string{"d.pcapng", "z.xml", "folder/f.xml", "c.yaml", "w.yaml", "L", "L.key", "p.json"} {
			b, err := os.ReadFile(in(name))
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(b)
		}
		return all
	}
	was := files()
	for _, x := range []struct{ args, want string }{
		{"replay d.pcapng -o d.pcapng", "--output: d.pcapng is read as a capture; name another file"},
		{"replay d.pcapng -o link", "--output: link is read as a capture; name another file"},
		{"replay hard -o d.pcapng", "--output: d.pcapng is read as a capture; name another file"},
		{"replay d.pcapng --metrics-file d.pcapng", "--metrics-file: d.pcapng is read as a capture; name another file"},
		{"replay d.pcapng -o x --metrics-file x", "--metrics-file: x is the output; name another file"},
		{"replay d.pcapng -c c.yaml -o c.yaml", "--output: c.yaml is the configuration; name another file"},
		{"replay d.pcapng -c c.yaml -o w.yaml", "--output: w.yaml is read as a carrier file; name another file"},
		{"replay d.pcapng --ledger new -o new", "--output: new is the ledger; name another file"},
		{"replay d.pcapng --ledger L -o L.key", "--output: L.key is the key of the ledger; name another file"},
		{"replay d.pcapng -o L", "--output: L is a ledger; name another file"},
		{"report d.pcapng --format text -o d.pcapng", "--output: d.pcapng is what is reported on; name another file"},
		{"report L --format text -o L", "--output: L is what is reported on; name another file"},
		{"report d.pcapng --format text -o L", "--output: L is a ledger; name another file"},
		{"report --declared p.json --format json -o p.json", "--output: p.json is read as a declaration; name another file"},
		{"ir21 import z.xml -o z.xml", "--output: z.xml is read as a document; name another file"},
		{"ir21 import folder -o folder/f.xml", "--output: folder/f.xml is a document; name another file"},
		{"ir21 import z.xml -c c.yaml -o c.yaml", "--output: c.yaml is the configuration; name another file"},
		{"ir21 import z.xml -c c.yaml -o w.yaml", "--output: w.yaml is read as a carrier file; name another file"},
	} {
		args, want := strings.Fields(x.args), x.want
		for i, a := range args {
			for _, name := range append(slices.Collect(maps.Keys(was)), "link", "hard", "new", "x", "folder") {
				if a == name {
					args[i] = in(name)
					want = strings.Replace(want, ": "+name+" ", ": "+in(name)+" ", 1)
				}
			}
		}
		if code, stdout, stderr := invoke(t, "", args...); code != exitUsage || stdout != "" || stderr != "sigtransit: "+want+"\n" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want %q", x.args, code, stdout, stderr, want)
		}
		for name, is := range files() {
			if is != was[name] {
				t.Fatalf("%s: %s changed", x.args, name)
			}
		}
	}
	// A partner file is renewed from itself.
	if code, _, stderr := invoke(t, "", "ir21", "import", "-q", in("p.json"), in("z.xml"), "-o", in("p.json")); code != 0 {
		t.Error(stderr)
	}
	// A device may be named for both.
	if code, _, stderr := invoke(t, "", "replay", "-q", os.DevNull, "-o", os.DevNull); code != exitFailed || !strings.Contains(stderr, "empty file") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestOutputOfNothing: results of before stay where no capture can be opened.
func TestOutputOfNothing(t *testing.T) {
	out := write(t, "results.jsonl", "of before")
	if code, _, stderr := invoke(t, "", "replay", "-q", "-o", out, out+".pcapng", write(t, "a.pcap", "no capture")); code != exitFailed || strings.Count(stderr, "\n") != 2 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != "of before" {
		t.Errorf("error %v, %q", err, b)
	}
}
