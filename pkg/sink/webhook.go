package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// webhook posts batches to a URL. An answer of 2xx is a delivery. 408, 429, 5xx,
// redirections and broken connections are tried again; other answers of 4xx are
// final, and the batch is dropped and counted. Redirections are not followed, and
// no proxy is used unless the configuration names one: the environment is not
// asked (HTTP_PROXY), so that findings go where the file says.
type webhook struct {
	conf  WebhookConfig
	count *counters
	body  []byte
	limit int // events a request, halved when the receiver finds one too large; 0: no limit

	mu     sync.Mutex
	client *http.Client // nil: made anew
}

func newWebhook(conf WebhookConfig, c *counters) *webhook {
	return &webhook{conf: conf, count: c}
}

// Limits of a webhook.
const (
	maxAnswer     = 64 << 10 // octets of an answer that are read, to use the connection again
	maxRetryAfter = 10 * time.Minute
)

func (x *webhook) connection(target *url.URL) (*http.Client, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.client != nil {
		return x.client, nil
	}
	host := target.Host
	if target.Port() == "" {
		host += ":443"
	}
	files := tlsFiles{conf: x.conf.TLS, host: host}
	conf, err := files.config()
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		TLSClientConfig: conf, MaxConnsPerHost: 1, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: x.conf.Timeout,
		MaxResponseHeaderBytes: maxAnswer, DisableCompression: true,
	}
	if x.conf.Proxy != nil {
		t.Proxy = http.ProxyURL(x.conf.Proxy)
	}
	x.client = &http.Client{
		Transport: t, Timeout: x.conf.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return x.client, nil
}

func (x *webhook) target() (*url.URL, error) {
	if x.conf.URLFile == "" {
		return x.conf.URL, nil
	}
	text, err := readSecret(x.conf.URLFile)
	if err != nil {
		return nil, &fault{reason: ReasonSecret, err: err}
	}
	u, text := parseURL(text)
	if text != "" {
		return nil, &fault{reason: ReasonSecret, err: fmt.Errorf("%s: %s", x.conf.URLFile, text)}
	}
	return u, nil
}

func (x *webhook) send(ctx context.Context, batch []record) (int, error) {
	target, err := x.target()
	if err != nil {
		return 0, err
	}
	client, err := x.connection(target)
	if err != nil {
		return 0, err
	}
	if x.limit > 0 && len(batch) > x.limit {
		batch = batch[:x.limit]
	}
	x.fill(batch)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(x.body))
	if err != nil {
		return 0, &fault{reason: ReasonOther, err: errors.New("the request cannot be made")}
	}
	if err := x.header(r.Header); err != nil {
		return 0, err
	}
	answer, err := client.Do(r)
	if err != nil {
		// The text of a url.Error has the URL in it, which may be a secret.
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return 0, &fault{reason: netReason(err, ReasonConnect), err: err}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	answer.Body.Close()
	return x.judge(answer, batch)
}

// judge says what an answer means for the events of a batch.
func (x *webhook) judge(answer *http.Response, batch []record) (int, error) {
	code := answer.StatusCode
	f := &fault{reason: ReasonStatus5xx, err: fmt.Errorf("the receiver answers %d", code)}
	switch {
	case code >= 200 && code < 300:
		x.limit = min(x.limit*2, x.conf.BatchEvents)
		return len(batch), nil
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		f.retryAfter = retryAfter(answer.Header.Get("Retry-After"), time.Now())
		switch code {
		case http.StatusTooManyRequests:
			f.reason = ReasonThrottled
		case http.StatusRequestTimeout:
			f.reason = ReasonTimeout
		}
	case code == http.StatusRequestEntityTooLarge && len(batch) > 1:
		f.reason = ReasonStatus4xx
		x.limit = (len(batch) + 1) / 2
	case code >= 400:
		f.reason, f.rejected = ReasonStatus4xx, len(batch)
	}
	return 0, f
}

// retryAfter reads the header (RFC 9110 10.2.3): seconds or a date.
func retryAfter(v string, now time.Time) time.Duration {
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// fill makes the body: lines as they are, or an array of them.
func (x *webhook) fill(batch []record) {
	x.body = x.body[:0]
	if !x.conf.Array {
		for i := range batch {
			x.body = append(x.body, batch[i].line...)
		}
		return
	}
	x.body = append(x.body, '[')
	for i := range batch {
		if i > 0 {
			x.body = append(x.body, ',')
		}
		x.body = append(x.body, bytes.TrimSuffix(batch[i].line, []byte{'\n'})...)
	}
	x.body = append(x.body, ']')
}

func (x *webhook) header(h http.Header) error {
	h.Set("User-Agent", "sigtransit")
	switch {
	case x.conf.Array:
		h.Set("Content-Type", "application/json")
	case x.conf.Text:
		h.Set("Content-Type", "text/plain; charset=utf-8")
	default:
		h.Set("Content-Type", "application/x-ndjson")
	}
	for name, value := range x.conf.Headers {
		h.Set(name, value)
	}
	path := x.conf.BearerTokenFile
	if path == "" {
		path = x.conf.PasswordFile
	}
	if path == "" {
		return nil
	}
	secret, err := readSecret(path)
	if err != nil {
		return &fault{reason: ReasonSecret, err: err}
	}
	if x.conf.BearerTokenFile != "" {
		h.Set("Authorization", "Bearer "+secret)
		return nil
	}
	r := http.Request{Header: h}
	r.SetBasicAuth(x.conf.User, secret)
	return nil
}

// reopen reads the certificates again with the next request.
func (x *webhook) reopen() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.client != nil {
		x.client.CloseIdleConnections()
		x.client = nil
	}
}

func (x *webhook) abort() {} // a request ends with its context

func (x *webhook) close() error {
	x.reopen()
	return nil
}
