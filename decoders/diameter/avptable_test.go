package diameter

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"
)

var update = flag.Bool("update", false, "write avptable.go anew")

// block is a run of codes that a specification defines.
type block struct {
	vendor, from, to uint32
}

// blocks fill what the dictionary lacks. Their types are not checked.
var blocks = []block{
	{0, 1, 255},   // RADIUS attributes (RFC 6733 4.1)
	{0, 257, 301}, // base protocol (RFC 6733 4.5), E2E-Sequence, DRMP (RFC 7944)
	{0, 318, 348}, // Mobile IPv4 (RFC 4004)
	{0, 363, 366}, // accounting (RFC 7155)
	{0, 367, 393}, // SIP (RFC 4740)
	{0, 400, 408}, // network access (RFC 7155)
	{0, 411, 461}, // credit control (RFC 8506)
	{0, 462, 465}, // EAP (RFC 4072)
	{0, 480, 493}, // accounting (RFC 6733 9.8), Mobile IPv6 (RFC 5447, 5778)
	{0, 494, 577}, // QoS (RFC 5777, 5778, 5779)
	{0, 578, 620}, // keys (RFC 6734), NAT control (RFC 6736), redirect by realm (RFC 7075)
	{0, 621, 627}, // overload (RFC 7683)
	{0, 648, 652}, // agent overload (RFC 8581), load (RFC 8583)
	{0, 653, 670}, // credit control (RFC 8506)

	// Codes that 3GPP TS 29.230 7 gives out to the specifications.
	{Vendor3GPP, 1, 31},      // TS 29.061, the RADIUS attributes of 3GPP
	{Vendor3GPP, 300, 319},   // TS 29.234, 29.273
	{Vendor3GPP, 400, 420},   // TS 29.109
	{Vendor3GPP, 500, 581},   // TS 29.214
	{Vendor3GPP, 600, 658},   // TS 29.229
	{Vendor3GPP, 700, 719},   // TS 29.329
	{Vendor3GPP, 823, 899},   // TS 32.299
	{Vendor3GPP, 900, 934},   // TS 29.061
	{Vendor3GPP, 1000, 1099}, // TS 29.212
	{Vendor3GPP, 1100, 1119}, // TS 29.140
	{Vendor3GPP, 1200, 1299}, // TS 32.299
	{Vendor3GPP, 1300, 1314}, // TS 32.299
	{Vendor3GPP, 1400, 1499}, // TS 29.272
	{Vendor3GPP, 1500, 1549}, // TS 29.273
	{Vendor3GPP, 1600, 1729}, // TS 29.272
	{Vendor3GPP, 2000, 2118}, // TS 32.299
	{Vendor3GPP, 2200, 2208}, // TS 29.215
	{Vendor3GPP, 2300, 2323}, // TS 32.299
	{Vendor3GPP, 2400, 2411}, // TS 29.173
	{Vendor3GPP, 2500, 2565}, // TS 29.172
	{Vendor3GPP, 2600, 2606}, // TS 32.299
	{Vendor3GPP, 2700, 2720}, // TS 32.299
	{Vendor3GPP, 2800, 2899}, // TS 29.212
	{Vendor3GPP, 2901, 2906}, // TS 29.219
	{Vendor3GPP, 3000, 3011}, // TS 29.337
	{Vendor3GPP, 3100, 3189}, // TS 29.336
	{Vendor3GPP, 3200, 3209}, // TS 29.368
	{Vendor3GPP, 3300, 3345}, // TS 29.338
	{Vendor3GPP, 3400, 3440}, // TS 32.299
	{Vendor3GPP, 3500, 3517}, // TS 29.468
	{Vendor3GPP, 3600, 3699}, // TS 29.345
	{Vendor3GPP, 3700, 3708}, // TS 29.344
	{Vendor3GPP, 3800, 3899}, // TS 29.343
	{Vendor3GPP, 3900, 3942}, // TS 32.299
	{Vendor3GPP, 4000, 4015}, // TS 29.217
	{Vendor3GPP, 4100, 4120}, // TS 29.283
	{Vendor3GPP, 4200, 4210}, // TS 29.154
	{Vendor3GPP, 4300, 4325}, // TS 29.128
	{Vendor3GPP, 4400, 4413}, // TS 32.299
}

// mistyped are the AVPs whose type in the dictionary is not the standard's.
var mistyped = map[avpKey]kind{
	{0, 652}:           kindQuad, // Load-Value (RFC 8583 7.3): Unsigned64
	{Vendor3GPP, 552}:  kindQuad, // Content-Version (TS 29.214 5.3.49): Unsigned64
	{Vendor3GPP, 3423}: kindAny,  // ISUP-Cause-Location: editions of TS 32.299 differ
}

