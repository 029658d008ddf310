package sink

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// maxSecret bounds a file that holds a secret; a larger one is something else.
const maxSecret = 64 << 10

// readSecret reads a password or a token: the file without the line feed at its
// end. It is read each time it is needed, so that it can be changed under way.
// Errors name the file and never what is in it.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch {
	case err != nil:
		return "", err
	case len(b) > maxSecret:
		return "", fmt.Errorf("%s: too big for a file with a secret", path)
	}
	b = bytes.TrimRight(b, "\r\n")
	if len(b) == 0 {
		return "", fmt.Errorf("%s: is empty; want the secret", path)
	}
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return "", fmt.Errorf("%s: holds control characters; want the secret on one line", path)
		}
	}
	return string(b), nil
}

// exposed says what is wrong with the permissions of a file with a secret: empty
// when its owner alone can use it, and a group may read it at most.
func exposed(path string) string {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o027 == 0 {
		return ""
	}
	return fmt.Sprintf("%s can be read by others than its owner and group, or be changed by them (mode %04o); want 0600 or 0640", path, info.Mode().Perm())
}

// tlsFiles makes TLS configurations from files. They are read for each connection
// of syslog and once a Reopen of a webhook: certificates are renewed under way.
type tlsFiles struct {
	conf TLSConfig
	host string // host:port that is connected to
}

func (t *tlsFiles) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.conf.ServerName}
	if c.ServerName == "" {
		c.ServerName, _, _ = net.SplitHostPort(t.host)
	}
	if t.conf.CAFile != "" {
		pem, err := os.ReadFile(t.conf.CAFile)
		if err != nil {
			return nil, &fault{reason: ReasonTLS, err: err}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &fault{reason: ReasonTLS, err: fmt.Errorf("%s holds no certificate in PEM form", t.conf.CAFile)}
		}
	}
	if t.conf.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.conf.CertFile, t.conf.KeyFile)
		if err != nil {
			// The package tls puts no key material into its errors, but it need
			// not stay so.
			var path *os.PathError
			if !errors.As(err, &path) {
				err = errors.New("the certificate and the key cannot be used together")
			}
			return nil, &fault{reason: ReasonTLS, err: err}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
