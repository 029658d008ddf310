package sink

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sigtransit/pkg/signaling"
)

// Form is a sink as the configuration file has it. Pointers tell absent from
// empty.
type Form struct {
	Name        *string  `yaml:"name"`
	Type        *string  `yaml:"type"`
	Format      *string  `yaml:"format"`
	Events      []string `yaml:"events"`
	MinSeverity *string  `yaml:"min_severity"`
	Queue       *struct {
		Events *string `yaml:"events"`
		Size   *string `yaml:"size"`
		Drop   *string `yaml:"drop"`
	} `yaml:"queue"`
	Spill *struct {
		Directory *string `yaml:"directory"`
		Size      *string `yaml:"size"`
	} `yaml:"spill"`
	Retry *struct {
		Min *string `yaml:"min"`
		Max *string `yaml:"max"`
	} `yaml:"retry"`
	Timeout *string `yaml:"timeout"`

	// Of files.
	Path   *string `yaml:"path"`
	Rotate *struct {
		Size  *string `yaml:"size"`
		Age   *string `yaml:"age"`
		Files *string `yaml:"files"`
		Gzip  *bool   `yaml:"gzip"`
	} `yaml:"rotate"`
	Sync *string `yaml:"sync"`

	// Of syslog.
	Address    *string `yaml:"address"`
	Facility   *string `yaml:"facility"`
	Hostname   *string `yaml:"hostname"`
	MaxMessage *string `yaml:"max_message"`

	// Of webhooks.
	URL     *string `yaml:"url"`
	URLFile *string `yaml:"url_file"`
	Body    *string `yaml:"body"`
	Batch   *struct {
		Events *string `yaml:"events"`
		Size   *string `yaml:"size"`
	} `yaml:"batch"`
	Headers         map[string]string `yaml:"headers"`
	BearerTokenFile *string           `yaml:"bearer_token_file"`
	BasicAuth       *struct {
		User         *string `yaml:"user"`
		PasswordFile *string `yaml:"password_file"`
	} `yaml:"basic_auth"`
	Proxy *string `yaml:"proxy"`

	// Of syslog and webhooks.
	TLS *struct {
		CAFile     *string `yaml:"ca_file"`
		CertFile   *string `yaml:"cert_file"`
		KeyFile    *string `yaml:"key_file"`
		ServerName *string `yaml:"server_name"`
	} `yaml:"tls"`
}

// FieldError is what is wrong with a field of a Form.
type FieldError struct {
	Path string // "rotate.size"; empty: the sink as a whole
	Text string
}

func (e *FieldError) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

// Defaults.
const (
	defaultQueueEvents = 8192
	defaultQueueOctets = 16 << 20
	defaultSpillOctets = 256 << 20
	defaultRetryMin    = time.Second
	defaultRetryMax    = time.Minute
	defaultTimeout     = 10 * time.Second
	defaultBatchEvents = 100
	defaultBatchOctets = 1 << 20
	defaultDatagram    = 8 << 10
)

// reading collects the faults of a form.
type reading struct{ faults []*FieldError }

func (x *reading) fail(path, format string, args ...any) {
	x.faults = append(x.faults, &FieldError{path, fmt.Sprintf(format, args...)})
}

// Config reads the form. local makes a file name of one in the form.
func (f *Form) Config(local func(string) string) (Config, []*FieldError) {
	x := &reading{}
	c := Config{
		Queue:    QueueConfig{Events: defaultQueueEvents, Octets: defaultQueueOctets},
		RetryMin: defaultRetryMin, RetryMax: defaultRetryMax, Events: 1<<Finding | 1<<Warning,
	}
	if f.Type == nil {
		x.fail("", "a sink has no type; want type: file, stdout, syslog or webhook")
		return c, x.faults
	}
	kind, ok := word(kindNames[:], *f.Type)
	if !ok {
		x.fail("type", "unknown type of sink %q; want file, stdout, syslog or webhook", *f.Type)
		return c, x.faults
	}
	c.Kind = Kind(kind)
	c.Name = *f.Type
	if f.Name != nil {
		c.Name = *f.Name
	}
	if !validName(c.Name) {
		x.fail("name", "%q is no name of a sink; want 1 to 32 of a-z, 0-9, hyphen and underscore", c.Name)
	}
	f.common(x, &c, local)
	f.foreign(x, c.Kind)
	switch c.Kind {
	case KindFile:
		f.file(x, &c.File, local)
	case KindSyslog:
		f.syslog(x, &c.Syslog, local)
	case KindWebhook:
		f.webhook(x, &c, local)
	}
	return c, x.faults
}