// grouped are the 3GPP AVPs that the specifications define as Grouped and the
// dictionary does not have: TS 29.229, 29.234, 29.272, 29.273, 29.172, 29.173, 29.329,
// 29.336, 29.337, 29.338, 29.128 and 29.344.
var grouped = []uint32{
	303, 304, 307, 315, 618, 631, 632, 635, 639, 642, 647, 649, 651, 656, 700, 715,
	1495, 1496, 1497, 1498, 1509, 1510, 1526, 1528, 1600, 1601, 1624, 1637, 1641, 1649, 1667, 1672, 1673, 1675, 1685, 1687, 1688, 1691, 1694,
	2406, 2501, 2502, 2504, 2521, 2522, 2524, 2527, 2533, 2534, 2535, 2540, 2543, 2544, 2547, 2552, 2555, 2559, 2565,
	3001, 3002, 3003, 3102, 3105, 3106, 3107, 3108, 3113, 3114, 3118, 3120, 3121, 3122, 3123, 3129, 3135, 3142, 3143, 3146, 3150, 3151, 3152,
	3155, 3156, 3157, 3158, 3161, 3165, 3166, 3169, 3170, 3171, 3173, 3177, 3178, 3180, 3181,
	3303, 3316, 3317, 3318, 3319, 3320, 3336, 3337, 3344, 3345, 3701, 3703, 3707, 3940, 4300, 4306, 4307, 4310, 4318, 4322,
}

type avpKey struct{ vendor, code uint32 }

func kindOfType(t datatype.TypeID) kind {
	switch t {
	case datatype.Unsigned32Type, datatype.Integer32Type, datatype.EnumeratedType, datatype.TimeType, datatype.Float32Type:
		return kindWord
	case datatype.Unsigned64Type, datatype.Integer64Type, datatype.Float64Type:
		return kindQuad
	case datatype.AddressType:
		return kindAddress
	case datatype.DiameterIdentityType:
		return kindIdentity
	case datatype.GroupedType:
		return kindGroup
	}
	return kindAny
}

// dictionary is what go-diameter knows, with the types on which its applications
// agree.
func dictionary() map[avpKey]kind {
	known := map[avpKey]kind{}
	for _, app := range dict.Default.Apps() {
		for _, a := range app.AVP {
			key, k := avpKey{a.VendorID, a.Code}, kindOfType(a.Data.Type)
			if old, ok := known[key]; ok && old != k {
				k = kindAny
			}
			known[key] = k
		}
	}
	return known
}

// cases are the codes for which functions have cases in their switches by code.
func cases(file string, functions ...string) (map[uint32]bool, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return nil, err
	}
	codes := map[uint32]bool{}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || !slices.Contains(functions, fn.Name.Name) {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			s, ok := n.(*ast.SwitchStmt)
			if !ok {
				return true
			}
			if tag, ok := s.Tag.(*ast.SelectorExpr); !ok || tag.Sel.Name != "code" {
				return true
			}
			for _, c := range s.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					code, _ := strconv.ParseUint(e.(*ast.BasicLit).Value, 10, 32)
					codes[uint32(code)] = true
				}
			}
			return true
		})
	}
	if len(codes) < 10 {
		return nil, fmt.Errorf("%s: only %d cases in %q", file, len(codes), functions)
	}
	return codes, nil
}

func generate() ([]byte, error) {
	base, err := cases("avps.go", "rare", "inside", "base")
	if err != nil {
		return nil, err
	}
	tgpp, err := cases("tgpp.go", "tgpp")
	if err != nil {
		return nil, err
	}
	known := dictionary()
	for _, b := range blocks {
		for c := b.from; c <= b.to; c++ {
			if _, ok := known[avpKey{b.vendor, c}]; !ok {
				known[avpKey{b.vendor, c}] = kindAny
			}
		}
	}
	maps.Copy(known, mistyped)
	for _, c := range grouped {
		known[avpKey{Vendor3GPP, c}] = kindGroup
	}
	var out bytes.Buffer
	out.WriteString("// Code generated by go test -run TestAVPTable -update. DO NOT EDIT.\n\npackage diameter\n")
	for _, t := range []struct {
		name   string
		vendor uint32
		read   map[uint32]bool
	}{{"baseAVPs", 0, base}, {"tgppAVPs", Vendor3GPP, tgpp}} {
		top := uint32(0)
		for k := range known {
			if k.vendor == t.vendor {
				top = max(top, k.code)
			}
		}
		if top > 1<<14 {
			return nil, fmt.Errorf("code %d of vendor %d is too high for a table by code", top, t.vendor)
		}
		fmt.Fprintf(&out, "\n// %s is the kind of each AVP code of vendor %d, a hundred to a line; a capital\n// where there is a case for the code.\nconst %s =", t.name, t.vendor, t.name)
		for c := uint32(0); c <= top; c += 100 {
			line := make([]byte, 0, 100)
			for i := c; i < c+100 && i <= top; i++ {
				k, ok := known[avpKey{t.vendor, i}]
				if !ok {
					k = kindUnknown
				}
				if t.read[i] {
					if !ok {
						return nil, fmt.Errorf("AVP %d of vendor %d is read but not known", i, t.vendor)
					}
					k &^= kindRead
				}
				line = append(line, k)
			}
			plus := "+"
			if c+100 > top {
				plus = ""
			}
			fmt.Fprintf(&out, "\n%q %s // %d", line, plus, c)
		}
		out.WriteString("\n")
	}
	return format.Source(out.Bytes())
}

// TestAVPTable holds the tables to the dictionary of go-diameter.
func TestAVPTable(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("avptable.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile("avptable.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("avptable.go is not what the dictionary gives: run go test -run TestAVPTable -update")
	}
	for key := range dictionary() {
		if !KnownAVP(key.vendor, key.code) {
			t.Errorf("AVP %d of vendor %d is not known", key.code, key.vendor)
		}
	}
}
