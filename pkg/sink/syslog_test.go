package sink

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// collector is a syslog receiver over a stream: it takes counted octets apart.
type collector struct {
	net.Listener
	mu       sync.Mutex
	messages []string
	conns    []net.Conn
	bad      error
	wg       sync.WaitGroup
}

func collect(t *testing.T, l net.Listener) *collector {
	x := &collector{Listener: l}
	x.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			x.mu.Lock()
			x.conns = append(x.conns, conn)
			x.mu.Unlock()
			x.wg.Go(func() { x.read(conn) })
		}
	})
	t.Cleanup(x.stop)
	return x
}

func (x *collector) read(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		digits, err := r.ReadString(' ')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(digits, " "))
		if err != nil || digits[0] == '0' { // RFC 6587 3.4.1: MSG-LEN begins with a digit from 1
			x.mu.Lock()
			x.bad = fmt.Errorf("length %q", digits)
			x.mu.Unlock()
			return
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		x.mu.Lock()
		x.messages = append(x.messages, string(b))
		x.mu.Unlock()
	}
}

func (x *collector) stop() {
	x.Close()
	x.mu.Lock()
	for _, c := range x.conns {
		c.Close()
	}
	x.mu.Unlock()
	x.wg.Wait()
}

// got are the texts behind the structured data.
func (x *collector) got(t *testing.T) (texts []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.bad != nil {
		t.Error(x.bad)
	}
	for _, m := range x.messages {
		_, text, ok := strings.Cut(m, `"] `)
		if !ok {
			t.Errorf("no text: %q", m)
		}
		texts = append(texts, text)
	}
	return texts
}

func syslogConfig(network, address string) Config {
	c := testConfig(1000)
	c.Kind, c.RetryMin, c.RetryMax = KindSyslog, time.Millisecond, 4*time.Millisecond
	c.Syslog = SyslogConfig{Network: network, Address: address, Facility: 20, Hostname: "probe-1", Timeout: 5 * time.Second}
	return c
}

// TestSyslogMessage is the layout of RFC 5424, octet by octet.
func TestSyslogMessage(t *testing.T) {
	x := newSyslog(syslogConfig("tcp", "").Syslog, &counters{})
	x.pid = "77"
	for name, test := range map[string]struct {
		meta       Meta
		line, want string
	}{
		"finding": {finding(critical), "{\"a\":1}\n", // local4 is 20: 20*8+2
			`<162>1 2027-01-15T08:00:00.123456Z probe-1 sigtransit 77 finding [sigtransit@32473 type="finding" severity="critical" rule="location-in-clear" carrier="example"] {"a":1}`},
		"warning without a time": {Meta{Type: Warning}, "{}\n", `<164>1 - probe-1 sigtransit 77 warning [sigtransit@32473 type="warning"] {}`},
		"structured data escaped": {Meta{Type: Finding, Rule: `a"b\c]d`, Carrier: "x\ny\xff"}, "{}\n",
			`<166>1 - probe-1 sigtransit 77 finding [sigtransit@32473 type="finding" severity="info" rule="a\"b\\c\]d" carrier="x_y` + "\ufffd" + `"] {}`},
		"JSON in ASCII": {Meta{Type: Flow}, "{\"k\":\"Ü𝄞\"}\n", `<166>1 - probe-1 sigtransit 77 flow [sigtransit@32473 type="flow"] {"k":"\u00dc\ud834\udd1e"}`},
		"CEF":           {Meta{Type: Flow}, "CEF:0|x|\n", `<166>1 - probe-1 sigtransit 77 flow [sigtransit@32473 type="flow"] CEF:0|x|`},
		"CEF in UTF-8":  {Meta{Type: Flow}, "CEF:0|Ü|\n", `<166>1 - probe-1 sigtransit 77 flow [sigtransit@32473 type="flow"] ` + "\ufeff" + `CEF:0|Ü|`},
	} {
		r := record{Meta: test.meta, line: []byte(test.line)}
		if got := string(x.appendMessage(nil, &r)); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, test.want)
		}
	}
	if got := headerWord("a b\x00ü", 3); got != "a_b" {
		t.Errorf("%q", got)
	}
	if got := headerWord("", 3); got != "-" {
		t.Errorf("%q", got)
	}
}

