package report

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser runs a headless Chromium over a page and returns what it writes to standard
// output. A line of the page's console, an error above all, fails the test.
type browser struct {
	t    *testing.T
	path string
	dir  string
}

func newBrowser(t *testing.T) *browser {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return &browser{t, path, t.TempDir()}
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium on this machine; it shows whether the report renders (apt-get install chromium)")
	}
	t.Skip("no Chromium on this machine")
	return nil
}

func (b *browser) run(page string, args ...string) string {
	b.t.Helper()
	file := filepath.Join(b.dir, "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, b.path, append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + filepath.Join(b.dir, "profile")},
		append(args, "file://"+file)...)...)
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	if e := c.Run(); e != nil {
		b.t.Fatalf("%v: %v\n%s", args, e, err.String())
	}
	for _, l := range strings.Split(err.String(), "\n") {
		if strings.Contains(l, "CONSOLE") {
			b.t.Errorf("%v: the page's console says: %s", args, l)
		}
	}
	return out.String()
}

// The colour schemes as Chromium numbers them.
const (
	darkScheme  = "--blink-settings=preferredColorScheme=0"
	lightScheme = "--blink-settings=preferredColorScheme=1"
)

// measure is a script that looks at the page as it is laid out, and puts what it finds
// wrong into the document. The report itself has no script.
const measure = `<script>
addEventListener("load", () => {
  const wrong = [], add = s => { if (wrong.length < 20) wrong.push(s) };
  const say = e => (e.textContent || e.tagName).trim().replace(/\s+/g, " ").slice(0, 40);
  if (document.documentElement.scrollWidth > innerWidth) add("the page is wider than the window: " + document.documentElement.scrollWidth + " > " + innerWidth);
  // A colour as Chromium computes it, also color-mix.
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data] };
  const light = c => c.slice(0, 3).map(x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4).reduce((s, x, i) => s + x * [.2126, .7152, .0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c } return rgba(getComputedStyle(document.body).backgroundColor) };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) };
  let texts = 0;
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
    if (e.closest("defs, title, script, style")) continue;
    texts++;
    const svg = e instanceof SVGElement, s = getComputedStyle(e);
    let back = behind(e);
    if (svg) {
      const tile = e.closest(".tile"), rect = tile && tile.querySelector("rect");
      if (rect && getComputedStyle(rect).fill != "none") back = rgba(getComputedStyle(rect).fill);
    }
    const c = contrast(rgba(svg ? s.fill : s.color), back);
    if (c < 4.5) add("contrast " + c.toFixed(1) + ": " + say(e));
    if (!svg && e.clientWidth && e.scrollWidth > e.clientWidth + 1 && !e.classList.contains("scroll") && s.display != "inline") add("overflows: " + say(e));
  }
  // Text of a drawing stays inside of it and apart from other text.
  for (const svg of document.querySelectorAll("figure > svg")) {
    const frame = svg.getBoundingClientRect(), boxes = [...svg.querySelectorAll("text")].map(e => [e, e.getBoundingClientRect()]);
    for (const [e, b] of boxes) {
      if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1) add("outside of its drawing: " + say(e));
      const rect = e.closest(".tile") && e.closest(".tile").querySelector("rect").getBoundingClientRect();
      if (rect && (b.left < rect.left || b.right > rect.right || b.top < rect.top - 1 || b.bottom > rect.bottom + 1)) add("outside of its tile: " + say(e));
    }
    boxes.forEach(([e, a], i) => boxes.slice(i + 1).forEach(([f, b]) => {
      // Lines of text may touch: their boxes are higher than their letters.
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top + a.height * .25 < b.bottom - b.height * .25 && b.top + b.height * .25 < a.bottom - a.height * .25) add("overlap: " + say(e) + " / " + say(f));
    }));
  }
  for (const a of document.querySelectorAll("a")) if (!document.getElementById(a.getAttribute("href").slice(1))) add("leads nowhere: " + a.getAttribute("href"));
  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) add("twice: id " + e.id); ids.add(e.id) }
  for (const e of document.querySelectorAll("svg[role=img]")) if (!e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) add("a drawing without a name");
  const p = document.createElement("pre");
  p.id = "found"; p.textContent = JSON.stringify({texts, wrong}); document.body.append(p);
});
</script>`

var found = regexp.MustCompile(`<pre id="found">(.*?)</pre>`)

