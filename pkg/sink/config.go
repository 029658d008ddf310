package sink

import (
	"fmt"
	"net/url"
	"os"
	"time"

	"sigtransit/pkg/signaling"
)

// Kind is what a sink writes to.
type Kind uint8

// Kinds.
const (
	KindFile Kind = iota
	KindStdout
	KindSyslog
	KindWebhook
	numKinds
)

var kindNames = [numKinds]string{"file", "stdout", "syslog", "webhook"}

func (k Kind) String() string { return kindNames[min(k, numKinds-1)] }

// Format is how events are written.
type Format uint8

// Formats.
const (
	JSON Format = iota
	CEF
	numFormats
)

var formatNames = [numFormats]string{"json", "cef"}

func (f Format) String() string { return formatNames[min(f, numFormats-1)] }

// Config is one sink. Form.Config makes valid ones.
type Config struct {
	Name        string
	Kind        Kind
	Format      Format
	Events      uint8              // a set of 1<<Type
	MinSeverity signaling.Severity // of findings
	Queue       QueueConfig
	Spill       SpillConfig
	RetryMin    time.Duration // pause after a failure, and
	RetryMax    time.Duration // the longest it grows to

	File    FileConfig
	Syslog  SyslogConfig
	Webhook WebhookConfig
}

// QueueConfig bounds the queue in memory.
type QueueConfig struct {
	Events int
	Octets int64
	Newest bool // of equal events the newest gives way, not the oldest
}

// SpillConfig bounds the queue on disk.
type SpillConfig struct {
	Dir    string // empty: none
	Octets int64
}

// FileConfig is a file.
type FileConfig struct {
	Path     string
	MaxSize  int64         // octets; 0: any
	MaxAge   time.Duration // 0: any
	MaxFiles int           // old ones that are kept; 0: all
	Gzip     bool          // old ones are packed
	Sync     time.Duration // how long lines may stand unsynced; or one of the two below
}

// Policies of fsync.
const (
	SyncNever  time.Duration = 0
	SyncAlways time.Duration = -1 // after each write
)

// SyslogConfig is a receiver of syslog.
type SyslogConfig struct {
	Network    string // udp, tcp or tls
	Address    string // host:port
	Facility   int
	Hostname   string        // empty: the machine's
	MaxMessage int           // octets of a message; 0: any
	Timeout    time.Duration // to connect, and of a write
	TLS        TLSConfig
}

// TLSConfig names files in PEM form.
type TLSConfig struct {
	CAFile            string // empty: the machine's
	CertFile, KeyFile string // of the client
	ServerName        string // empty: the host that is connected to
}

// WebhookConfig is a receiver of HTTP requests.
type WebhookConfig struct {
	URL             *url.URL
	URLFile         string // holds the URL, when its path is a secret
	Array           bool   // a JSON array; else lines
	Text            bool   // the lines are CEF
	BatchEvents     int    // of one request, at most
	BatchOctets     int64
	Headers         map[string]string
	BearerTokenFile string
	User            string // of basic authentication
	PasswordFile    string
	Timeout         time.Duration // of a request
	Proxy           *url.URL      // nil: none
	TLS             TLSConfig
}

func (c *Config) batchEvents() int {
	if c.Kind == KindWebhook {
		return c.Webhook.BatchEvents
	}
	return batchEvents
}

func (c *Config) batchOctets() int64 {
	if c.Kind == KindWebhook {
		return c.Webhook.BatchOctets
	}
	return batchOctets
}

// secrets are the files of a sink that others should not read.
func (c *Config) secrets() (paths []string) {
	for _, p := range [...]string{
		c.Webhook.URLFile, c.Webhook.BearerTokenFile, c.Webhook.PasswordFile, c.Webhook.TLS.KeyFile, c.Syslog.TLS.KeyFile,
	} {
		if p != "" {
			paths = append(paths, p)
		}
	}
	return paths
}

// Stdout is a sink of type stdout with all its defaults.
func Stdout() Config {
	kind := KindStdout.String()
	f := Form{Type: &kind}
	c, _ := f.Config(func(path string) string { return path })
	return c
}

// Check looks at the files with secrets that sinks name: err if one cannot be
// used, warnings for those that others may read. Nothing is opened for writing and
// nobody is connected to.
func Check(configs []Config) (warnings []string, err error) {
	for i := range configs {
		c := &configs[i]
		for _, p := range c.secrets() {
			if _, err := os.Stat(p); err != nil {
				return warnings, fmt.Errorf("sink %s: %w", c.Name, err)
			}
			if w := exposed(p); w != "" {
				warnings = append(warnings, "sink "+c.Name+": "+w)
			}
		}
		for _, p := range [...]string{c.Webhook.URLFile, c.Webhook.BearerTokenFile, c.Webhook.PasswordFile} {
			if p == "" {
				continue
			}
			if _, err := readSecret(p); err != nil {
				return warnings, fmt.Errorf("sink %s: %w", c.Name, err)
			}
		}
		for _, t := range [...]*TLSConfig{&c.Webhook.TLS, &c.Syslog.TLS} {
			if _, err := (&tlsFiles{conf: *t}).config(); err != nil {
				return warnings, fmt.Errorf("sink %s: %w", c.Name, err)
			}
		}
	}
	return warnings, nil
}