// TestSyslogTooLong: a message that may not be so long goes without its text.
func TestSyslogTooLong(t *testing.T) {
	c := syslogConfig("udp", "").Syslog
	c.MaxMessage = 480
	x := newSyslog(c, &counters{})
	r := record{Meta: finding(high), line: []byte(`{"a":"` + strings.Repeat("x", 480) + "\"}\n")}
	got := string(x.appendMessage(nil, &r))
	if len(got) > 480 || !strings.HasSuffix(got, ` carrier="example" omitted="488"]`) || x.count.errors[ReasonOversize].Load() != 1 {
		t.Errorf("%s", got)
	}
}

func listenUDP(t *testing.T) net.PacketConn {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// TestSyslogUDP: a datagram each, and one that no datagram can hold.
func TestSyslogUDP(t *testing.T) {
	leaves(t)
	l := listenUDP(t)
	s := openOne(t, syslogConfig("udp", l.LocalAddr().String()))
	put(s, low, 0, 3)
	s.Enqueue(finding(low), []byte(strings.Repeat("x", 70000)+"\n"))
	put(s, low, 3, 4)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	buf := make([]byte, 1<<16)
	for i, want := range []string{"] low 0", "] low 1", "] low 2", ` omitted="70001"]`, "] low 3"} {
		_ = l.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, _, err := l.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(buf[:n]); !strings.HasPrefix(got, "<165>1 ") || !strings.HasSuffix(got, want) {
			t.Errorf("%d: %q", i, got)
		}
	}
	if y := s.Snapshot(); y.Events[Written] != 5 || y.Errors[ReasonOversize] != 1 {
		t.Errorf("%+v", y)
	}
	l.Close()
}

// TestSyslogTCP: the receiver goes away and comes back; the sink finds it again,
// and what was sent after the end of the first connection is all there.
func TestSyslogTCP(t *testing.T) {
	leaves(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	first := collect(t, l)
	s := openOne(t, syslogConfig("tcp", address))
	put(s, low, 0, 10)
	eventually(t, "ten messages", func() bool { return len(first.got(t)) == 10 })
	first.stop()
	x := s.transport.(*syslog)
	eventually(t, "the end of the connection is noticed", func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		select {
		case <-x.gone:
			return true
		default:
			return x.conn == nil
		}
	})
	put(s, low, 10, 30)
	eventually(t, "refused", func() bool { return s.Snapshot().Errors[ReasonConnect] > 1 })
	if l, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	second := collect(t, l)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	eventually(t, "the rest", func() bool { return len(second.got(t)) >= 20 })
	if got := append(first.got(t), second.got(t)...); !slices.Equal(got, numbered(low, 0, 30)) {
		t.Errorf("got %q", got)
	}
	balanced(t, s.Snapshot())
	second.stop()
}

// TestSyslogStalls: a receiver that does not read costs a timeout, and closing does
// not wait for it.
func TestSyslogStalls(t *testing.T) {
	leaves(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := syslogConfig("tcp", l.Addr().String())
	c.Queue = QueueConfig{Events: 1 << 16, Octets: 1 << 30}
	s := openOne(t, c)
	line := append(make([]byte, 64<<10), '\n')
	for range 1000 { // more than the buffers of both ends
		s.Enqueue(finding(low), line)
	}
	begin := time.Now()
	if err := closeSink(t, s, 50*time.Millisecond); err == nil {
		t.Error("all was delivered to nobody")
	}
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("took %v", d)
	}
	balanced(t, s.Snapshot())
	l.Close()
}

func TestSyslogTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(nil) // for its certificate
	server.StartTLS()
	defer server.Close()
	cert, key := certificate(t, server)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert})
	if err != nil {
		t.Fatal(err)
	}
	x := collect(t, l)
	c := syslogConfig("tls", l.Addr().String())
	s := openOne(t, c)
	put(s, low, 0, 1)
	eventually(t, "an unknown certificate is refused", func() bool { return s.Snapshot().Errors[ReasonTLS] > 0 })
	_ = closeSink(t, s, time.Millisecond)
	c.Syslog.TLS = TLSConfig{CAFile: cert, CertFile: cert, KeyFile: key, ServerName: "example.com"}
	s = openOne(t, c)
	put(s, low, 1, 5)
	if err := closeSink(t, s, time.Minute); err != nil {
		t.Error(err)
	}
	eventually(t, "four messages", func() bool { return len(x.got(t)) >= 4 })
	if got := x.got(t); !slices.Equal(got, numbered(low, 1, 5)) {
		t.Errorf("got %q", got)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := Check([]Config{c}); err == nil {
		t.Error("a key that is gone passes the check")
	}
}