func validName(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

func word(words []string, s string) (int, bool) {
	for i, w := range words {
		if w == s {
			return i, true
		}
	}
	return 0, false
}

func (f *Form) common(x *reading, c *Config, local func(string) string) {
	if f.Format != nil {
		n, ok := word(formatNames[:], *f.Format)
		if !ok {
			x.fail("format", "unknown format %q; want json or cef", *f.Format)
		}
		c.Format = Format(n)
	}
	if f.Events != nil {
		c.Events = 0
		for i, s := range f.Events {
			t, ok := ParseType(s)
			if !ok {
				x.fail(fmt.Sprintf("events[%d]", i), "unknown type of event %q; want %s", s, strings.Join(typeNames[:], ", "))
			}
			c.Events |= 1 << t
		}
		if len(f.Events) == 0 {
			x.fail("events", "the list is empty; want some of %s", strings.Join(typeNames[:], ", "))
		}
	}
	if f.MinSeverity != nil {
		var ok bool
		if c.MinSeverity, ok = signaling.ParseSeverity(*f.MinSeverity); !ok {
			x.fail("min_severity", "unknown severity %q; want %s", *f.MinSeverity, strings.Join(signaling.Names(signaling.NumSeverities), ", "))
		}
	}
	if q := f.Queue; q != nil {
		x.count("queue.events", q.Events, &c.Queue.Events, 1, 1<<24)
		x.size("queue.size", q.Size, &c.Queue.Octets, 64<<10, 1<<40)
		if q.Drop != nil {
			n, ok := word([]string{"oldest", "newest"}, *q.Drop)
			if !ok {
				x.fail("queue.drop", "%q is not what can be dropped; want oldest or newest", *q.Drop)
			}
			c.Queue.Newest = n == 1
		}
	}
	if s := f.Spill; s != nil {
		c.Spill.Octets = defaultSpillOctets
		if s.Directory == nil || *s.Directory == "" {
			x.fail("spill", "has no directory; want directory: a folder that this sink alone uses")
			return
		}
		c.Spill.Dir = local(*s.Directory)
		x.size("spill.size", s.Size, &c.Spill.Octets, 64<<10, 1<<50)
	}
	if r := f.Retry; r != nil {
		x.duration("retry.min", r.Min, &c.RetryMin, time.Millisecond, time.Hour)
		x.duration("retry.max", r.Max, &c.RetryMax, time.Millisecond, 24*time.Hour)
		if c.RetryMin > c.RetryMax {
			x.fail("retry", "min (%v) is longer than max (%v)", c.RetryMin, c.RetryMax)
		}
	}
}

// foreign refuses fields of other kinds of sinks: what is ignored would be
// believed.
func (f *Form) foreign(x *reading, k Kind) {
	for _, field := range [...]struct {
		name  string
		set   bool
		kinds []Kind
	}{
		{"path", f.Path != nil, []Kind{KindFile}}, {"rotate", f.Rotate != nil, []Kind{KindFile}}, {"sync", f.Sync != nil, []Kind{KindFile}},
		{"address", f.Address != nil, []Kind{KindSyslog}}, {"facility", f.Facility != nil, []Kind{KindSyslog}},
		{"hostname", f.Hostname != nil, []Kind{KindSyslog}}, {"max_message", f.MaxMessage != nil, []Kind{KindSyslog}},
		{"url", f.URL != nil, []Kind{KindWebhook}}, {"url_file", f.URLFile != nil, []Kind{KindWebhook}},
		{"body", f.Body != nil, []Kind{KindWebhook}}, {"batch", f.Batch != nil, []Kind{KindWebhook}},
		{"headers", f.Headers != nil, []Kind{KindWebhook}}, {"bearer_token_file", f.BearerTokenFile != nil, []Kind{KindWebhook}},
		{"basic_auth", f.BasicAuth != nil, []Kind{KindWebhook}}, {"proxy", f.Proxy != nil, []Kind{KindWebhook}},
		{"tls", f.TLS != nil, []Kind{KindSyslog, KindWebhook}}, {"timeout", f.Timeout != nil, []Kind{KindSyslog, KindWebhook}},
	} {
		mine := false
		names := make([]string, len(field.kinds))
		for i, kind := range field.kinds {
			mine = mine || kind == k
			names[i] = kind.String()
		}
		if field.set && !mine {
			x.fail(field.name, "a sink of type %v has no %s; it belongs to type %s", k, field.name, strings.Join(names, " and "))
		}
	}
}

func (f *Form) file(x *reading, c *FileConfig, local func(string) string) {
	if f.Path == nil || *f.Path == "" {
		x.fail("", "a sink of type file has no path; want path: the file to write")
		return
	}
	c.Path = local(*f.Path)
	if r := f.Rotate; r != nil {
		x.size("rotate.size", r.Size, &c.MaxSize, 4<<10, 1<<50)
		x.duration("rotate.age", r.Age, &c.MaxAge, time.Second, 10*365*24*time.Hour)
		x.count("rotate.files", r.Files, &c.MaxFiles, 1, 1<<20)
		c.Gzip = r.Gzip != nil && *r.Gzip
		if r.Size == nil && r.Age == nil {
			x.fail("rotate", "has neither size nor age; want at least one")
		}
	}
	if f.Sync != nil {
		switch *f.Sync {
		case "never":
			c.Sync = SyncNever
		case "always":
			c.Sync = SyncAlways
		default:
			d, err := time.ParseDuration(*f.Sync)
			if err != nil || d < time.Millisecond || d > time.Hour {
				x.fail("sync", `%q is no policy; want never, always or a time from 1ms to 1h such as "5s"`, *f.Sync)
			}
			c.Sync = d
		}
	}
}

// facilities in the order of their codes (RFC 5424 6.2.1).
var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

func (f *Form) syslog(x *reading, c *SyslogConfig, local func(string) string) {
	const want = "want udp://, tcp:// or tls:// with host and perhaps port"
	c.Facility, c.Timeout = 16, defaultTimeout
	if f.Address == nil {
		x.fail("", "a sink of type syslog has no address; %s", want)
		return
	}
	u, err := url.Parse(*f.Address)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		x.fail("address", "%q is no address of a receiver; %s", *f.Address, want)
		return
	}
	// The ports that IANA registered; plain TCP has none and shares that of UDP.
	port, ok := map[string]string{"udp": "514", "tcp": "514", "tls": "6514"}[u.Scheme]
	if !ok {
		x.fail("address", "%q is no address of a receiver; %s", *f.Address, want)
		return
	}
	if p := u.Port(); p != "" {
		port = p
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			x.fail("address", "%s is no port; want 1 to 65535", p)
		}
	}
	c.Network, c.Address = u.Scheme, net.JoinHostPort(u.Hostname(), port)
	if f.Facility != nil {
		if c.Facility, ok = word(facilities[:], *f.Facility); !ok {
			x.fail("facility", "unknown facility %q; want one of %s", *f.Facility, strings.Join(facilities[:], ", "))
		}
	}
	if f.Hostname != nil {
		if c.Hostname = *f.Hostname; c.Hostname != headerWord(c.Hostname, 255) {
			x.fail("hostname", "%q is no name of a host; want printable ASCII without spaces", c.Hostname)
		}
	}
	limit := int64(0)
	if c.Network == "udp" {
		limit = defaultDatagram
	}
	x.size("max_message", f.MaxMessage, &limit, 480, 1<<24) // RFC 5426 3.2: every receiver takes 480
	c.MaxMessage = int(limit)
	x.duration("timeout", f.Timeout, &c.Timeout, time.Millisecond, 10*time.Minute)
	if f.TLS != nil && c.Network != "tls" {
		x.fail("tls", "the address is no tls:// one")
	}
	f.tls(x, &c.TLS, local)
}

