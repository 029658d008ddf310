package partners

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/wholefile"
)

// Format and Version name the partner file: JSON with one partner a line, so that
// two of them can be compared by line.
const (
	Format  = "sigtransit-partners"
	Version = 1
)

// maxFile bounds a partner file: a thousand partners take a few megabytes.
const maxFile = 256 << 20

// File is a partner file.
type File struct {
	Name     string    // where it was read from
	Created  time.Time // when the import made it
	Partners []*Partner
}

// Error is what is wrong with a partner file, and where.
type Error = badinput.Error

// The file as JSON.
type (
	jsonPartner struct {
		ID       string            `json:"id"`
		Name     string            `json:"name,omitempty"`
		Country  string            `json:"country,omitempty"`
		TADIGs   []string          `json:"tadigs,omitempty"`
		Sender   string            `json:"sender,omitempty"`
		PLMNs    []string          `json:"plmns,omitempty"`
		GTs      []jsonRange       `json:"gts,omitempty"`
		MSRNs    []jsonRange       `json:"msrns,omitempty"`
		MGTs     []string          `json:"mgts,omitempty"`
		Realms   []string          `json:"realms,omitempty"`
		Hosts    []string          `json:"hosts,omitempty"`
		IPs      []netip.Prefix    `json:"ips,omitempty"`
		ASNs     []uint32          `json:"asns,omitempty"`
		Carriers []jsonDeclaration `json:"carriers,omitempty"`
		Domestic []jsonDeclaration `json:"domestic,omitempty"`
		Encrypts bool              `json:"encrypts,omitempty"`
		Source   string            `json:"source,omitempty"`
		Declared string            `json:"declared,omitempty"`
		Created  time.Time         `json:"created,omitzero"`
	}
	jsonRange struct {
		First string `json:"first"`
		Last  string `json:"last,omitempty"` // absent: First
		Node  string `json:"node,omitempty"`
	}
	jsonDeclaration struct {
		Service    string   `json:"service"`
		Name       string   `json:"name,omitempty"`
		Carriers   []string `json:"carriers,omitempty"`
		Use        string   `json:"use,omitempty"` // absent: unknown
		UseText    string   `json:"use_text,omitempty"`
		PointCodes []string `json:"point_codes,omitempty"`
		ASN        uint32   `json:"asn,omitempty"`
		Since      string   `json:"since,omitempty"`
		SinceText  string   `json:"since_text,omitempty"`
	}
)

// Write writes the file.
func (f *File) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\"format\":%q,\"version\":%d,\"created\":%q,\"partners\":[", Format, Version, f.Created.UTC().Format(time.RFC3339))
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // an ampersand in a name stays one
	for i, p := range f.Partners {
		line.Reset()
		if err := enc.Encode(encode(p)); err != nil {
			return fmt.Errorf("partners: %s: %w", p.ID, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(bytes.TrimRight(line.Bytes(), "\n"))
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

// WriteFile writes the file in the place of name, which stays what it was until all
// is written.
func (f *File) WriteFile(name string) error { return wholefile.Write(name, f.Write) }

const isoDate = "2006-01-02"

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(isoDate)
}

func encode(p *Partner) jsonPartner {
	j := jsonPartner{
		ID: p.ID, Name: p.Name, Country: p.Country, TADIGs: p.TADIGs, Sender: p.Sender,
		GTs: encodeRanges(p.GTs), MSRNs: encodeRanges(p.MSRNs), MGTs: p.MGTs,
		Realms: p.Realms, Hosts: p.Hosts, IPs: p.IPs, ASNs: p.ASNs,
		Carriers: encodeDeclarations(p.Carriers), Domestic: encodeDeclarations(p.Domestic),
		Encrypts: p.Encrypts, Source: p.Source, Declared: date(p.Declared), Created: p.Created,
	}
	for _, n := range p.PLMNs {
		j.PLMNs = append(j.PLMNs, n.String())
	}
	return j
}

func encodeRanges(list []Range) (out []jsonRange) {
	for _, r := range list {
		j := jsonRange{First: r.First, Node: r.Node}
		if r.Last != r.First {
			j.Last = r.Last
		}
		out = append(out, j)
	}
	return out
}

func encodeDeclarations(list []Declaration) (out []jsonDeclaration) {
	for _, d := range list {
		j := jsonDeclaration{
			Service: d.Service.String(), Name: d.Name, Carriers: d.Carriers, UseText: d.UseText,
			PointCodes: d.PointCodes, ASN: d.ASN, Since: date(d.Since), SinceText: d.SinceText,
		}
		if d.Use != UseUnknown {
			j.Use = d.Use.String()
		}
		out = append(out, j)
	}
	return out
}

// Load reads a partner file.
func Load(name string) (*File, error) {
	if _, err := badinput.Stat(name, "a partner file (sigtransit ir21 import)"); err != nil {
		return nil, &Error{File: name, Text: err.Error()}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &Error{File: name, Text: errText(err)}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, &Error{File: name, Text: errText(err)}
	case len(data) > maxFile:
		return nil, &Error{File: name, Text: fmt.Sprintf("has more than %d MiB; want a partner file (sigtransit ir21 import)", maxFile>>20)}
	}
	return Read(name, data)
}

// errText drops the file name that an os error repeats.
func errText(err error) string {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// Read reads a partner file in memory; name is for messages. It stops at the first
// fault.
func Read(name string, data []byte) (*File, error) {
	data = badinput.Text(data)
	r := &reader{file: name, data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	f := &File{Name: name}
	r.read(f)
	if r.err != nil {
		return nil, r.err
	}
	return f, nil
}

// ids of partners are what may stand in a metric label: a TADIG code or a word.
func validID(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 63
}
