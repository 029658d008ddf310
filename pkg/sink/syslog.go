package sink

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"sigtransit/pkg/signaling"
)

// syslog sends events as messages of RFC 5424: a datagram each over UDP (RFC
// 5426), counted octets over TCP (RFC 6587 3.4.1) and TLS (RFC 5425 4.3). None of
// these transports acknowledges: what the kernel took when a connection broke may
// be lost, and what was sent with it may come twice.
type syslog struct {
	conf  SyslogConfig
	count *counters
	tls   *tlsFiles // nil: no TLS
	host  string
	pid   string
	buf   []byte

	mu   sync.Mutex
	conn net.Conn
	gone chan struct{} // closed when the other end hung up
}

func newSyslog(conf SyslogConfig, c *counters) *syslog {
	x := &syslog{conf: conf, count: c, host: conf.Hostname, pid: strconv.Itoa(os.Getpid())}
	if conf.Network == "tls" {
		x.tls = &tlsFiles{conf: conf.TLS, host: conf.Address}
	}
	if x.host == "" {
		x.host, _ = os.Hostname()
	}
	x.host = headerWord(x.host, 255)
	return x
}

// headerWord makes s fit for a field of the header: printable ASCII, not empty
// (RFC 5424 6).
func headerWord(s string, longest int) string {
	b := []byte(s)
	for i, c := range b {
		if c <= ' ' || c > '~' {
			b[i] = '_'
		}
	}
	if len(b) == 0 {
		return "-"
	}
	return string(b[:min(len(b), longest)])
}

// sdID names our structured data. 32473 is the enterprise number of examples (RFC
// 5612); its holder gives it to nobody, so the name collides with none.
const sdID = "sigtransit@32473"

// syslogSeverity is the severity of a message (RFC 5424 6.2.1).
func syslogSeverity(m *Meta) int {
	switch m.Type {
	case Finding:
		return [signaling.NumSeverities]int{6, 5, 4, 3, 2}[min(m.Severity, signaling.SeverityCritical)]
	case Warning:
		return 4 // warning
	}
	return 6 // informational
}

// appendHeader appends a message up to the space before its text.
func (x *syslog) appendHeader(b []byte, m *Meta, cut int) []byte {
	b = append(b, '<')
	b = strconv.AppendInt(b, int64(x.conf.Facility*8+syslogSeverity(m)), 10)
	b = append(b, ">1 "...)
	if m.Time == 0 {
		b = append(b, '-')
	} else {
		b = time.Unix(0, m.Time).UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	}
	b = append(append(b, ' '), x.host...)
	b = append(append(append(b, " sigtransit "...), x.pid...), ' ')
	b = append(b, m.Type.String()...)
	b = append(b, " ["+sdID...)
	b = appendSD(b, "type", m.Type.String())
	if m.Type == Finding {
		b = appendSD(b, "severity", m.Severity.String())
	}
	if m.Rule != "" {
		b = appendSD(b, "rule", m.Rule)
	}
	if m.Carrier != "" {
		b = appendSD(b, "carrier", m.Carrier)
	}
	if cut > 0 {
		b = appendSD(b, "omitted", strconv.Itoa(cut))
	}
	return append(b, ']')
}

// appendSD appends a parameter. In its value quote, backslash and closing bracket
// are escaped, and it is UTF-8 (RFC 5424 6.3.3).
func appendSD(b []byte, name, value string) []byte {
	b = append(append(append(b, ' '), name...), '=', '"')
	for _, r := range value {
		if r == '"' || r == '\\' || r == ']' {
			b = append(b, '\\')
		}
		if r < ' ' || r == 0x7f {
			r = '_'
		}
		b = utf8.AppendRune(b, r)
	}
	return append(b, '"')
}

// byteOrderMark begins a text in UTF-8 (RFC 5424 6.4).
const byteOrderMark = "\ufeff"