func (f *Form) tls(x *reading, c *TLSConfig, local func(string) string) {
	t := f.TLS
	if t == nil {
		return
	}
	for _, p := range [...]struct {
		from *string
		to   *string
	}{{t.CAFile, &c.CAFile}, {t.CertFile, &c.CertFile}, {t.KeyFile, &c.KeyFile}} {
		if p.from != nil && *p.from != "" {
			*p.to = local(*p.from)
		}
	}
	if t.ServerName != nil {
		c.ServerName = *t.ServerName
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		x.fail("tls", "cert_file and key_file go together; one is missing")
	}
}

// parseURL reads the URL of a webhook; text says what is wrong and repeats none of
// it.
func parseURL(s string) (u *url.URL, text string) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, "this is no URL; want http:// or https:// with a host"
	case u.User != nil:
		return nil, "a URL must not have a user and a password in it; want basic_auth"
	case u.Fragment != "":
		return nil, "a URL to post to has no fragment (#)"
	}
	return u, ""
}

func (f *Form) webhook(x *reading, all *Config, local func(string) string) {
	c := &all.Webhook
	c.BatchEvents, c.BatchOctets, c.Timeout, c.Array = defaultBatchEvents, defaultBatchOctets, defaultTimeout, all.Format == JSON
	c.Text = all.Format == CEF
	switch {
	case (f.URL == nil) == (f.URLFile == nil):
		x.fail("", "a sink of type webhook wants one of url and url_file")
		return
	case f.URLFile != nil:
		c.URLFile = local(*f.URLFile)
	default:
		var text string
		if c.URL, text = parseURL(*f.URL); text != "" {
			x.fail("url", "%s", text)
		}
	}
	if f.Body != nil {
		n, ok := word([]string{"lines", "array"}, *f.Body)
		if !ok {
			x.fail("body", "unknown form of body %q; want array or lines", *f.Body)
		}
		if c.Array = n == 1; c.Array && c.Text {
			x.fail("body", "CEF makes no JSON array; want lines")
		}
	}
	if b := f.Batch; b != nil {
		x.count("batch.events", b.Events, &c.BatchEvents, 1, 1<<16)
		x.size("batch.size", b.Size, &c.BatchOctets, 1, 1<<30)
	}
	for name, value := range f.Headers {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case canonical == "Authorization" || canonical == "Proxy-Authorization" || canonical == "Cookie":
			x.fail("headers", "%s holds a secret; want bearer_token_file or basic_auth", canonical)
		case headerWord(name, 255) != name || strings.ContainsAny(name, `"(),/:;<=>?@[\]{}`):
			x.fail("headers", "%q is no name of a header", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
			x.fail("headers", "the value of %s holds control characters", canonical)
		}
	}
	c.Headers = f.Headers
	if f.BearerTokenFile != nil {
		c.BearerTokenFile = local(*f.BearerTokenFile)
	}
	if a := f.BasicAuth; a != nil {
		if f.BearerTokenFile != nil {
			x.fail("basic_auth", "a request has one authorization; want basic_auth or bearer_token_file")
		}
		if a.User == nil || a.PasswordFile == nil || strings.Contains(*a.User, ":") {
			x.fail("basic_auth", "want user, without a colon, and password_file")
			return
		}
		c.User, c.PasswordFile = *a.User, local(*a.PasswordFile)
	}
	if f.Proxy != nil {
		u, text := parseURL(*f.Proxy)
		if text != "" {
			x.fail("proxy", "%s", text)
		}
		c.Proxy = u
	}
	x.duration("timeout", f.Timeout, &c.Timeout, time.Millisecond, 10*time.Minute)
	f.tls(x, &c.TLS, local)
}

