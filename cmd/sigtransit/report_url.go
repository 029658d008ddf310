package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// remote is how a running daemon is asked for its ledger.
type remote struct {
	passwordFile string // "user:password"
	caFile       string
	certFile     string        // with keyFile, who we are
	keyFile      string        // "": the key stands in certFile
	silence      time.Duration // that is waited through; 0: maxSilence
}

// Bounds of a download. Before its first octet the daemon copies the ledger, a second
// for each few hundred MiB.
const (
	fetchTime  = 10 * time.Minute
	maxSilence = time.Minute
	maxLedger  = 64 << 30 // octets
)

// given says that something of it was asked for.
func (o *remote) given() bool {
	return o.passwordFile != "" || o.caFile != "" || o.certFile != "" || o.keyFile != ""
}

// isURL says that a name is the address of a daemon.
func isURL(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// fetch writes a copy of the ledger of a daemon to a file.
func (o *remote) fetch(ctx context.Context, address, to string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return usageError{err}
	case u.User != nil:
		return usageError{fmt.Errorf("%s: others can see a password on the command line; want --web-password-file", u.Redacted())}
	case u.Host == "":
		return usageError{fmt.Errorf("%s: want the address of a daemon, such as http://127.0.0.1:9810", address)}
	}
	client, err := o.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, fetchTime, fmt.Errorf("it did not end within %v", fetchTime))
	defer cancel()
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)
	silence := o.silence
	if silence == 0 {
		silence = maxSilence
	}
	quiet := time.AfterFunc(silence, func() { give(fmt.Errorf("nothing came for %v", silence)) })
	defer quiet.Stop()

	q, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("api/v1/ledger").String(), nil)
	if err != nil {
		return usageError{err}
	}
	if err := o.authenticate(q); err != nil {
		return err
	}
	r, err := client.Do(q)
	if err != nil {
		return fmt.Errorf("%s: %w", address, o.explain(ctx, err))
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %w", address, o.refused(r))
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = download(f, &heard{r.Body, func() { quiet.Reset(silence) }})
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("%s: %w", address, o.explain(ctx, err))
	}
	return nil
}

// client is one that goes nowhere else: a redirection could lead a password to another
// server, or out of TLS.
func (o *remote) client() (*http.Client, error) {
	t := &http.Transport{DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, TLSHandshakeTimeout: 10 * time.Second}
	conf := &tls.Config{}
	if o.caFile != "" {
		text, err := os.ReadFile(o.caFile)
		if err != nil {
			return nil, usageError{fmt.Errorf("--web-ca: %w", err)}
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, usageError{fmt.Errorf("--web-ca: %s holds no certificate; want PEM", o.caFile)}
		}
		conf.RootCAs = pool
	}
	switch key := o.keyFile; {
	case o.certFile != "":
		if key == "" {
			key = o.certFile
		}
		own, err := tls.LoadX509KeyPair(o.certFile, key)
		if err != nil {
			return nil, usageError{fmt.Errorf("--web-cert, --web-key: %s, %s: %w", o.certFile, key, err)}
		}
		conf.Certificates = []tls.Certificate{own}
	case key != "":
		return nil, usageError{errors.New("--web-key: want --web-cert with the certificate of this key")}
	}
	t.TLSClientConfig = conf
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// authenticate adds user and password to a request.
func (o *remote) authenticate(q *http.Request) error {
	if o.passwordFile == "" {
		return nil
	}
	text, err := os.ReadFile(o.passwordFile)
	if err != nil {
		return usageError{fmt.Errorf("--web-password-file: %w", err)}
	}
	user, password, ok := strings.Cut(strings.TrimRight(string(text), "\r\n"), ":")
	if !ok || strings.ContainsAny(user+password, "\r\n") {
		return usageError{fmt.Errorf("--web-password-file: %s: want one line, user:password", o.passwordFile)}
	}
	q.SetBasicAuth(user, password)
	return nil
}

// explain says what to do about a connection that failed.
func (o *remote) explain(ctx context.Context, err error) error {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var alert *net.OpError // of TLS: net/http says at times how it learned of it, too
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the address is told already
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &authority) && o.caFile == "":
		return fmt.Errorf("%w; want --web-ca with the certificate of its authority", err)
	case errors.As(err, &authority):
		return fmt.Errorf("%w; it is not in %s", err, o.caFile)
	case errors.As(err, &name):
		return fmt.Errorf("%w; want the name or address that its certificate is for", err)
	case errors.As(err, &alert) && alert.Op == "remote error":
		switch {
		case o.certFile != "":
			return fmt.Errorf("it does not accept the certificate of %s: %w", o.certFile, alert)
		case strings.Contains(alert.Error(), "certificate required"):
			return errors.New("it wants to know who asks; want --web-cert and --web-key with a certificate of ours")
		}
		return fmt.Errorf("%w; if it asks for a certificate of ours, want --web-cert and --web-key", alert) // so in TLS 1.2
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"): // net/http has no type for it
		return errors.New("it does not speak TLS; want http://")
	}
	return err
}

// refused says what an answer that is no ledger means.
func (o *remote) refused(r *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(r.Body, 200))
	said, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	switch {
	case r.StatusCode == http.StatusUnauthorized && o.passwordFile == "":
		return errors.New("it wants a user and a password; want --web-password-file")
	case r.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("it does not accept user and password of %s", o.passwordFile)
	case r.StatusCode == http.StatusBadRequest && strings.Contains(said, "HTTPS server"):
		return errors.New("it speaks TLS; want https://")
	case r.StatusCode/100 == 3:
		return fmt.Errorf("it points to %q; name that if it is a sigtransit", r.Header.Get("Location"))
	case r.StatusCode == http.StatusNotFound && said != "no ledger is open":
		return errors.New("it has no /api/v1/ledger; is it a sigtransit of this version?")
	}
	return fmt.Errorf("%s: %q", r.Status, said)
}

// heard is a body that tells whenever something of it comes.
type heard struct {
	io.Reader
	tell func()
}

func (h *heard) Read(b []byte) (int, error) {
	n, err := h.Reader.Read(b)
	if n > 0 {
		h.tell()
	}
	return n, err
}

// download copies a database as long as its header says it is: size of a page at
// offset 16, where 1 is 65,536, and number of pages at 28 (SQLite database file format
// 1.3). What ends early, or does not, is no ledger.
func download(w io.Writer, body io.Reader) error {
	in := bufio.NewReader(body)
	head, err := in.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) < 32 || string(head[:15]) != sqliteMagic {
		return errors.New("what it sends is no ledger; is it a sigtransit?")
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 1 << 16
	}
	size := page * int64(binary.BigEndian.Uint32(head[28:]))
	if size > maxLedger {
		return fmt.Errorf("its ledger is to have %d octets, more than %d", size, int64(maxLedger))
	}
	switch n, err := io.Copy(w, io.LimitReader(in, size)); {
	case err != nil:
		return err
	case n < size:
		return fmt.Errorf("the ledger ends after %d of %d octets; try again", n, size)
	}
	if _, err := in.ReadByte(); err == nil {
		return fmt.Errorf("the ledger does not end after the %d octets that it is to have", size)
	}
	return nil
}
