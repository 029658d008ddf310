package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
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
}

// fetchTime bounds the download of a ledger.
const fetchTime = 10 * time.Minute

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
	}
	transport := &http.Transport{}
	if o.caFile != "" {
		text, err := os.ReadFile(o.caFile)
		if err != nil {
			return usageError{err}
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return usageError{fmt.Errorf("%s holds no certificate", o.caFile)}
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/api/v1/ledger", nil)
	if err != nil {
		return usageError{err}
	}
	if o.passwordFile != "" {
		text, err := os.ReadFile(o.passwordFile)
		if err != nil {
			return usageError{err}
		}
		user, password, ok := strings.Cut(strings.TrimSpace(string(text)), ":")
		if !ok {
			return usageError{fmt.Errorf("%s: want user:password", o.passwordFile)}
		}
		q.SetBasicAuth(user, password)
	}
	r, err := (&http.Client{Transport: transport}).Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(r.Body, 200))
		return fmt.Errorf("%s: %s: %s", address, r.Status, strings.TrimSpace(string(text)))
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r.Body)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