// appendMessage appends a whole message. JSON is written in ASCII, since few
// receivers that parse it expect the mark; CEF has no escape for other characters.
func (x *syslog) appendMessage(b []byte, r *record) []byte {
	from := len(b)
	line := r.line
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	b = append(x.appendHeader(b, &r.Meta, 0), ' ')
	switch {
	case len(line) > 0 && line[0] == '{':
		b = appendASCII(b, line)
	case !isASCII(line):
		b = append(append(b, byteOrderMark...), line...)
	default:
		b = append(b, line...)
	}
	if x.conf.MaxMessage > 0 && len(b)-from > x.conf.MaxMessage {
		// A part of JSON is none. The header and the structured data are whole.
		x.count.failed(ReasonOversize)
		b = x.appendHeader(b[:from], &r.Meta, len(line))
	}
	return b
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendASCII appends a line of JSON with characters beyond ASCII as \u escapes:
// they stand in strings only, so the meaning stays.
func appendASCII(b, line []byte) []byte {
	const hex = "0123456789abcdef"
	escape := func(v rune) {
		b = append(b, '\\', 'u', hex[v>>12&15], hex[v>>8&15], hex[v>>4&15], hex[v&15])
	}
	for len(line) > 0 {
		if line[0] < utf8.RuneSelf {
			b, line = append(b, line[0]), line[1:]
			continue
		}
		r, n := utf8.DecodeRune(line)
		line = line[n:]
		if r > 0xffff {
			r -= 0x10000
			escape(0xd800 + r>>10)
			r = 0xdc00 + r&0x3ff
		}
		escape(r)
	}
	return b
}

func (x *syslog) send(ctx context.Context, batch []record) (int, error) {
	conn, err := x.connect(ctx)
	if err != nil {
		return 0, err
	}
	if x.conf.Network == "udp" {
		return x.sendDatagrams(conn, batch)
	}
	x.buf = x.buf[:0]
	var one []byte
	for i := range batch {
		one = x.appendMessage(one[:0], &batch[i])
		x.buf = append(strconv.AppendInt(x.buf, int64(len(one)), 10), ' ')
		x.buf = append(x.buf, one...)
	}
	_ = conn.SetWriteDeadline(time.Now().Add(x.conf.Timeout))
	if _, err := conn.Write(x.buf); err != nil {
		x.hangUp()
		return 0, &fault{reason: netReason(err, ReasonWrite), err: err}
	}
	return len(batch), nil
}

func (x *syslog) sendDatagrams(conn net.Conn, batch []record) (int, error) {
	for i := range batch {
		x.buf = x.appendMessage(x.buf[:0], &batch[i])
		_ = conn.SetWriteDeadline(time.Now().Add(x.conf.Timeout))
		_, err := conn.Write(x.buf)
		if errors.Is(err, syscall.EMSGSIZE) {
			x.count.failed(ReasonOversize)
			_, err = conn.Write(x.appendHeader(x.buf[:0], &batch[i].Meta, len(batch[i].line)))
		}
		if err != nil {
			// Refused: the answer to an earlier datagram (ICMP). The socket stays good.
			x.hangUp()
			return i, &fault{reason: netReason(err, ReasonWrite), err: err}
		}
	}
	return len(batch), nil
}

// connect gives the connection, a new one when the last one broke.
func (x *syslog) connect(ctx context.Context) (net.Conn, error) {
	x.mu.Lock()
	conn, gone := x.conn, x.gone
	x.mu.Unlock()
	if conn != nil {
		select {
		case <-gone:
			x.hangUp()
		default:
			return conn, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, x.conf.Timeout)
	defer cancel()
	network := x.conf.Network
	if network == "tls" {
		network = "tcp"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, x.conf.Address)
	if err != nil {
		return nil, &fault{reason: netReason(err, ReasonConnect), err: err}
	}
	if x.tls != nil {
		conf, err := x.tls.config()
		if err != nil {
			conn.Close()
			return nil, err
		}
		secure := tls.Client(conn, conf)
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, &fault{reason: netReason(err, ReasonTLS), err: err}
		}
		conn = secure
	}
	gone = make(chan struct{})
	if x.conf.Network != "udp" {
		// A receiver says nothing: the end of what it sends is the end of the
		// connection, noticed before more is written into it.
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			close(gone)
		}()
	}
	x.mu.Lock()
	x.conn, x.gone = conn, gone
	x.mu.Unlock()
	return conn, nil
}

func (x *syslog) hangUp() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.conn == nil {
		return
	}
	x.conn.Close()
	if x.conf.Network != "udp" {
		<-x.gone // Close ends the read
	}
	x.conn = nil
}

func (x *syslog) reopen() {} // nothing that others could have moved
func (x *syslog) abort()  { x.hangUp() }

func (x *syslog) close() error {
	x.hangUp()
	return nil
}

// netReason tells a timeout from other faults of a connection.
func netReason(err error, other Reason) Reason {
	var n net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return ReasonTLS
	case errors.As(err, &n) && n.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return ReasonTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return ReasonConnect
	}
	return other
}
