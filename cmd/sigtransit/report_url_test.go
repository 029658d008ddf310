package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve answers as a daemon would, with a body.
func serve(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/ledger" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	}
}

// header is how a database with so many pages of 4,096 octets begins.
func header(pages uint32) []byte {
	b := make([]byte, 100)
	copy(b, sqliteMagic)
	binary.BigEndian.PutUint16(b[16:], 4096)
	binary.BigEndian.PutUint32(b[28:], pages)
	return b
}

// ledgerOfReplay is a ledger and what is in its file.
func ledgerOfReplay(t *testing.T) (name string, body []byte) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "ledger")
	if code, _, stderr := invoke(t, "", "replay", "--config", exposureConfig, "--format", "summary", "--ledger", name, exposureInput); code != 0 {
		t.Fatal(stderr)
	}
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, body
}

// TestReportFromURL: a report on a server's ledger says what one on the file does.
func TestReportFromURL(t *testing.T) {
	ledger, body := ledgerOfReplay(t)
	password := write(t, "password", "noc:with: colon and blank \n")
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "noc" || password != "with: colon and blank " {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.StripPrefix("/probe", serve(body)).ServeHTTP(w, r) // behind a proxy
	}))
	defer s.Close()
	ca := write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	want := reportOf(t, "--format", "csv", ledger)
	if got := reportOf(t, "--format", "csv", "--web-ca", ca, "--web-password-file", password, s.URL+"/probe/"); len(got) < 1000 || without(got) != without(want) {
		t.Errorf("of the server:\n%s\nof the file:\n%s", got, want)
	}
}

// TestReportFromURLMutual: a server that asks who asks.
func TestReportFromURLMutual(t *testing.T) {
	_, body := ledgerOfReplay(t)
	cert, key := certificate(t)
	stranger, strangersKey := certificate(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		s := httptest.NewUnstartedServer(serve(body))
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(), MaxVersion: version}
		s.TLS.ClientCAs.AppendCertsFromPEM([]byte(cert))
		s.StartTLS()
		ca := "--web-ca=" + write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
		own, both := write(t, "own.pem", cert), write(t, "both.pem", cert+key)
		for _, args := range [][]string{{"--web-cert", own, "--web-key", write(t, "key.pem", key)}, {"--web-cert", both}} {
			if got := reportOf(t, append(args, "--format", "csv", ca, s.URL)...); len(got) < 1000 {
				t.Errorf("%v: %s", args, got)
			}
		}
		other := write(t, "other.pem", stranger+strangersKey)
		for _, x := range []struct {
			want string
			args []string
			code int
		}{
			{map[uint16]string{
				tls.VersionTLS12: s.URL + ": remote error: tls: handshake failure; if it asks for a certificate of ours, want --web-cert and --web-key",
				tls.VersionTLS13: s.URL + ": it wants to know who asks; want --web-cert and --web-key with a certificate of ours",
			}[version], nil, 1},
			{s.URL + ": it does not accept the certificate of " + other + ": remote error: tls: ", []string{"--web-cert", other}, 1},
			{"--web-cert, --web-key: " + own + ", " + own + ": tls: found a certificate rather than a key", []string{"--web-cert", own}, 2},
			{"--web-cert, --web-key: " + own + ", " + other + ": tls: private key does not match public key", []string{"--web-cert", own, "--web-key", other}, 2},
			{"--web-key: want --web-cert with the certificate of this key", []string{"--web-key", own}, 2},
			{"--web-cert, --web-key: /nonexistent, /nonexistent: open /nonexistent", []string{"--web-cert", "/nonexistent"}, 2},
			{"--declared: IR.21 documents come from files, not from a daemon", []string{"--declared"}, 2},
		} {
			code, stdout, stderr := invoke(t, "", append(append([]string{"report", ca}, x.args...), s.URL)...)
			if code != x.code || !strings.Contains(stderr, x.want) || strings.Count(stderr, "\n") != 1 || stdout != "" {
				t.Errorf("%v: exit code %d, stdout %q, stderr %q; want %d and one line with %q", x.args, code, stdout, stderr, x.code, x.want)
			}
		}
		s.Close()
	}
}