// count reads a whole number. The YAML reader would cut a fraction off.
func (x *reading) count(path string, from *string, to *int, least, most int) {
	if from == nil {
		return
	}
	n, err := strconv.Atoi(*from)
	if err != nil || n < least || n > most {
		x.fail(path, "%q is no number here; want a whole one from %d to %d", *from, least, most)
	}
	*to = n
}

func (x *reading) duration(path string, from *string, to *time.Duration, least, most time.Duration) {
	if from == nil {
		return
	}
	d, err := time.ParseDuration(*from)
	switch {
	case err != nil:
		x.fail(path, `%q is no time; want a number with a unit: "500ms", "30s", "24h"`, *from)
	case d < least || d > most:
		x.fail(path, "%s is out of range; want %v to %v", *from, least, most)
	default:
		*to = d
	}
}

func (x *reading) size(path string, from *string, to *int64, least, most int64) {
	if from == nil {
		return
	}
	n, ok := ParseSize(*from)
	switch {
	case !ok:
		x.fail(path, `%q is no size; want a number with a unit: "512KiB", "64MiB", "2GiB"`, *from)
	case n < least || n > most:
		x.fail(path, "%s is out of range; want %s to %s", *from, formatSize(least), formatSize(most))
	}
	*to = n
}

var sizeUnits = [...]struct {
	name string
	n    int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// ParseSize reads "64MiB": a whole number and one of B, KiB, MiB, GiB, TiB.
func ParseSize(s string) (int64, bool) {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63)
		return int64(n) * u.n, err == nil && int64(n) <= math.MaxInt64/u.n
	}
	return 0, false
}

func formatSize(n int64) string {
	for _, u := range sizeUnits {
		if n%u.n == 0 {
			return strconv.FormatInt(n/u.n, 10) + u.name
		}
	}
	return ""
}

// CheckTogether refuses sinks that would get into each other's way. n is the one
// at fault.
func CheckTogether(configs []Config) (n int, err *FieldError) {
	type claim struct{ what, value string }
	seen := map[claim]bool{}
	for i := range configs {
		c := &configs[i]
		claims := []struct {
			claim
			path string
		}{{claim{"name", c.Name}, "name"}, {claim{"path", filepath.Clean(c.File.Path)}, "path"}, {claim{"spill directory", filepath.Clean(c.Spill.Dir)}, "spill.directory"}}
		for _, x := range claims {
			if x.value == "." {
				continue
			}
			if seen[x.claim] {
				return i, &FieldError{x.path, fmt.Sprintf("two sinks have the %s %q; want one each", x.what, x.value)}
			}
			seen[x.claim] = true
		}
		if c.Kind == KindStdout {
			if seen[claim{"type", "stdout"}] {
				return i, &FieldError{"type", "two sinks have the type stdout; want one"}
			}
			seen[claim{"type", "stdout"}] = true
		}
	}
	return 0, nil
}