// pages are reports that have to render: the sample, one with nothing in it, and one
// whose names were made to break it.
func pages(t *testing.T) map[string]string {
	empty := &Data{Format: Format, Version: Version, Created: sample().Created, Tool: "1.0"}
	odd := sample()
	long := strings.Repeat("Überlandverbindungs", 6) + " <script>alert(1)</script> & \"Söhne\" "
	odd.Home.Name = long
	for i := range odd.Carriers {
		odd.Carriers[i].Name = long
	}
	for i := range odd.Partners {
		odd.Partners[i].Name = long
	}
	for i := range odd.Compared {
		odd.Compared[i].CarrierName, odd.Compared[i].PartnerName = long, long
	}
	odd.Total.Messages *= 1_000_000
	all := map[string]string{}
	for name, d := range map[string]*Data{"sample": sample(), "empty": empty, "odd": odd} {
		var b bytes.Buffer
		if err := d.WriteHTML(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = b.String()
	}
	declared := &Declared{Created: sample().Created, Exposed: DeclaredCount{1, 1}, Of: DeclaredCount{2, 2}}
	for _, n := range []string{"An Operator", long} {
		days := 12
		declared.Over = append(declared.Over, DeclaredCarrier{Carrier: n, Name: n, DeclaredCount: DeclaredCount{1, 1}, SS7: DeclaredUses{1, 2, 3, 4}})
		declared.In = append(declared.In, DeclaredCountry{"IS", "Iceland", 1, []string{n}})
		declared.Rows = append(declared.Rows, DeclaredRow{Name: n, Networks: []string{"ZZX01", "ZZX02"}, CountryName: "Iceland", CarrierName: n, Service: "ss7", Use: "load_sharing", As: []string{n, "B"}, Since: "2026-01-15", Days: &days})
	}
	for name, d := range map[string]*Declared{"declared": declared, "declared, nothing": {Created: sample().Created}} {
		var b bytes.Buffer
		if err := d.HTML(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = b.String()
	}
	return all
}

func TestChromiumLayout(t *testing.T) {
	b := newBrowser(t)
	for name, page := range pages(t) {
		for _, x := range []struct{ scheme, size string }{{lightScheme, "1280,900"}, {darkScheme, "1280,900"}, {lightScheme, "420,900"}} {
			dom := b.run(page+measure, x.scheme, "--window-size="+x.size, "--dump-dom")
			m := found.FindStringSubmatch(dom)
			if m == nil {
				t.Fatalf("%s: the measuring script did not run", name)
			}
			var r struct {
				Texts int
				Wrong []string
			}
			if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &r); err != nil {
				t.Fatal(err)
			}
			if r.Texts < 20 {
				t.Errorf("%s, %s: only %d texts were looked at", name, x.size, r.Texts)
			}
			for _, w := range r.Wrong {
				t.Errorf("%s, %s, %s: %s", name, x.scheme, x.size, w)
			}
		}
	}
}

func TestChromiumScreens(t *testing.T) {
	b := newBrowser(t)
	page := pages(t)["sample"]
	for _, x := range []struct {
		scheme string
		dark   bool
	}{{lightScheme, false}, {darkScheme, true}} {
		file := filepath.Join(b.dir, "screen.png")
		b.run(page, x.scheme, "--window-size=1280,5200", "--screenshot="+file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		paper, inked, reds := look(img)
		if (paper < 0.2) != x.dark {
			t.Errorf("%s: the paper's lightness is %.2f", x.scheme, paper)
		}
		if inked < 0.03 || inked > 0.5 {
			t.Errorf("%s: %.1f %% of the screen is not paper", x.scheme, inked*100)
		}
		if reds < 1000 {
			t.Errorf("%s: only %d pixels in the colour of watched carriers: charts are missing", x.scheme, reds)
		}
	}
}

// look tells how light the corner is, how much differs from it, and how many pixels are
// of the colour that stands for watched carriers.
func look(img image.Image) (paper, inked float64, reds int) {
	b := img.Bounds()
	r0, g0, b0, _ := img.At(0, 0).RGBA()
	n := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			if r != r0 || g != g0 || bl != b0 {
				n++
			}
			if r > 2*g && r > 2*bl && r > 0x7000 {
				reds++
			}
		}
	}
	return float64(r0+g0+b0) / 3 / 0xffff, float64(n) / float64(b.Dx()*b.Dy()), reds
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

func TestChromiumPrint(t *testing.T) {
	b := newBrowser(t)
	for name, page := range pages(t) {
		file := filepath.Join(b.dir, name+".pdf")
		b.run(page, "--no-pdf-header-footer", "--print-to-pdf="+file)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n := len(pdfPage.FindAll(data, -1))
		if least := map[bool]int{true: 2, false: 1}[name == "sample"]; n < least || n > 16 {
			t.Errorf("%s: printed on %d pages", name, n)
		}
		// A4 in points.
		if !bytes.Contains(data, []byte("/MediaBox [0 0 594.95996 841.91998]")) && !bytes.Contains(data, []byte("/MediaBox [0 0 595")) {
			t.Errorf("%s: not printed on A4", name)
		}
	}
}
