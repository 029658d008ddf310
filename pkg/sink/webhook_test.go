package sink

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a webhook's other end.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	codes  []int // answers, in turn; then 200
	header http.Header
	lines  []string
	bodies []string
	last   http.Header
}

func receive(t *testing.T, codes ...int) *receiver {
	x := &receiver{codes: codes, header: http.Header{}}
	x.Server = httptest.NewServer(x)
	t.Cleanup(x.Close)
	return x
}

func (x *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x.mu.Lock()
	defer x.mu.Unlock()
	code := 200
	if len(x.codes) > 0 {
		code, x.codes = x.codes[0], x.codes[1:]
	}
	x.last = r.Header
	x.bodies = append(x.bodies, string(body))
	for name := range x.header {
		w.Header().Set(name, x.header.Get(name))
	}
	w.WriteHeader(code)
	if code < 300 {
		x.lines = append(x.lines, strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")...)
	}
}

func (x *receiver) got() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.lines)
}

func webhookConfig(t *testing.T, target string) Config {
	t.Helper()
	c := testConfig(1000)
	c.Kind, c.RetryMin, c.RetryMax = KindWebhook, time.Millisecond, 4*time.Millisecond
	u, text := parseURL(target)
	if text != "" {
		t.Fatal(text)
	}
	c.Webhook = WebhookConfig{URL: u, BatchEvents: 10, BatchOctets: 1 << 20, Timeout: 5 * time.Second}
	return c
}

