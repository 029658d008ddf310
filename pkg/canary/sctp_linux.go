//go:build linux && !386

package canary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ishidawataru/sctp"
)

const (
	// ppidM3UA is the payload protocol identifier of M3UA (RFC 4666 7.1). It is in host
	// order here: the library turns it round on its way out, and back.
	ppidM3UA = 3
	// streams: M3UA has one for management and others for data (RFC 4666 1.4.7).
	streams    = 2
	dataStream = 1
	// lookAgain is how long a call may sleep in the kernel: the library knows no
	// deadlines.
	lookAgain = 500 * time.Millisecond
	// initAttempts and initTime bound the set-up of an association.
	initAttempts = 4
	initTime     = 4 * time.Second
)

type sctpConn struct {
	c        *sctp.SCTPConn
	stopping atomic.Bool
	buf      []byte
}

// noSCTP tells the errors of a kernel without SCTP from others.
func noSCTP(err error) error {
	if errors.Is(err, syscall.EPROTONOSUPPORT) || errors.Is(err, syscall.ESOCKTNOSUPPORT) {
		return ErrNoSCTP
	}
	return err
}

// again: nothing is wrong, the call looked up from its sleep.
func again(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
}

// limits bounds the sleep of calls on a socket.
func limits(read, write time.Duration) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		var err error
		e := raw.Control(func(fd uintptr) {
			r, w := syscall.NsecToTimeval(int64(read)), syscall.NsecToTimeval(int64(write))
			err = errors.Join(
				syscall.SetsockoptTimeval(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &r),
				syscall.SetsockoptTimeval(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &w))
		})
		return errors.Join(e, err)
	}
}

func sctpConfig(write time.Duration) *sctp.SocketConfig {
	return &sctp.SocketConfig{
		InitMsg: sctp.InitMsg{NumOstreams: streams, MaxInstreams: streams, MaxAttempts: initAttempts, MaxInitTimeout: uint16(initTime / time.Millisecond)},
		Control: limits(lookAgain, write),
	}
}

func newSCTP(c *sctp.SCTPConn) (conn, error) {
	// The identifier of a message comes with it only when asked for.
	if err := c.SubscribeEvents(sctp.SCTP_EVENT_DATA_IO); err != nil {
		c.Close()
		return nil, fmt.Errorf("SCTP events: %w", err)
	}
	return &sctpConn{c: c, buf: make([]byte, maxMessage)}, nil
}

func dialSCTP(ctx context.Context, address string) (conn, error) {
	to, err := sctp.ResolveSCTPAddr("sctp", address)
	if err != nil {
		return nil, err
	}
	// The call sleeps in the kernel: who is to end does not wait for it.
	var c *sctp.SCTPConn
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err = sctpConfig(dialTime).Dial("sctp", nil, to)
		if err == nil && ctx.Err() != nil {
			c.Close()
			err = ctx.Err()
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err != nil {
		if errors.Is(err, syscall.EINPROGRESS) || errors.Is(err, syscall.EAGAIN) {
			err = fmt.Errorf("no answer within %v", dialTime)
		}
		return nil, wrap("connect", address, err)
	}
	return newSCTP(c)
}

// wrap names the call and the address, but for what concerns neither.
func wrap(what, address string, err error) error {
	if err = noSCTP(err); errors.Is(err, ErrNoSCTP) {
		return err
	}
	return fmt.Errorf("%s sctp %s: %w", what, address, err)
}

func (s *sctpConn) send(m []byte) error {
	_, err := s.c.SCTPWrite(m, &sctp.SndRcvInfo{Stream: dataStream, PPID: ppidM3UA})
	if errors.Is(err, syscall.EAGAIN) {
		return errors.New("the other end takes nothing")
	}
	return err
}

func (s *sctpConn) receive() ([]byte, error) {
	for last := time.Now(); ; {
		n, info, err := s.c.SCTPRead(s.buf)
		switch {
		case s.stopping.Load():
			return nil, net.ErrClosed
		case again(err) && time.Since(last) > idleTime:
			return nil, errIdle
		case again(err):
			continue
		case err != nil:
			return nil, err
		case n == len(s.buf):
			return nil, errTooLong // or the first part of such
		case n == 0:
			return nil, io.EOF
		case info == nil || info.PPID != ppidM3UA:
			return nil, errForeign
		}
		return s.buf[:n], nil
	}
}

// stop: the association is shut down in order (RFC 9260 9.2), which wakes the reader;
// the number of the socket stays taken until it is gone.
func (s *sctpConn) stop() {
	s.stopping.Store(true)
	if raw, err := s.c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
	}
}

func (s *sctpConn) close() error { return s.c.Close() }

func (s *sctpConn) local() netip.Addr { return netip.Addr{} } // M3UA names none

func (s *sctpConn) remote() string {
	if a := s.c.RemoteAddr(); a != nil {
		return a.String()
	}
	return "an end that is gone"
}

type sctpAcceptor struct{ l *sctp.SCTPListener }

func listenSCTP(address string) (acceptor, error) {
	at, err := sctp.ResolveSCTPAddr("sctp", address)
	if err != nil {
		return nil, err
	}
	l, err := sctpConfig(sendTime).Listen("sctp", at)
	if err != nil {
		return nil, wrap("listen", address, err)
	}
	return &sctpAcceptor{l}, nil
}

func (a *sctpAcceptor) accept(ctx context.Context) (conn, error) {
	for {
		c, err := a.l.AcceptSCTP()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				c.Close()
			}
			return nil, ctx.Err()
		case err == nil:
			if raw, e := c.SyscallConn(); e == nil {
				err = limits(lookAgain, sendTime)("", "", raw)
			}
			if err != nil {
				c.Close()
				return nil, err
			}
			return newSCTP(c)
		case !again(err):
			return nil, err
		}
	}
}

func (a *sctpAcceptor) close() error { return a.l.Close() }

func (a *sctpAcceptor) addr() string {
	if at := a.l.Addr(); at != nil {
		return at.String()
	}
	return ""
}