// without leaves out the lines that name the moment or the file.
func without(csv string) string {
	var b strings.Builder
	for line := range strings.Lines(csv) {
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, "created") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestReportFromURLMistakes: what keeps a report from its ledger is one line that says
// what would be right.
func TestReportFromURLMistakes(t *testing.T) {
	plain := httptest.NewServer(serve(header(1)))
	defer plain.Close()
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer locked.Close()
	sealed := httptest.NewUnstartedServer(serve(nil))
	sealed.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes
	sealed.StartTLS()
	defer sealed.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>some application or other, with a page for every address</html>"))
	}))
	defer page.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no ledger is open", http.StatusNotFound) }))
	defer bare.Close()
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "somebody else is being served\x1b[2J", http.StatusServiceUnavailable)
	}))
	defer busy.Close()
	moved := httptest.NewServer(http.RedirectHandler("https://login.example.net/", http.StatusFound))
	defer moved.Close()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(header(3))
		for zeros := make([]byte, 1<<16); r.Context().Err() == nil; {
			if _, err := w.Write(zeros); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	huge := httptest.NewServer(serve(header(1 << 31)))
	defer huge.Close()

	password := write(t, "password", "noc:secret\n")
	noPassword := write(t, "no-password", "noc\n")
	ca := write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sealed.Certificate().Raw})))
	cert, _ := certificate(t)
	strange := write(t, "strange.pem", cert)
	for _, x := range []struct {
		name, want string
		args       []string
		code       int
	}{
		{"password in the address", "others can see a password on the command line; want --web-password-file", []string{"http://noc:secret@127.0.0.1:1"}, 2},
		{"no host", "want the address of a daemon, such as http://127.0.0.1:9810", []string{"http://"}, 2},
		{"no password", locked.URL + ": it wants a user and a password; want --web-password-file", []string{locked.URL}, 1},
		{"wrong password", locked.URL + ": it does not accept user and password of " + password, []string{"--web-password-file", password, locked.URL}, 1},
		{"a file without a password", "--web-password-file: " + noPassword + ": want one line, user:password", []string{"--web-password-file", noPassword, locked.URL}, 2},
		{"no password file", "--web-password-file: open /nonexistent: no such file", []string{"--web-password-file", "/nonexistent", locked.URL}, 2},
		{"no authority file", "--web-ca: open /nonexistent: no such file", []string{"--web-ca", "/nonexistent", sealed.URL}, 2},
		{"no certificate", "--web-ca: " + password + " holds no certificate; want PEM", []string{"--web-ca", password, sealed.URL}, 2},
		{"options without a daemon", "--web-password-file, --web-ca, --web-cert, --web-key: " + exposureInput + " is not the address of a daemon", []string{"--web-ca", ca, exposureInput}, 2},
		{"unknown authority", "certificate signed by unknown authority; want --web-ca with the certificate of its authority", []string{sealed.URL}, 1},
		{"another authority", "certificate signed by unknown authority; it is not in " + strange, []string{"--web-ca", strange, sealed.URL}, 1},
		{"another name", "; want the name or address that its certificate is for", []string{"--web-ca", ca, strings.Replace(sealed.URL, "127.0.0.1", "localhost", 1)}, 1},
		{"http for https", sealed.URL[len("https"):] + ": it speaks TLS; want https://", []string{"http" + sealed.URL[len("https"):]}, 1},
		{"https for http", ": it does not speak TLS; want http://", []string{"https" + plain.URL[len("http"):]}, 1},
		{"nobody there", "http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused", []string{"http://127.0.0.1:1"}, 1},
		{"another server", other.URL + ": it has no /api/v1/ledger; is it a sigtransit of this version?", []string{other.URL}, 1},
		{"a page for everything", page.URL + ": what it sends is no ledger; is it a sigtransit?", []string{page.URL}, 1},
		{"a daemon without a ledger", bare.URL + `: 404 Not Found: "no ledger is open"`, []string{bare.URL}, 1},
		{"a busy daemon", busy.URL + `: 503 Service Unavailable: "somebody else is being served\x1b[2J"`, []string{busy.URL}, 1},
		{"a page to log in", moved.URL + `: it points to "https://login.example.net/"; name that if it is a sigtransit`, []string{moved.URL}, 1},
		{"an early end", plain.URL + ": the ledger ends after 100 of 4096 octets; try again", []string{plain.URL}, 1},
		{"no end", endless.URL + ": the ledger does not end after the 12288 octets that it is to have", []string{endless.URL}, 1},
		{"more than there is room", huge.URL + ": its ledger is to have 8796093022208 octets, more than 68719476736", []string{huge.URL}, 1},
		{"two daemons", plain.URL + " is a daemon: report on it alone", []string{plain.URL, endless.URL}, 2},
	} {
		code, stdout, stderr := invoke(t, "", append([]string{"report"}, x.args...)...)
		if code != x.code || !strings.Contains(stderr, x.want) || strings.Count(stderr, "\n") != 1 || stdout != "" {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want %d and one line with %q", x.name, code, stdout, stderr, x.code, x.want)
		}
	}
}

// TestReportFromSilence: a server that says nothing, or nothing more, is given up.
func TestReportFromSilence(t *testing.T) {
	for name, said := range map[string][]byte{"from the start": nil, "within the ledger": header(3)} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if said != nil {
				_, _ = w.Write(said)
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}))
		o := remote{silence: 50 * time.Millisecond}
		err := o.fetch(context.Background(), s.URL, filepath.Join(t.TempDir(), "ledger"))
		if want := s.URL + ": nothing came for 50ms"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := o.fetch(ctx, s.URL, filepath.Join(t.TempDir(), "ledger")); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
		s.Close()
	}
}
