package canary

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"sigtransit/decoders/diameter"
)

// Transport is what canaries talk over.
type Transport uint8

// Transports.
const (
	SCTP Transport = iota // M3UA with MAP
	TCP                   // Diameter
)

// String is the name as options have it.
func (t Transport) String() string {
	if t == TCP {
		return "tcp"
	}
	return "sctp"
}

// ParseTransport is the inverse of String.
func ParseTransport(s string) (Transport, error) {
	switch s {
	case "sctp":
		return SCTP, nil
	case "tcp":
		return TCP, nil
	}
	return 0, fmt.Errorf("unknown transport %q; want sctp (M3UA with MAP) or tcp (Diameter)", s)
}

// ErrNoSCTP says that this kernel opens no SCTP sockets.
var ErrNoSCTP = errors.New("the kernel has no SCTP: run modprobe sctp as root, or use --transport tcp")

// Bounds of a connection.
const (
	// maxMessage is the longest message that is read. A canary's have some 500 octets.
	maxMessage = 16 << 10
	// idleTime ends a connection whose other end says nothing: senders say something
	// twice a minute.
	idleTime = 3 * time.Minute
	// sendTime bounds the wait for a peer that does not read.
	sendTime = 10 * time.Second
	// dialTime bounds the wait for one that does not answer.
	dialTime = 10 * time.Second
)

var (
	errIdle    = errors.New("nothing was heard for " + idleTime.String())
	errTooLong = fmt.Errorf("a message of more than %d octets", maxMessage)
	errForeign = errors.New("octets that are not of the protocol")
)

// conn is a connection that keeps the borders of messages. One goroutine receives,
// another sends.
type conn interface {
	send(message []byte) error
	// receive waits for a message; it is valid until the next call.
	receive() ([]byte, error)
	// stop has receive return. The caller closes when it has.
	stop()
	close() error
	local() netip.Addr // invalid: not known
	remote() string
}

// acceptor is a listening socket.
type acceptor interface {
	// accept waits for a connection; it returns an error when the context ends.
	accept(ctx context.Context) (conn, error)
	close() error
	addr() string
}

// tcpConn cuts Diameter messages out of a stream (RFC 6733 3).
type tcpConn struct {
	c   net.Conn
	buf []byte
}

func dialTCP(ctx context.Context, address string) (conn, error) {
	d := net.Dialer{Timeout: dialTime}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &tcpConn{c: c}, nil
}

func (t *tcpConn) send(m []byte) error {
	_ = t.c.SetWriteDeadline(time.Now().Add(sendTime))
	_, err := t.c.Write(m)
	return err
}

func (t *tcpConn) receive() ([]byte, error) {
	// One deadline for all of a message: octet by octet it could take hours.
	_ = t.c.SetReadDeadline(time.Now().Add(idleTime))
	var head [4]byte
	if _, err := io.ReadFull(t.c, head[:]); err != nil {
		return nil, idle(err)
	}
	n, ok := diameter.PeekLength(head[:])
	switch {
	case !ok:
		return nil, errForeign
	case n > maxMessage:
		return nil, errTooLong
	}
	if cap(t.buf) < n {
		t.buf = make([]byte, maxMessage)
	}
	t.buf = t.buf[:n]
	binary.BigEndian.PutUint32(t.buf, binary.BigEndian.Uint32(head[:]))
	_, err := io.ReadFull(t.c, t.buf[4:])
	return t.buf, idle(err)
}

func idle(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errIdle
	}
	return err
}

func (t *tcpConn) stop() {
	if c, ok := t.c.(*net.TCPConn); ok {
		_ = c.CloseRead()
	}
}

func (t *tcpConn) close() error { return t.c.Close() }

func (t *tcpConn) local() netip.Addr {
	a, _ := netip.ParseAddrPort(t.c.LocalAddr().String())
	return a.Addr().Unmap()
}

func (t *tcpConn) remote() string { return t.c.RemoteAddr().String() }

type tcpAcceptor struct{ l net.Listener }

func listenTCP(address string) (acceptor, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &tcpAcceptor{l}, nil
}

func (a *tcpAcceptor) accept(ctx context.Context) (conn, error) {
	defer context.AfterFunc(ctx, func() { a.l.Close() })()
	c, err := a.l.Accept()
	if err != nil {
		return nil, err
	}
	return &tcpConn{c: c}, nil
}

func (a *tcpAcceptor) close() error { return a.l.Close() }
func (a *tcpAcceptor) addr() string { return a.l.Addr().String() }

func dial(ctx context.Context, t Transport, address string) (conn, error) {
	if t == SCTP {
		return dialSCTP(ctx, address)
	}
	return dialTCP(ctx, address)
}

func listen(t Transport, address string) (acceptor, error) {
	if t == SCTP {
		return listenSCTP(address)
	}
	return listenTCP(address)
}