func openOne(t *testing.T, c Config) *Sink {
	t.Helper()
	s, err := open(c, Deps{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWebhook(t *testing.T) {
	leaves(t)
	x := receive(t)
	s := openOne(t, webhookConfig(t, x.URL))
	put(s, low, 0, 95)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	if got := x.got(); !slices.Equal(got, numbered(low, 0, 95)) {
		t.Errorf("got %q", got)
	}
	for _, b := range x.bodies {
		if n := strings.Count(b, "\n"); n > 10 {
			t.Errorf("%d events a request", n)
		}
	}
	if got := x.last.Get("Content-Type"); got != "application/x-ndjson" {
		t.Errorf("type %q", got)
	}
	x.Close()
}

// TestWebhookAnswers: which answers end a batch, and which delay it.
func TestWebhookAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		codes     []int
		delivered bool
		reason    Reason
	}{
		"500":        {[]int{500, 503}, true, ReasonStatus5xx},
		"429":        {[]int{429}, true, ReasonThrottled},
		"408":        {[]int{408}, true, ReasonTimeout},
		"redirected": {[]int{302}, true, ReasonStatus5xx},
		"400":        {[]int{400}, false, ReasonStatus4xx},
		"401":        {[]int{401}, false, ReasonStatus4xx},
		"413 of one": {[]int{413}, false, ReasonStatus4xx},
	} {
		t.Run(name, func(t *testing.T) {
			x := receive(t, test.codes...)
			x.header.Set("Location", "http://192.0.2.1/elsewhere")
			s := openOne(t, webhookConfig(t, x.URL))
			put(s, low, 0, 1)
			eventually(t, "settled", func() bool { y := s.Snapshot(); return y.Events[Written]+y.Events[Dropped] == 1 })
			put(s, low, 1, 2)
			_ = closeSink(t, s, time.Minute)
			want := numbered(low, 0, 2)
			if !test.delivered {
				want = want[1:]
			}
			y := s.Snapshot()
			if got := x.got(); !slices.Equal(got, want) || y.Errors[test.reason] != uint64(len(test.codes)) {
				t.Errorf("got %q: %+v", got, y)
			}
			balanced(t, y)
		})
	}
}

// TestWebhookTooLarge: a batch that is too large for the receiver is halved.
func TestWebhookTooLarge(t *testing.T) {
	x := &webhook{conf: WebhookConfig{BatchEvents: 10}, count: &counters{}}
	r := receive(t, 413, 413)
	x.conf.URL, _ = url.Parse(r.URL)
	defer x.close()
	batch := records(numbered(low, 0, 10)...)
	var sizes []int
	for len(batch) > 0 {
		n, _ := x.send(t.Context(), batch)
		batch = batch[n:]
		sizes = append(sizes, n)
	}
	if got := r.got(); !slices.Equal(got, numbered(low, 0, 10)) || !slices.Equal(sizes, []int{0, 0, 3, 6, 1}) {
		t.Errorf("got %q in %v", got, sizes)
	}
}

// TestWebhookDead: nobody listens, then somebody does.
func TestWebhookDead(t *testing.T) {
	leaves(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s := openOne(t, webhookConfig(t, "http://"+address))
	put(s, low, 0, 20)
	eventually(t, "refused", func() bool { return s.Snapshot().Errors[ReasonConnect] > 2 })
	if l, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	x := &receiver{}
	server := http.Server{Handler: x}
	go server.Serve(l)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	server.Close()
	if got := x.got(); !slices.Equal(got, numbered(low, 0, 20)) {
		t.Errorf("got %q", got)
	}
	balanced(t, s.Snapshot())
}

// TestWebhookHangs: a receiver that never answers costs its own sink a timeout,
// and other sinks nothing.
func TestWebhookHangs(t *testing.T) {
	leaves(t)
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	c := webhookConfig(t, server.URL)
	c.Name, c.Webhook.Timeout = "hangs", 20*time.Millisecond
	other := testConfig(100)
	other.Name, other.File.Path = "other", filepath.Join(t.TempDir(), "f")
	set, err := Open([]Config{c, other}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set.sinks {
		put(s, low, 0, 10)
	}
	eventually(t, "a timeout, and the other sink done", func() bool {
		y := set.Snapshots()
		return y[0].Errors[ReasonTimeout] > 1 && y[1].Events[Written] == 10
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := set.Close(ctx); err == nil {
		t.Error("ten events were delivered to nobody")
	}
	if y := set.Snapshots(); y[0].Drops[DropShutdown] != 10 || y[1].Events[Dropped] != 0 {
		t.Errorf("%+v", y)
	}
	close(release)
	server.Close()
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 22, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "999999999": maxRetryAfter, "99999999999999999999": 0,
		"Thu, 26 Nov 2026 22:01:30 GMT": 90 * time.Second, "Thu, 26 Nov 2026 21:00:00 GMT": 0, "Thu, 26 Nov 2099 21:00:00 GMT": maxRetryAfter,
	} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
	x := &webhook{}
	_, err := x.judge(&http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"30"}}}, records("a"))
	if f := asFault(err); f.retryAfter != 30*time.Second {
		t.Errorf("%+v", f)
	}
}

func TestWebhookArray(t *testing.T) {
	x := receive(t)
	c := webhookConfig(t, x.URL)
	c.Webhook.Array = true
	c.Webhook.Headers = map[string]string{"X-Source": "probe-1"}
	s := openOne(t, c)
	s.Enqueue(finding(low), []byte("{\"a\":1}\n"))
	_ = closeSink(t, s, time.Minute)
	w := newWebhook(c.Webhook, &counters{})
	w.fill(records(`{"a":1}`, `{"b":2}`))
	var list []map[string]int
	if err := json.Unmarshal(w.body, &list); err != nil || len(list) != 2 || list[1]["b"] != 2 {
		t.Errorf("%s: %v", w.body, err)
	}
	if x.bodies[0] != `[{"a":1}]` || x.last.Get("Content-Type") != "application/json" || x.last.Get("X-Source") != "probe-1" {
		t.Errorf("%q, %v", x.bodies, x.last)
	}
}

// TestSecretsStaySecret: tokens, passwords and secret URLs reach the receiver and
// no log, error or warning, whatever goes wrong.
func TestSecretsStaySecret(t *testing.T) {
	const secret = "geheim-7f3a"
	dir := t.TempDir()
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o644); err != nil { // too open: a warning
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var mu sync.Mutex
	deps := Deps{Log: slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	x := receive(t, 500, 400)
	urlFile := filepath.Join(dir, "url")
	if err := os.WriteFile(urlFile, []byte(x.URL+"/"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	deadFile := filepath.Join(dir, "dead")
	if err := os.WriteFile(deadFile, []byte("http://127.0.0.1:1/"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	var all []Config
	for i, change := range []func(*WebhookConfig){
		func(c *WebhookConfig) { c.BearerTokenFile = path },
		func(c *WebhookConfig) { c.User, c.PasswordFile = "probe", path },
		func(c *WebhookConfig) { c.URL, c.URLFile = nil, urlFile },
		func(c *WebhookConfig) { c.URL, c.URLFile = nil, deadFile },
		func(c *WebhookConfig) { c.URL, c.URLFile = nil, path }, // a secret that is no URL
		func(c *WebhookConfig) { c.TLS = TLSConfig{CertFile: path, KeyFile: path} },
	} {
		c := webhookConfig(t, x.URL)
		c.Name = string(rune('a' + i))
		change(&c.Webhook)
		all = append(all, c)
	}
	var text strings.Builder
	for i := range all {
		warnings, err := Check(all[i : i+1])
		text.WriteString(strings.Join(warnings, "\n"))
		if err != nil {
			text.WriteString(err.Error())
		}
		if i < 2 && (len(warnings) != 1 || !strings.Contains(warnings[0], "mode 0644") || err != nil) {
			t.Errorf("sink %d: %q, %v", i, warnings, err)
		}
		s, err := open(all[i], deps)
		if err != nil {
			t.Fatal(err)
		}
		put(s, low, 0, 1)
		eventually(t, "tried", func() bool {
			y := s.Snapshot()
			return y.Events[Written]+y.Events[Dropped]+y.Errors[ReasonConnect]+y.Errors[ReasonSecret]+y.Errors[ReasonTLS] > 0
		})
		switch i {
		case 1:
			if r := (&http.Request{Header: x.last}); !basic(r, "probe", secret) {
				t.Errorf("authorization %q", x.last.Get("Authorization"))
			}
		case 0:
			if got := x.last.Get("Authorization"); got != "Bearer "+secret {
				t.Errorf("authorization %q", got)
			}
		}
		if err := closeSink(t, s, 10*time.Millisecond); err != nil {
			text.WriteString(err.Error())
		}
	}
	mu.Lock()
	defer mu.Unlock()
	text.Write(log.Bytes())
	if !strings.Contains(log.String(), "file with a secret is not private") || !strings.Contains(log.String(), "sink cannot deliver") {
		t.Errorf("log: %s", log.String())
	}
	if strings.Contains(text.String(), secret) {
		t.Errorf("a secret is shown:\n%s", text.String())
	}
}

func basic(r *http.Request, user, password string) bool {
	u, p, ok := r.BasicAuth()
	return ok && u == user && p == password
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func TestReadSecret(t *testing.T) {
	for content, want := range map[string]string{"a b\n": "a b", "x\r\n": "x", "": "is empty", "\n": "is empty", "a\nb": "control characters", strings.Repeat("x", maxSecret+1): "too big"} {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readSecret(path)
		if got != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.20q: %q, %v", content, got, err)
		}
		if exposed(path) != "" {
			t.Error(exposed(path))
		}
	}
	if _, err := Check([]Config{{Name: "x", Webhook: WebhookConfig{BearerTokenFile: "/none"}}}); err == nil || err.Error() != "sink x: stat /none: no such file or directory" {
		t.Errorf("%v", err)
	}
}

// TestNoProxy: the environment does not send findings elsewhere.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:3128")
	x := &webhook{conf: WebhookConfig{Timeout: time.Second}, count: &counters{}}
	u, _ := url.Parse("http://soc.example.net/")
	client, err := x.connection(u)
	if err != nil {
		t.Fatal(err)
	}
	if client.Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy is asked for")
	}
	// One that the configuration names is used.
	proxy := receive(t)
	x = &webhook{conf: WebhookConfig{Timeout: time.Second, URL: u, BatchEvents: 1}, count: &counters{}}
	x.conf.Proxy, _ = url.Parse(proxy.URL)
	defer x.close()
	if _, err := x.send(t.Context(), records("a")); err != nil || !slices.Equal(proxy.got(), []string{"a"}) {
		t.Errorf("%q, %v", proxy.got(), err)
	}
}

// certificate writes the certificate and key of a test server.
func certificate(t *testing.T, s *httptest.Server) (cert, key string) {
	t.Helper()
	pair := s.TLS.Certificates[0]
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestWebhookTLS: an unknown certificate is refused, one of the CA file is taken,
// and a client certificate is shown to who asks.
func TestWebhookTLS(t *testing.T) {
	x := &receiver{}
	server := httptest.NewUnstartedServer(x)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	cert, key := certificate(t, server)
	c := webhookConfig(t, server.URL)
	c.Webhook.TLS = TLSConfig{CertFile: cert, KeyFile: key}
	s := openOne(t, c)
	put(s, low, 0, 1)
	eventually(t, "refused", func() bool { return s.Snapshot().Errors[ReasonTLS] > 0 })
	_ = closeSink(t, s, time.Millisecond)
	c.Webhook.TLS.CAFile = cert
	s = openOne(t, c)
	put(s, low, 1, 2)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	if got := x.got(); !slices.Equal(got, numbered(low, 1, 2)) {
		t.Errorf("got %q", got)
	}
	if _, err := Check([]Config{c}); err != nil {
		t.Error(err)
	}
}
