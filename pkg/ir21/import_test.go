package ir21

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"sigtransit/pkg/partners"
	"sigtransit/pkg/synth/raex"
)

func put(t testing.TB, name string, b []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// network is the document of a network of its own.
func oneNetwork(tadig, more string) []byte {
	return []byte("<TADIGRAEXIR21><RAEXIR21FileHeader><SenderTADIG>" + tadig + "</SenderTADIG>" + more + "</RAEXIR21FileHeader><OrganisationInfo><NetworkList><Network><TADIGCode>" + tadig +
		"</TADIGCode></Network></NetworkList></OrganisationInfo></TADIGRAEXIR21>")
}

func packed(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func archived(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFiles: folders, packed documents and archives; what is bad is refused with its
// name, and the rest goes on.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a.xml", oneNetwork("ZZXA1", ""))
	put(t, dir+"/deeper/b.XML", oneNetwork("ZZXB1", ""))
	put(t, dir+"/deeper/c.xml.gz", packed(t, oneNetwork("ZZXC1", "")))
	put(t, dir+"/d.zip", archived(t, "x/", "", "x/d1.xml", string(oneNetwork("ZZXD1", "")), "d2.xml", string(oneNetwork("ZZXD2", "")), "read.me", "no", "e.xml", "<html/>"))
	put(t, dir+"/f.xml.gz", packed(t, oneNetwork("ZZXF1", ""))[:40])
	put(t, dir+"/g.zip", []byte("PK no"))
	put(t, dir+"/h.zip", archived(t, "read.me", "no"))
	put(t, dir+"/i.xml.gz", oneNetwork("ZZXI1", ""))
	put(t, dir+"/j.txt", []byte("not looked at"))
	if err := os.Symlink(dir, dir+"/loop"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/empty", 0o755); err != nil {
		t.Fatal(err)
	}
	steps := 0
	im, err := Files(context.Background(), []string{dir, dir + "/empty", dir + "/none.xml"}, ImportOptions{Now: time.Unix(0, 0), Each: func(done, total int) {
		if steps++; done != steps || total != 8 {
			t.Errorf("step %d: %d of %d", steps, done, total)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	var ids, refused []string
	for _, p := range im.File.Partners {
		ids = append(ids, p.ID+" "+strings.TrimPrefix(p.Source, dir+"/"))
	}
	for _, e := range im.Refused {
		refused = append(refused, strings.TrimPrefix(e.Error(), dir+"/"))
	}
	if want := []string{"ZZXA1 a.xml", "ZZXB1 deeper/b.XML", "ZZXC1 deeper/c.xml.gz", "ZZXD1 d.zip/x/d1.xml", "ZZXD2 d.zip/d2.xml"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
	if want := []string{
		"empty: no .xml, .xml.gz or .zip in this folder; want RAEX IR.21 documents",
		"none.xml: no such file or directory",
		"d.zip/e.xml:1: root element <html>, want <TADIGRAEXIR21> (GSMA RAEX IR.21)",
		"f.xml.gz:1: ends in the middle; want all of the document (copy it again)",
		"g.zip: not a zip archive: zip: not a valid zip file",
		"h.zip: no .xml in this archive; want RAEX IR.21 documents",
		"i.xml.gz: not gzip: gzip: invalid header",
	}; !reflect.DeepEqual(refused, want) {
		t.Errorf("%q,\nwant %q", refused, want)
	}
	if want := []Note{{File: dir + "/loop", Text: "a link to a folder, which may lead in a circle; name that folder besides: passed over"}}; !reflect.DeepEqual(im.Notes, want) {
		t.Errorf("notes %q", im.Notes)
	}
	if im.Read != 5 {
		t.Errorf("%d read", im.Read)
	}
}

// TestFolderOfLinks: a folder may be named by a link, and hold links to documents; what in
// it is neither file nor folder is named, and a file that has two names is read once.
func TestFolderOfLinks(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/real/a.xml", oneNetwork("ZZXA1", ""))
	b := put(t, dir+"/b.xml", oneNetwork("ZZXB1", ""))
	for from, to := range map[string]string{dir + "/link": dir + "/real", dir + "/real/b.xml": b, dir + "/real/c.xml": "none", dir + "/real/d.xml": "d.xml"} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("unix", dir+"/real/e.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	im, err := Files(context.Background(), []string{dir + "/link", b, dir + "/link/../real/a.xml"}, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range im.File.Partners {
		got += strings.TrimPrefix(p.Source, dir) + " "
	}
	if want := "/link/a.xml /link/b.xml "; got != want || im.Read != 2 || len(im.Refused)+len(im.Replaced) != 0 {
		t.Errorf("%q, want %q; %d read, refused %v, replaced %v", got, want, im.Read, im.Refused, im.Replaced)
	}
	got = ""
	for _, n := range im.Notes {
		got += strings.TrimPrefix(n.String(), dir) + "\n"
	}
	if want := "/link/c.xml: a link to nothing: passed over\n/link/d.xml: a link to nothing: passed over\n/link/e.xml: no file that ends (a pipe, a device or a socket): passed over\n"; got != want {
		t.Errorf("notes\n%swant\n%s", got, want)
	}
}

// TestToCome: a document of a day that is to come is not the newest for ever, and one that
// is refused says nothing but why.
func TestToCome(t *testing.T) {
	dir := t.TempDir()
	made := func(day string) string { return "<FileCreationTimestamp>" + day + "</FileCreationTimestamp>" }
	put(t, dir+"/a.xml", oneNetwork("ZZXA1", made("2099-01-01")))
	put(t, dir+"/b.xml", oneNetwork("ZZXA1", made("2026-11-01")))
	put(t, dir+"/c.xml", oneNetwork("ZZXC1", made("2026-12-03")))
	put(t, dir+"/d.xml", append(oneNetwork("ZZXD1", made("soon")), "<more/>"...))
	now := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	im, err := Files(context.Background(), []string{dir}, ImportOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range im.File.Partners {
		got = append(got, filepath.Base(p.Source)+p.Created.Format(" 2006-01-02"))
	}
	if want := []string{"b.xml 2026-11-01", "c.xml 2026-12-03"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if want := dir + "/a.xml: network ZZXA1: made 2099-01-01, which is to come: taken for a document without that date"; len(im.Notes) != 1 || im.Notes[0].String() != want || len(im.Refused) != 1 {
		t.Errorf("notes %v, want %s; refused %v", im.Notes, want, im.Refused)
	}
}

// TestBombs: files that grow when they are unpacked, and files that are too large as
// they are.
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	const limit = 1 << 20
	bomb := "<TADIGRAEXIR21>" + strings.Repeat("<a></a>", 1<<20)
	put(t, dir+"/a.xml.gz", packed(t, []byte(bomb)))
	put(t, dir+"/b.zip", archived(t, "b.xml", bomb))
	put(t, dir+"/c.xml", []byte(bomb))
	// A sparse file of 2 GiB.
	f, err := os.Create(dir + "/d.xml")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(2 << 30); err != nil {
		t.Fatal(err)
	}
	f.Close()
	// An archive whose last record announces a table of contents of 2 GiB, and an
	// archive of nothing else than such a record.
	announced := archived(t, "e.xml", "<a/>")
	copy(announced[len(announced)-22+12:], "\x00\x00\x00\x80")
	put(t, dir+"/e.zip", announced)
	put(t, dir+"/f.zip", announced[len(announced)-22:])
	im, err := Files(context.Background(), []string{dir}, ImportOptions{MaxSize: limit})
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, e := range im.Refused {
		refused = append(refused, strings.TrimPrefix(e.Error(), dir+"/"))
	}
	if want := []string{
		"a.xml.gz:1: more than 1 MiB; want a RAEX IR.21 document",
		"b.zip/b.xml: has 7 MiB, at most 1 are read; want a RAEX IR.21 document",
		"c.xml: has 7 MiB, at most 1 are read; want a RAEX IR.21 document",
		"d.xml: has 2048 MiB, at most 1 are read; want a RAEX IR.21 document",
		"e.zip: its table of contents has 2048 MiB, at most 8 are read; want an archive of RAEX IR.21 documents",
		"f.zip: its table of contents has 2048 MiB, at most 8 are read; want an archive of RAEX IR.21 documents",
	}; !reflect.DeepEqual(refused, want) {
		t.Errorf("%q,\nwant %q", refused, want)
	}
}

// TestDisagree: of documents of one network the newest counts, its own operator's
// before another's, whatever the order of the files.
func TestDisagree(t *testing.T) {
	made := func(day string) string {
		return "<FileCreationTimestamp>" + day + "T00:00:00Z</FileCreationTimestamp>"
	}
	dir := t.TempDir()
	put(t, dir+"/a.xml", oneNetwork("ZZXA1", made("2026-03-01")))
	put(t, dir+"/b.xml", oneNetwork("ZZXA1", made("2026-02-01")))
	// Another one's document about it, though newer.
	put(t, dir+"/c.xml", bytes.Replace(oneNetwork("ZZXA1", made("2026-04-01")), []byte("<SenderTADIG>ZZXA1"), []byte("<SenderTADIG>ZZXB1"), 1))
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "a", "c"}} {
		var names []string
		for _, n := range order {
			names = append(names, dir+"/"+n+".xml")
		}
		im, err := Files(context.Background(), names, ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range im.Replaced {
			got = append(got, filepath.Base(r.Kept.Source)+" before "+filepath.Base(r.Dropped.Source))
		}
		if want := []string{"a.xml before b.xml", "a.xml before c.xml"}; !reflect.DeepEqual(got, want) || len(im.File.Partners) != 1 {
			t.Errorf("%v: %q, want %q", order, got, want)
		}
	}
}

// TestEarlierImport: documents are added to what an earlier import made.
func TestEarlierImport(t *testing.T) {
	dir := t.TempDir()
	old := put(t, dir+"/old.json", []byte(`{"format":"sigtransit-partners","version":1,"partners":[{"id":"ZZXA1","name":"old","sender":"ZZXA1"},{"id":"ZZXB1"}]}`))
	newer := put(t, dir+"/a.xml", oneNetwork("ZZXA1", "<FileCreationTimestamp>2026-03-01</FileCreationTimestamp>"))
	bad := put(t, dir+"/bad.json", []byte("{\n\"format\":1}"))
	im, err := Files(context.Background(), []string{old, newer, bad}, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range im.File.Partners {
		got += p.ID + p.Name + " "
	}
	if want := "ZZXA1 ZZXB1 "; got != want || len(im.Replaced) != 1 || im.Read != 2 {
		t.Errorf("%q, %d replaced, %d read", got, len(im.Replaced), im.Read)
	}
	if want := bad + `:2:10: format: got 1, want text`; len(im.Refused) != 1 || im.Refused[0].Error() != want {
		t.Errorf("%v, want %s", im.Refused, want)
	}
}

// TestStrangers: a provider by the name of one carrier with the AS number of another.
func TestStrangers(t *testing.T) {
	dir := t.TempDir()
	name := put(t, dir+"/a.xml", []byte(doc("<GRXIPXRoutingForDataRoamingSection><GRXIPXProvidersList><GRXIPXProviderItem><ProviderName>One</ProviderName><ASN>64502</ASN></GRXIPXProviderItem>"+
		"<GRXIPXProviderItem><ProviderName>One</ProviderName><ASN>64501</ASN></GRXIPXProviderItem></GRXIPXProvidersList></GRXIPXRoutingForDataRoamingSection>")))
	r := partners.Resolver{
		Text: func(s string) []partners.Named { return []partners.Named{{Carrier: "one", End: len(s)}} },
		ASN:  func(n uint32) string { return map[uint32]string{64501: "one", 64502: "two"}[n] },
	}
	im, err := Files(context.Background(), []string{name}, ImportOptions{Resolver: r})
	if err != nil {
		t.Fatal(err)
	}
	if want := name + `: network ZZXA1: provider "One" has AS64502, which is two: both count`; len(im.Notes) != 1 || im.Notes[0].String() != want {
		t.Errorf("%v, want %s", im.Notes, want)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	put(t, dir+"/a.xml", oneNetwork("ZZXA1", ""))
	if _, err := Files(ctx, []string{dir}, ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestUnresolved: what names no known carrier is counted.
func TestUnresolved(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"A", "B"} {
		x := strings.ReplaceAll(doc("<InternationalSCCPGatewaySection><SCCPCarrierItem><SCCPCarrierName>Known, Unheard Of</SCCPCarrierName></SCCPCarrierItem></InternationalSCCPGatewaySection>"), "ZZXA1", "ZZX"+n+"1")
		put(t, dir+"/"+n+".xml", []byte(x))
	}
	known := func(s string) []partners.Named {
		if strings.HasPrefix(s, "Known") {
			return []partners.Named{{Carrier: "known", End: 5}}
		}
		return nil
	}
	im, err := Files(context.Background(), []string{dir}, ImportOptions{Resolver: partners.Resolver{Text: known}})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"Unheard Of": 2}; !reflect.DeepEqual(im.Unresolved, want) {
		t.Errorf("%v", im.Unresolved)
	}
	for _, p := range im.File.Partners {
		if !reflect.DeepEqual(p.Carriers[0].Carriers, []string{"known"}) {
			t.Errorf("%s: %+v", p.ID, p.Carriers)
		}
	}
}

// many writes documents of large operators.
func many(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		var b bytes.Buffer
		if err := raex.Write(&b, []raex.Network{raex.Numbered(i + 1)}); err != nil {
			t.Fatal(err)
		}
		put(t, fmt.Sprintf("%s/%04d.xml", dir, i), b.Bytes())
	}
	return dir
}

// TestMemory: what an import keeps is its result, not its documents.
func TestMemory(t *testing.T) {
	dir := many(t, 200)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	im, err := Files(context.Background(), []string{dir}, ImportOptions{})
	if err != nil || len(im.Refused) > 0 || len(im.File.Partners) != 200 {
		t.Fatalf("%v, %v, %d partners", err, im.Refused, len(im.File.Partners))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 200
	t.Logf("%d octets a partner", kept)
	if kept > 16<<10 {
		t.Errorf("%d octets are kept of a partner", kept)
	}
	runtime.KeepAlive(im)
}

// BenchmarkFiles imports 1,000 documents of 20 ranges each.
func BenchmarkFiles(b *testing.B) {
	dir := many(b, 1000)
	b.ResetTimer()
	for range b.N {
		if im, err := Files(context.Background(), []string{dir}, ImportOptions{}); err != nil || im.Read != 1000 {
			b.Fatal(err)
		}
	}
}
